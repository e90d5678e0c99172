// JSON that says which build printed it.

import ERFEngine

/// What a command prints as JSON, with a field `maker` beside its own: program and commit, instruction
/// set, library.
struct Attributed<Content: Encodable>: Encodable {
  private enum Key: CodingKey { case maker }

  private let content: Content

  /// `content` encodes as an object.
  init(_ content: Content) { self.content = content }

  func encode(to encoder: any Encoder) throws {
    try content.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(ERFPart.Maker.this, forKey: .maker)
  }
}
