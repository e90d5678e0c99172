/// Reads `family:field=value:field=value` and complains about what nobody asked for.
struct FieldParser {
  let id: String
  let family: String
  private var values: [String: String] = [:]
  private var asked: [String] = []

  init(_ id: String) throws(ModelError) {
    self.id = id
    let parts = id.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    family = parts[0]
    guard parts.count > 1 else { throw .unknown(id: id, nearest: ModelCatalogue.nearest(to: id)) }
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
        expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
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

  /// A list with commas; nil as default means that the field is needed.
  mutating func list(
    _ field: String, _ range: ClosedRange<Int>, default fallback: [Int]?,
    counts: ClosedRange<Int>
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
        expected: "\(counts.lowerBound) to \(counts.upperBound) whole numbers from "
          + "\(range.lowerBound) to \(range.upperBound) with commas between")
    }
    return numbers.compactMap { $0 }
  }

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
