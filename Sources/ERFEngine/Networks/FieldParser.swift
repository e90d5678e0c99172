/// Reads `family:field=value:field=value` and complains about what nobody asked for.
struct FieldParser {
  let id: String
  private var values: [String: String] = [:]
  private var asked: [String] = []

  init(_ id: String) throws(ModelError) {
    self.id = id
    let parts = id.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    for part in parts.dropFirst() {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2, !pair[0].isEmpty else {
        throw .badValue(id: id, field: part, value: "", expected: "field=value")
      }
      guard values.updateValue(String(pair[1]), forKey: String(pair[0])) == nil else {
        throw .badValue(
          id: id, field: String(pair[0]), value: String(pair[1]), expected: "each field once")
      }
    }
  }

  mutating func number(
    _ field: String, _ range: ClosedRange<Int>, default fallback: Int
  ) throws(ModelError) -> Int {
    asked.append(field)
    guard let text = values[field] else { return fallback }
    guard let number = Int(text), range.contains(number) else {
      throw .badValue(
        id: id, field: field, value: text,
        expected: Self.wholeNumbers(range, counts: 1...1))
    }
    return number
  }

  mutating func decimal(
    _ field: String, _ range: ClosedRange<Double>, default fallback: Double
  ) throws(ModelError) -> Double {
    asked.append(field)
    guard let text = values[field] else { return fallback }
    guard let number = Double(text), range.contains(number) else {
      throw .badValue(
        id: id, field: field, value: text,
        expected: "a number from \(range.lowerBound.shortText) to \(range.upperBound.shortText)")
    }
    return number
  }

  /// Whether the text names a field.
  func has(_ field: String) -> Bool { values[field] != nil }

  /// A list with commas; nil as default means that the field is needed.
  mutating func list(
    _ field: String, _ range: ClosedRange<Int>, default fallback: [Int]?,
    counts: ClosedRange<Int>, expected: String? = nil
  ) throws(ModelError) -> [Int] {
    asked.append(field)
    guard let text = values[field] else {
      guard let fallback else { throw .missingField(id: id, field: field) }
      return fallback
    }
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard counts.contains(numbers.count),
      numbers.allSatisfy({ $0.map(range.contains) ?? false })
    else {
      throw .badValue(
        id: id, field: field, value: text,
        expected: expected ?? Self.wholeNumbers(range, counts: counts))
    }
    return numbers.compactMap { $0 }
  }

  /// What was expected where these many numbers of a range would do.
  private static func wholeNumbers(_ range: ClosedRange<Int>, counts: ClosedRange<Int>) -> String {
    let bounds = "from \(range.lowerBound) to \(range.upperBound)"
    return counts.upperBound == 1
      ? "a whole number \(bounds)"
      : "\(counts.words) whole numbers \(bounds) with commas between"
  }

  /// The same where a field takes `numbers`, one for all stages or as many as these.
  static func onePerStage(_ numbers: String, _ stages: Int) -> String {
    stages > 1 ? "\(numbers), or one for each of the \(stages) stages" : numbers
  }

  /// One number for all stages, or a list of as many; `isValid` narrows the range.
  mutating func perStage(
    _ field: String, _ range: ClosedRange<Int>, default fallback: Int, stages: Int,
    expected: String? = nil, where isValid: (Int) -> Bool = { _ in true }
  ) throws(ModelError) -> [Int] {
    let expected = expected ?? Self.onePerStage(Self.wholeNumbers(range, counts: 1...1), stages)
    let numbers = try list(
      field, range, default: [fallback], counts: 1...stages, expected: expected)
    guard numbers.count == 1 || numbers.count == stages, numbers.allSatisfy(isValid) else {
      throw .badValue(id: id, field: field, value: values[field] ?? "", expected: expected)
    }
    return numbers.count == 1 ? [Int](repeating: numbers[0], count: stages) : numbers
  }

  /// Stages with `kernels`, `dilation` and `shortcuts`, for networks whose kernels are 3 by default.
  mutating func stages(depths: [Int]) throws(ModelError) -> [StageDesign] {
    let kernels = try perStage(
      "kernels", StageDesign.kernels, default: 3, stages: depths.count,
      expected: "\(Self.oddSides), one or as many as stages", where: Self.isOdd)
    return try stages(
      kernels: kernels, small: [Int](repeating: 0, count: depths.count), depths: depths)
  }

  /// Stages with `dilation` and `shortcuts`; a small kernel of 0 is none.
  mutating func stages(
    kernels: [Int], small: [Int], depths: [Int]
  ) throws(ModelError) -> [StageDesign] {
    let count = depths.count
    let dilations = try perStage("dilation", StageDesign.dilations, default: 1, stages: count)
    let shortcuts = try perStage("shortcuts", 0...1, default: 1, stages: count)
    return (0..<count).map { stage in
      StageDesign(
        kernel: kernels[stage], smallKernel: small[stage] == 0 ? nil : small[stage],
        dilation: dilations[stage], hasShortcuts: shortcuts[stage] == 1, depth: depths[stage])
    }
  }

  static let oddSides = "odd numbers from 1 to 63"

  static func isOdd(_ number: Int) -> Bool { number % 2 == 1 }

  static func isOddOrNone(_ number: Int) -> Bool { number == 0 || number % 2 == 1 }

  mutating func choice<Choice: RawRepresentable<String>>(
    _ field: String, of choices: [Choice], default fallback: Choice
  ) throws(ModelError) -> Choice {
    asked.append(field)
    guard let text = values[field] else { return fallback }
    guard let choice = Choice(rawValue: text) else {
      throw .badValue(
        id: id, field: field, value: text,
        expected: choices.map(\.rawValue).joined(separator: " or "))
    }
    return choice
  }

  func finish() throws(ModelError) {
    if let unknown = values.keys.sorted().first(where: { !asked.contains($0) }) {
      throw .unknownField(id: id, field: unknown, known: asked)
    }
  }
}

extension [StageDesign] {
  /// `:kernels=3,3,7,3` where they are not all 3.
  var kernelField: String {
    contains { $0.kernel != 3 } ? ":kernels=" + map(\.kernel).fieldText : ""
  }

  /// `:dilation=1,1,2,1:shortcuts=0`: what is not as usual, for ids.
  var unusualFields: String {
    var text = ""
    if contains(where: { $0.dilation != 1 }) { text += ":dilation=" + map(\.dilation).fieldText }
    if contains(where: { !$0.hasShortcuts }) {
      text += ":shortcuts=" + map { $0.hasShortcuts ? 1 : 0 }.fieldText
    }
    return text
  }
}

extension [Int] {
  /// `3,4,6,3`, or one number where all are equal.
  var fieldText: String {
    Set(self).count == 1 ? "\(self[0])" : listText
  }

  /// `3,4,6,3`
  var listText: String { map(String.init).joined(separator: ",") }
}
