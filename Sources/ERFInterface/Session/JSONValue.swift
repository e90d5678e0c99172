// JSON as a tree, and a reader of it that knows where it is, so that whatever is wrong in a file is
// named by its path.

import ERFEngine

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A JSON document.
enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  /// - Throws: ``SessionError/notJSON`` for anything else.
  init(decoding bytes: [UInt8]) throws(SessionError) {
    do {
      self = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
    } catch {
      throw .notJSON
    }
  }

  /// Indented, keys sorted, ending in a line end.
  func encoded() throws -> [UInt8] { try JSONText.encode(self) }

  /// What kind of thing it is, for messages.
  var kind: String {
    switch self {
    case .null: "nothing"
    case .bool(let value): "\(value)"
    case .number(let value):
      value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    case .text(let value): "\"\(String(value.prefix(40)).sanitised)\""
    case .list(let values): "a list of \(values.count)"
    case .object: "an object"
    }
  }
}

extension JSONValue: Codable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .number(let value):
      if value == value.rounded(), abs(value) < 1e15 {
        try container.encode(Int(value))
      } else {
        try container.encode(value)
      }
    case .text(let value): try container.encode(value)
    case .list(let values): try container.encode(values)
    case .object(let fields): try container.encode(fields)
    }
  }
}

/// A value with its path in the document.
struct JSONField {
  let path: String
  let value: JSONValue

  func expected(_ what: String) -> SessionError {
    .field(path: path, expected: what, found: value.kind)
  }

  func text() throws(SessionError) -> String {
    guard case .text(let text) = value else { throw expected("a text") }
    return text
  }

  func bool() throws(SessionError) -> Bool {
    guard case .bool(let value) = value else { throw expected("true or false") }
    return value
  }

  func number(_ range: ClosedRange<Double>) throws(SessionError) -> Double {
    guard case .number(let number) = value, range.contains(number) else {
      throw expected("a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// - Parameter reason: what there is to say of the range.
  func integer(
    _ range: ClosedRange<Int>, because reason: String = ""
  ) throws(SessionError) -> Int {
    guard case .number(let number) = value, number == number.rounded(),
      number >= Double(range.lowerBound), number <= Double(range.upperBound)
    else {
      throw expected("a whole number from \(range.lowerBound) to \(range.upperBound)" + reason)
    }
    return Int(number)
  }

  /// A case of an enum, by its raw value.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ type: Choice.Type
  ) throws(SessionError) -> Choice where Choice.RawValue == String {
    guard case .text(let text) = value, let choice = Choice(rawValue: text) else {
      throw expected("one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  func list(_ counts: ClosedRange<Int>) throws(SessionError) -> [JSONField] {
    guard case .list(let values) = value, counts.contains(values.count) else {
      throw expected("a list of \(counts.lowerBound) to \(counts.upperBound) entries")
    }
    return values.enumerated().map { JSONField(path: "\(path)[\($0)]", value: $1) }
  }

  /// Reads an object; fields that `read` does not ask for are an error, since a misspelt name would
  /// otherwise be ignored.
  func object<Result>(
    _ read: (inout JSONObjectReader) throws(SessionError) -> Result
  ) throws(SessionError) -> Result {
    guard case .object(let fields) = value else { throw expected("an object") }
    var reader = JSONObjectReader(path: path, fields: fields)
    let result = try read(&reader)
    if let extra = fields.keys.filter({ !reader.asked.contains($0) }).min() {
      throw .unknownField(path: path.isEmpty ? extra : "\(path).\(extra)", known: reader.asked)
    }
    return result
  }
}

/// The fields of an object, and which of them were asked for.
struct JSONObjectReader {
  let path: String
  fileprivate let fields: [String: JSONValue]
  fileprivate(set) var asked: [String] = []

  fileprivate init(path: String, fields: [String: JSONValue]) {
    self.path = path
    self.fields = fields
  }

  /// The field of that name; nil where it is missing or null.
  mutating func field(_ name: String) -> JSONField? {
    asked.append(name)
    guard let value = fields[name], value != .null else { return nil }
    return JSONField(path: path.isEmpty ? name : "\(path).\(name)", value: value)
  }

  mutating func required(_ name: String) throws(SessionError) -> JSONField {
    guard let field = field(name) else {
      throw .missing(path: path.isEmpty ? name : "\(path).\(name)")
    }
    return field
  }
}
