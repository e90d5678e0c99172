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
  ///
  /// - Parameters:
  ///   - white: what the brightest value of a picture is before that, black being 0; nil: 1 or 255, by the
  ///     numbers.
  ///   - isBlueFirst: nil: whether the usual means stand in that order.
  init?(
    source: String, mean: [Float], deviation: [Float], white: Float? = nil,
    isBlueFirst: Bool? = nil
  ) {
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
    let white = white ?? (isOfBytes ? 255 : 1)
    guard PreprocessingChoice.means.contains(white),
      let range = PixelRange(black: 0, white: white)
    else { return nil }
    if white != 1 { choice.range = range }
    let shares = mean.map { $0 / white }
    let usual = Preprocessing.imageNet.mean
    choice.isBlueFirst =
      isBlueFirst
      ?? (Self.areAlike(shares, usual.reversed()) && !Self.areAlike(shares, usual))
    self.choice = choice
  }

  /// What texts under keys say, numbers of lists each under its own: `args.mean.0`; nil: nothing of both.
  init?(in texts: [String: String], source: String) {
    func numbers(_ key: String) -> [Float] {
      if let text = texts[key] { return Self.numbers(text) }
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

  /// What a configuration of mmengine or its forerunners says, whose pixels are from 0 to 255; nil: nothing of
  /// both.
  init?(_ configuration: ConfigurationText) {
    guard let (name, settings) = configuration.normalisation else { return nil }
    func numbers(_ key: String) -> [Float] {
      settings[key]?.texts(under: key).first.map { Self.numbers($0.text) } ?? []
    }
    let turned = ["to_rgb", "bgr_to_rgb"].lazy.compactMap { settings[$0] }.first
    // Pictures are read with blue first; where nothing is said, only mmcv's own step turns them.
    let isBlueFirst =
      turned.map { [.word("False"), .word("0")].contains($0) } ?? (name != "img_norm_cfg")
    self.init(
      source: "the file's configuration says", mean: numbers("mean"), deviation: numbers("std"),
      white: 255, isBlueFirst: isBlueFirst)
  }

  /// What the hub's `preprocessor_config.json` says, whose steps may be off or scale otherwise; nil: nothing.
  init?(preprocessor texts: [String: String], source: String) {
    let factor = texts["do_rescale"] == "false" ? "1" : texts["rescale_factor"] ?? "\(1.0 / 255)"
    guard let scale = Double(factor), texts["rescale_offset"] != "true" else { return nil }
    // Files have 1/255 with more or fewer digits.
    let white = abs(255 * scale - 1) < 1e-4 ? 1 : Float(255 * scale)
    if texts["do_normalize"] == "false" {
      self.init(source: source, mean: [0], deviation: [1], white: white)
      return
    }
    let read = Self(in: texts, source: source)
    guard let mean = read?.choice.mean, let deviation = read?.choice.deviation else { return nil }
    let isTold = texts["rescale_factor"] != nil || texts["do_rescale"] != nil
    self.init(
      source: source, mean: mean, deviation: deviation, white: isTold ? white : nil)
  }

  /// The numbers of a list or tuple.
  private static func numbers(_ text: String) -> [Float] {
    text.split { "[](), ".contains($0) }.compactMap { Float($0) }
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
    func source(_ beside: Beside) -> String { "\(beside.name) beside the file says" }
    return beside.flatMap { FileNormalisation(in: $0.texts, source: source($0)) }
      ?? preprocessor.flatMap {
        FileNormalisation(preprocessor: $0.texts, source: source($0))
      }
  }
}
