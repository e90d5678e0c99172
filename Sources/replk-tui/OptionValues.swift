// Which values options take: one table of ranges, which the tables of options refer to, so that every
// command refuses the same numbers in the same words before it does anything.

import ERFEngine

/// What an option takes where not any text will do.
struct OptionValues: Sendable {
  /// What was expected, for the line that says what is wrong.
  let expected: String
  let accepts: @Sendable (String) -> Bool

  /// A whole number within a range; `noun` says of what.
  static func whole(_ range: ClosedRange<Int>, _ noun: String) -> OptionValues {
    OptionValues(
      expected: "\(noun), a whole number from \(range.lowerBound) to \(range.upperBound)"
    ) { Int($0).map(range.contains) ?? false }
  }

  static func decimal(_ range: ClosedRange<Double>, _ noun: String) -> OptionValues {
    OptionValues(expected: "\(noun), a number from \(range.lowerBound) to \(range.upperBound)") {
      Double(decimal: $0).map(range.contains) ?? false
    }
  }
}

extension BinaryFloatingPoint where Self: LosslessStringConvertible {
  /// A number in decimal notation, `0.5` or `1e-3`; nil for anything else, such as the hexadecimal `0x1p-3`,
  /// which whole numbers are not taken in either.
  init?(decimal text: String) {
    let isDecimal = text.allSatisfy { $0.isASCII && $0.isNumber || "+-.eE".contains($0) }
    guard isDecimal else { return nil }
    self.init(text)
  }
}

extension OptionValues {
  // MARK: Images and inputs

  /// `224`, or `160x224`: height x width.
  static let inputSize = OptionValues(
    expected: "pixels such as 224, or HxW such as 160x224, each from 8 to 4096"
  ) { InputSize(argument: $0) != nil }
  /// Several of these with commas.
  static let inputSizes = OptionValues(
    expected: "pixels such as 224, HxW such as 160x224, or several, 160,224,320, from 8 to 4096"
  ) { [InputSize](arguments: $0) != nil }
  static let trainedSide = whole(8...4096, "pixels a side")
  static let images = whole(1...1_000_000, "a number of images")
  static let unit = OptionValues(expected: "ROW,COL such as 3,5, counted from 0") {
    Unit(argument: $0) != nil
  }
  static let stage = whole(1...1000, "a stage")

  static let shard = OptionValues(
    expected: "I/N such as 2/4, I from 1 to N and N at most \(Shard.most)"
  ) { Shard($0) != nil }

  // MARK: Preparing pictures

  /// `own`: as the network is known to take them.
  static let mean = OptionValues(
    expected: "one number or three in the network's order of channels, such as 0.485,0.456,0.406, "
      + "each from -100000 to 100000, or own"
  ) { $0 == "own" || [Float](channels: $0, in: PreprocessingChoice.means) != nil }
  static let deviation = OptionValues(
    expected: "one number or three in the network's order of channels, such as 0.229,0.224,0.225, "
      + "each from 1e-6 to 100000, or own"
  ) { $0 == "own" || [Float](channels: $0, in: PreprocessingChoice.deviations) != nil }
  static let range = OptionValues(
    expected:
      "two different numbers, the values for black and white, such as 0:255 or -1:1, each from "
      + "-100000 to 100000, or own"
  ) { $0 == "own" || PixelRange(argument: $0) != nil }

  // MARK: Built-in stimuli

  static let probeStimuli = whole(ShapeBiasRequest.counts, "a number of stimuli")
  static let stimuli = whole(1...1_000_000, "a number of stimuli")
  static let stimulusSide = whole(ShapeBiasRequest.sizes, "pixels a side")
  static let shuffles = OptionValues(expected: "tiles a side from 2 to 64, such as 2,4,8") {
    [Int](tiles: $0) != nil
  }

  // MARK: Training

  static let trainingStimuli = whole(16...1_000_000, "a number of stimuli")
  static let trainingSides = 32...1024
  static let trainingSizes = OptionValues(
    expected: "pixels from 32 to 1024: 224, 160/224/288, or 128:20,224:6 with epochs"
  ) { TrainingSizes.parsed($0, stepsAnEpoch: 1, in: trainingSides) != nil }
  static let jitter = decimal(0...0.9, "a share")
  static let crop = OptionValues(expected: "`shift`, or a share of the area from 0.05 to 1") {
    $0 == "shift" || Double(decimal: $0).map((0.05...1).contains) ?? false
  }
  static let batch = whole(2...4096, "a number of pictures")
  static let epochs = whole(1...100_000, "a number of epochs")
  static let steps = whole(1...100_000_000, "a number of steps")
  static let rate = decimal(1e-9...100, "a learning rate")
  static let decay = decimal(0...1, "a weight decay")
  static let smoothing = decimal(0...0.9, "a share")
  static let probability = decimal(0...1, "a probability")
  static let dropPath = decimal(0...0.9, "a probability")
  static let mixup = decimal(0...1, "a parameter of the Beta distribution")
  static let averaging = decimal(0...0.99999, "a decay")
  static let saveInterval = whole(1...86_400, "seconds")

  // MARK: All commands

  static let threads = whole(1...256, "a number of threads")
  static let seed = OptionValues(
    expected: "a seed, a whole number from 0 to \(UInt64.max)"
  ) { UInt64($0) != nil }
  static let cellAspect = decimal(0.5...5, "height over width")
}

extension InputSize {
  /// Sides in pixels that inputs may have.
  private static let sides = 8...4096

  /// `224`, or `160x224`: height x width; nil for anything else.
  init?(argument text: String) {
    let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0) }.filter { Self.sides.contains($0) }
    guard numbers.count == parts.count, let height = numbers.first, numbers.count <= 2 else {
      return nil
    }
    self.init(height: height, width: numbers.last ?? height)
  }
}

extension [InputSize] {
  /// `160,224x320`; nil for anything else.
  init?(arguments text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let sizes = parts.compactMap { InputSize(argument: String($0)) }
    guard sizes.count == parts.count else { return nil }
    self = sizes
  }
}

extension Unit {
  /// `3,5`; nil for anything else.
  init?(argument text: String) {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let row = numbers[0], let column = numbers[1] else { return nil }
    self.init(row: row, column: column)
  }
}

extension [Int] {
  /// `2,4,8`: tiles a side, each from 2 to 64; nil for anything else.
  init?(tiles text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0) }.filter { (2...64).contains($0) }
    guard numbers.count == parts.count else { return nil }
    self = numbers
  }
}

extension [Float] {
  /// `0.5`, for all three channels, or `0.485,0.456,0.406`; nil for anything else.
  init?(channels text: String, in range: ClosedRange<Float>) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Float(decimal: String($0)) }.filter(range.contains)
    guard numbers.count == parts.count, [1, 3].contains(numbers.count) else { return nil }
    self = numbers.count == 1 ? [numbers[0], numbers[0], numbers[0]] : numbers
  }
}

extension PixelRange {
  /// `0:255`; nil for anything else.
  init?(argument text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let ends = parts.compactMap { Float(decimal: String($0)) }
      .filter(PreprocessingChoice.means.contains)
    guard parts.count == 2, ends.count == 2 else { return nil }
    self.init(black: ends[0], white: ends[1])
  }
}
