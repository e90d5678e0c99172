/// How pictures are normalised for a network, as its file or one beside it says.
struct FileNormalisation: Sendable {
  /// With the verb: `the file's settings say`.
  let source: String
  let choice: PreprocessingChoice
  /// The tensors that say so; usually none.
  private(set) var tensors: Set<String> = []

  /// Numbers that differ by less are the same ones, rounded, or in 8 bits.
  private static let tolerance: Float = 0.004

  /// nil: they are no three numbers, or one for all, that pictures could be normalised by.
  init?(source: String, mean: [Float], deviation: [Float]) {
    let mean = mean.count == 1 ? [Float](repeating: mean[0], count: 3) : mean
    let deviation =
      deviation.count == 1 ? [Float](repeating: deviation[0], count: 3) : deviation
    guard mean.count == 3, deviation.count == 3,
      mean.allSatisfy(PreprocessingChoice.means.contains),
      deviation.allSatisfy(PreprocessingChoice.deviations.contains)
    else { return nil }
    self.source = source
    var choice = PreprocessingChoice()
    choice.mean = mean
    choice.deviation = deviation
    // Of pixels from 0 to 1 neither is as large.
    let isOfBytes = (mean + deviation).contains { $0.magnitude > 2 }
    if isOfBytes { choice.range = PixelRange(black: 0, white: 255) }
    let shares = mean.map { isOfBytes ? $0 / 255 : $0 }
    let usual = Preprocessing.imageNet.mean
    choice.isBlueFirst =
      Self.areAlike(shares, usual.reversed()) && !Self.areAlike(shares, usual)
    self.choice = choice
  }

  /// What texts under keys say, numbers of lists each under its own: `args.mean.0`; nil: nothing of both.
  init?(in texts: [String: String], source: String) {
    func numbers(_ key: String) -> [Float] {
      if let text = texts[key] {
        return text.split { "[](), ".contains($0) }.compactMap { Float($0) }
      }
      return (0..<3).compactMap { texts["\(key).\($0)"].flatMap { Float($0) } }
    }
    let settings = Set(texts.keys.compactMap(Checkpoint.normalisationSetting))
    for key in settings.sorted() where key.hasSuffix("mean") {
      let deviation = numbers(String(key.dropLast("mean".count)) + "std")
      if let found = Self(source: source, mean: numbers(key), deviation: deviation) {
        self = found
        return
      }
    }
    return nil
  }

  func adding(_ keys: [String]) -> FileNormalisation {
    var more = self
    more.tensors.formUnion(keys)
    return more
  }

  /// What remains open where pictures are prepared as `preprocessing` says, and what helps; nil: it is the same.
  func doubt(about preprocessing: Preprocessing) -> String? {
    guard !isAlike(preprocessing) else { return nil }
    var used = PreprocessingChoice()
    used.mean = preprocessing.mean
    used.deviation = preprocessing.deviation
    let isUsual = [Preprocessing.imageNet, .imageNet.grey].contains(preprocessing)
    return "\(source) \(choice.text), and pictures are prepared with "
      + "\(isUsual ? "ImageNet's mean and std" : used.text): \(choice.options) does as the file says"
  }

  /// Whether both make the same of a picture, but for rounding.
  private func isAlike(_ preprocessing: Preprocessing) -> Bool {
    guard !choice.isBlueFirst || preprocessing.isBlueFirst else { return false }
    let told = Preprocessing.imageNet.with(choice)
    func shares(_ one: Preprocessing) -> (mean: [Float], deviation: [Float]) {
      let span = one.white - one.black
      let even = preprocessing.isGrey
      func all(_ numbers: [Float]) -> [Float] {
        even ? [Float](repeating: numbers.reduce(0, +) / 3, count: 3) : numbers
      }
      return (all(one.mean.map { ($0 - one.black) / span }), all(one.deviation.map { $0 / span }))
    }
    let (one, other) = (shares(told), shares(preprocessing))
    return Self.areAlike(one.mean, other.mean) && Self.areAlike(one.deviation, other.deviation)
  }

  private static func areAlike(_ one: [Float], _ other: [Float]) -> Bool {
    zip(one, other).allSatisfy { abs($0 - $1) < tolerance }
  }
}

extension FileHints {
  /// What the configurations beside the file say of it; nil: nothing.
  var normalisationBeside: FileNormalisation? {
    [beside, preprocessor].compactMap(\.self).lazy.compactMap {
      FileNormalisation(in: $0.texts, source: "\($0.name) beside the file says")
    }.first
  }
}
