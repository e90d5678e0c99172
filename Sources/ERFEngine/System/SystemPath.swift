// File names as the system has them, bytes without a meaning, in texts and back.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Turns names of files into texts that name the same files again, whatever bytes they hold.
///
/// Names are nearly always UTF-8 and stay as they are. A byte that is not becomes a scalar of its own
/// out of Unicode's private use area, U+F700 more than the byte, which `withSystemPath` turns back;
/// so do the bytes of such scalars themselves.
public enum SystemPath {
  private static let offset: UInt32 = 0xF700
  /// The scalars that stand for bytes.
  static let escapes: ClosedRange<UInt32> = 0xF780...0xF7FF

  /// The text for a name.
  public static func text(_ name: some Collection<UInt8>) -> String {
    if let text = String(validating: name, as: UTF8.self), !holdsEscapes(text) { return text }
    var scalars = String.UnicodeScalarView()
    var rest = Array(name)[...]
    while let byte = rest.first {
      let length = byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
      if let text = String(validating: rest.prefix(length), as: UTF8.self),
        let scalar = text.unicodeScalars.first, !escapes.contains(scalar.value)
      {
        scalars.append(scalar)
        rest = rest.dropFirst(length)
      } else {
        Unicode.Scalar(offset + UInt32(byte)).map { scalars.append($0) }
        rest = rest.dropFirst()
      }
    }
    return String(scalars)
  }

  /// The bytes of the name that `text` stands for.
  public static func bytes(_ text: String) -> [UInt8] {
    guard holdsEscapes(text) else { return Array(text.utf8) }
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      if escapes.contains(scalar.value) {
        bytes.append(UInt8(scalar.value - offset))
      } else {
        bytes += Array(String(scalar).utf8)
      }
    }
    return bytes
  }

  /// The words of the command line, whatever bytes they hold.
  public static var arguments: [String] {
    (0..<Int(CommandLine.argc)).compactMap { index in
      guard let word = unsafe CommandLine.unsafeArgv[index] else { return nil }
      let bytes = unsafe UnsafeBufferPointer(start: word, count: strlen(word))
      return unsafe text(bytes.map { UInt8(bitPattern: $0) })
    }
  }

  private static func holdsEscapes(_ text: String) -> Bool {
    text.unicodeScalars.contains { escapes.contains($0.value) }
  }
}

/// Calls `body` with the name that `path` stands for, as the system takes it; a zero byte ends it.
func withSystemPath<Result>(
  _ path: String, _ body: (UnsafePointer<CChar>) -> Result
) -> Result {
  var bytes = SystemPath.bytes(path).map { CChar(bitPattern: $0) }
  bytes.append(0)
  return unsafe bytes.withUnsafeBufferPointer { buffer in
    guard let base = buffer.baseAddress else { preconditionFailure("there is a zero at least") }
    return unsafe body(base)
  }
}
