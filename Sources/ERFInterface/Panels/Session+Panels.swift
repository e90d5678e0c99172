// Sessions whose panels there are.

extension Session {
  /// - Throws: ``SessionError`` naming the path of the first field that is wrong.
  public init(decoding bytes: [UInt8]) throws(SessionError) {
    try self.init(reading: bytes)
    let named =
      [("screen.focus", screen.focus)]
      + screen.recent.enumerated().map { ("screen.recent[\($0)]", $1) }
    for (path, name) in named where !Panels.names.contains(name) {
      throw JSONField(path: path, value: .text(name.rawValue)).expected(
        "one of " + Panels.names.map(\.rawValue).joined(separator: ", "))
    }
  }
}
