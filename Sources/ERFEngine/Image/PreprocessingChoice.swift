// What is said of a network's input in place of what the network is known to take.

/// How pictures are prepared for a network, as far as somebody says: a file of weights does not tell.
public struct PreprocessingChoice: Sendable, Hashable {
  /// Subtracted from the three channels, in the order in which the network takes them; nil: the
  /// network's own, or 0 where a range is given.
  public var mean: [Float]?
  /// What the three channels are divided by; nil: the network's own, or 1 where a range is given.
  public var deviation: [Float]?
  /// What black and white become before that; nil: the network's own, which are 0 and 1 for most.
  public var range: PixelRange?
  /// Whether blue comes first, as OpenCV and Caffe have it.
  public var isBlueFirst = false

  public init() {}

  /// Pictures are prepared as the network is known to take them.
  public static let own = PreprocessingChoice()

  /// Numbers that a mean may have, and ends of ranges.
  public static let means: ClosedRange<Float> = -100_000...100_000
  /// Numbers that a deviation may have.
  public static let deviations: ClosedRange<Float> = 1e-6...100_000

  /// In words, `range 0:255, mean 104,117,123, BGR`; empty where nothing is said.
  public var text: String {
    var parts: [String] = []
    if let range { parts.append("range \(range.text)") }
    if let mean { parts.append("mean \(Self.text(mean))") }
    if let deviation { parts.append("std \(Self.text(deviation))") }
    if isBlueFirst { parts.append("BGR") }
    return parts.joined(separator: ", ")
  }

  /// As the command line takes it: `--range 0:255 --mean 104,117,123 --bgr`.
  var options: String {
    var parts: [String] = []
    if let range { parts.append("--range \(range.text)") }
    if let mean { parts.append("--mean \(Self.text(mean))") }
    if let deviation { parts.append("--std \(Self.text(deviation))") }
    if isBlueFirst { parts.append("--bgr") }
    return parts.joined(separator: " ")
  }

  /// The same, or that nothing is.
  var shown: String { self == .own ? "the network's own" : text }

  /// `0.5` for three equal numbers.
  private static func text(_ numbers: [Float]) -> String {
    let shown = Set(numbers).count == 1 ? Array(numbers.prefix(1)) : numbers
    return shown.map(\.shortest).joined(separator: ",")
  }
}

/// As files hold it: `{"mean": [..], "std": [..], "range": [0, 255], "bgr": true}`, each of which may be
/// missing.
extension PreprocessingChoice: Codable {
  private enum CodingKeys: String, CodingKey {
    case mean, range
    case deviation = "std"
    case isBlueFirst = "bgr"
  }

  /// - Throws: `DecodingError` where there are too few numbers, or some out of range.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func numbers(
      _ key: CodingKeys, _ count: Int, in range: ClosedRange<Float>
    ) throws -> [Float]? {
      guard let numbers = try values.decodeIfPresent([Float].self, forKey: key) else { return nil }
      guard numbers.count == count, numbers.allSatisfy(range.contains) else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: values, debugDescription: "\(count) numbers in \(range)")
      }
      return numbers
    }
    self.init()
    mean = try numbers(.mean, 3, in: Self.means)
    deviation = try numbers(.deviation, 3, in: Self.deviations)
    range = try numbers(.range, 2, in: Self.means).flatMap {
      PixelRange(black: $0[0], white: $0[1])
    }
    isBlueFirst = try values.decodeIfPresent(Bool.self, forKey: .isBlueFirst) ?? false
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encodeIfPresent(mean, forKey: .mean)
    try values.encodeIfPresent(deviation, forKey: .deviation)
    try values.encodeIfPresent(range.map { [$0.black, $0.white] }, forKey: .range)
    if isBlueFirst { try values.encode(true, forKey: .isBlueFirst) }
  }

  /// nil for the network's own way.
  var stated: PreprocessingChoice? { self == .own ? nil : self }
}

/// What the darkest and the brightest value of a picture become.
public struct PixelRange: Sendable, Hashable {
  public let black: Float
  public let white: Float

  /// nil where both are one.
  public init?(black: Float, white: Float) {
    guard black != white else { return nil }
    self.black = black
    self.white = white
  }

  /// `0:255`.
  public var text: String { "\(black.shortest):\(white.shortest)" }
}

extension Float {
  /// Without the `.0` of whole numbers.
  fileprivate var shortest: String {
    let text = "\(self)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension Preprocessing {
  /// `choice`, or nothing said where it only spells out what is done anyway.
  func difference(by choice: PreprocessingChoice) -> PreprocessingChoice {
    with(choice) == self ? .own : choice
  }

  /// The same with what is said of it instead.
  public func with(_ choice: PreprocessingChoice) -> Preprocessing {
    guard choice != .own else { return self }
    let isOwn = choice.range == nil
    // The network's own numbers belong to colours, and go with them.
    func ordered(_ own: [Float]) -> [Float] { choice.isBlueFirst ? own.reversed() : own }
    return Preprocessing(
      mean: choice.mean ?? (isOwn ? ordered(mean) : [0, 0, 0]),
      deviation: choice.deviation ?? (isOwn ? ordered(deviation) : [1, 1, 1]),
      black: choice.range?.black ?? black, white: choice.range?.white ?? white,
      isBlueFirst: choice.isBlueFirst, isGrey: isGrey)
  }
}
