// How the C libraries of picture formats report what is wrong.

/// What a library said against some bytes or pixels.
struct CodecFailure: Error {
  let message: String

  /// Runs a C function that reports through a message buffer of `capacity` bytes; nil on success.
  static func collect(
    _ capacity: Int, _ body: (UnsafeMutablePointer<CChar>?) -> Bool
  ) -> CodecFailure? {
    var message = [CChar](repeating: 0, count: capacity)
    let done = unsafe message.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress) }
    if done { return nil }
    let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return CodecFailure(message: String(decoding: text, as: UTF8.self))
  }
}
