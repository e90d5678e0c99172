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
  ///   - black: what the darkest value of a picture is before that.
  ///   - white: what the brightest one is; nil: 1 or 255, by the numbers.
  ///   - isBlueFirst: nil: whether the usual means stand in that order.
  init?(
    source: String, mean: [Float], deviation: [Float], black: Float = 0, white: Float? = nil,
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
      let range = PixelRange(black: black, white: white)
    else { return nil }
    if black != 0 || white != 1 { choice.range = range }
    let shares = mean.map { ($0 - black) / (white - black) }
    let usual = Preprocessing.imageNet.mean
    choice.isBlueFirst =
      isBlueFirst
      ?? (Self.areAlike(shares, usual.reversed()) && !Self.areAlike(shares, usual))
    self.choice = choice
  }

  /// What texts under keys say, numbers of lists each under its own: `args.mean.0`; nil: nothing of both.
  init?(in texts: [String: String], source: String) {
    let texts = Self.lowercased(texts)
    func numbers(_ key: String) -> [Float] { Self.said(key, in: texts).map(Self.numbers) ?? [] }
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

  /// Texts under their keys in lower case, as programs of yacs have them in capitals.
  private static func lowercased(_ texts: [String: String]) -> [String: String] {
    let ordered = texts.sorted { $0.key < $1.key }.map { ($0.key.lowercased(), $0.value) }
    return Dictionary(ordered, uniquingKeysWith: { first, _ in first })
  }

  /// What texts say under `key`, of a list whose numbers have each its own as their list; nil: nothing.
  private static func said(_ key: String, in texts: [String: String]) -> String? {
    let text =
      texts[key]
      ?? (0..<16).compactMap { texts["\(key).\($0)"] }.joined(separator: ", ")
    return ["", "null", "none", "~", "[]", "()"].contains(text.lowercased()) ? nil : text
  }

  /// Why the texts of a configuration do not tell how pictures are normalised although they say something of it;
  /// nil: they tell, or say nothing.
  ///
  /// - Parameter ofPreprocessor: whether they are the hub's, with steps that may be off.
  static func flaw(in texts: [String: String], ofPreprocessor: Bool) -> String? {
    if ofPreprocessor {
      let odd = switches.first { name in
        texts[name].map { !["true", "false", "null"].contains($0) } ?? false
      }
      if let odd, let text = texts[odd] {
        return "gives \(odd)=\(WeightsMismatch.printable(text)), where true or false is expected"
      }
      if texts["do_normalize"] == "false" { return flawOfFactor(in: texts) }
    }
    if Self(in: texts, source: "") != nil {
      return ofPreprocessor ? flawOfFactor(in: texts) : nil
    }
    let lower = lowercased(texts)
    let means = Set(lower.keys.compactMap(Checkpoint.normalisationSetting)).sorted()
      .filter { $0.hasSuffix("mean") }
    for key in means {
      guard let mean = said(key, in: lower) else { continue }
      let other = String(key.dropLast("mean".count)) + "std"
      let start = "gives \(key)=\(WeightsMismatch.printable(mean))"
      if let deviation = said(other, in: lower) {
        return "\(start) and \(other)=\(WeightsMismatch.printable(deviation)), where three "
          + "numbers each are expected"
      }
      // In another section it may be a mean of something else.
      if !key.contains(".") || key.hasPrefix("pretrained_cfg.") {
        return "\(start) without \(other)"
      }
    }
    return nil
  }

  private static let switches = ["do_normalize", "do_rescale", "do_flip_channel_order"]

  /// The same of what pixels are multiplied by, where the hub's processor does.
  private static func flawOfFactor(in texts: [String: String]) -> String? {
    guard let factor = texts["rescale_factor"], Self(preprocessor: texts, source: "") == nil else {
      return nil
    }
    return "gives rescale_factor=\(WeightsMismatch.printable(factor)), which is no factor of pixels"
  }

  /// What a configuration of mmengine or its forerunners says; nil: nothing of both.
  init?(_ configuration: ConfigurationText) {
    let settings = configuration.normalisation?.settings
    func numbers(_ key: String) -> [Float] {
      settings?[key]?.texts(under: key).first.map { Self.numbers($0.text) } ?? []
    }
    let deviation = numbers("std")
    self.init(
      source: "the file's configuration says", mean: numbers("mean"), deviation: deviation,
      // Pixels are from 0 to 255 there, unless a step of another library made them smaller.
      white: deviation.contains { $0 < 1 } ? 1 : 255,
      isBlueFirst: Self.isBlueFirst(configuration))
  }

  /// Whether the network sees blue first by such a configuration; nil: it does not say.
  static func isBlueFirst(_ configuration: ConfigurationText) -> Bool? {
    guard let (name, settings) = configuration.normalisation else { return nil }
    // Pictures are read with blue first; where nothing is said, only mmcv's own step turns them.
    guard let key = ConfigurationText.turning.first(where: { settings[$0] != nil }) else {
      return ["data_preprocessor", "preprocess_cfg"].contains(name)
    }
    let isOff =
      settings[key].map { [.word("False"), .word("false"), .word("0")].contains($0) } ?? false
    return (key == "to_bgr") != isOff
  }

  /// What the hub's `preprocessor_config.json` says, whose steps may be off or scale otherwise; nil: nothing.
  init?(preprocessor texts: [String: String], source: String) {
    guard let (black, white) = Self.range(ofPreprocessor: texts) else { return nil }
    let isBlueFirst = Self.isBlueFirst(preprocessor: texts)
    let read = Self(in: texts, source: source)
    // Processors that turn the colours do not normalise unless they say so.
    let isPlain = read == nil && isBlueFirst == true && texts["do_normalize"] == nil
    if isPlain || texts["do_normalize"] == "false" {
      self.init(
        source: source, mean: [0], deviation: [1], black: black, white: white,
        isBlueFirst: isBlueFirst)
      return
    }
    guard let said = read?.choice, let mean = said.mean, let deviation = said.deviation else {
      return nil
    }
    // Colours are turned last of all, so that red comes first in the numbers.
    let isTurned = isBlueFirst == true && !said.isBlueFirst
    let isTold = ["rescale_factor", "do_rescale"].contains { texts[$0] != nil } || black != 0
    self.init(
      source: source, mean: isTurned ? mean.reversed() : mean,
      deviation: isTurned ? deviation.reversed() : deviation, black: black,
      white: isTold ? white : nil, isBlueFirst: isBlueFirst)
  }

  /// Whether the network sees blue first by such a file; nil: it does not say.
  static func isBlueFirst(preprocessor texts: [String: String]) -> Bool? {
    texts["do_flip_channel_order"].map { $0 == "true" }
  }

  /// What black and white become by such a file before a mean is subtracted; nil: its factor is no number.
  private static func range(
    ofPreprocessor texts: [String: String]
  ) -> (black: Float, white: Float)? {
    guard texts["do_rescale"] != "false" else { return (0, 255) }
    // The processors whose setting is called `offset` have another factor where none is given.
    let usual = texts["offset"] == "true" ? 1 / 127.5 : 1 / 255.0
    guard let scale = Double(texts["rescale_factor"] ?? "\(usual)") else { return nil }
    // Files have these factors with more or fewer digits.
    let span = 255 * scale
    let width = Float(abs(span - span.rounded()) < 1e-4 ? span.rounded() : span)
    let black: Float = ["rescale_offset", "offset"].contains { texts[$0] == "true" } ? -1 : 0
    return (black, black + width)
  }

  /// The numbers of a list or tuple; none where it holds something else.
  private static func numbers(_ text: String) -> [Float] {
    let parts = text.split { "[](), ".contains($0) }
    let numbers = parts.compactMap { Float($0) }
    return numbers.count == parts.count ? numbers : []
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
  /// Whether the network sees blue first by the file's configuration, or else the hub's beside it, and which of
  /// them says so; nil: neither does.
  var colourOrder: (isBlueFirst: Bool, source: String)? {
    if let configuredOrder { return (configuredOrder, "its configuration") }
    guard let preprocessor,
      let isBlueFirst = FileNormalisation.isBlueFirst(preprocessor: preprocessor.texts)
    else { return nil }
    return (isBlueFirst, "\(preprocessor.name) beside it")
  }

  /// What the configurations beside the file say of it, the first that does; nil: nothing.
  var normalisationBeside: FileNormalisation? {
    func source(_ beside: Beside) -> String { "\(beside.name) beside the file says" }
    return beside.lazy.compactMap { FileNormalisation(in: $0.texts, source: source($0)) }.first
      ?? preprocessor.flatMap {
        // What is said to be unknown is not followed by halves.
        $0.flawOfPictures == nil
          ? FileNormalisation(preprocessor: $0.texts, source: source($0)) : nil
      }
  }
}
