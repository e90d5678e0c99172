// PNG to and from bytes through libpng, checked on the Swift side.

import CPNG

enum PNGCodec {
  /// The message of a failure for lack of bytes.
  static let truncated = "the data ends too early"

  /// Height and width in pixels, from the header alone.
  static func size(_ bytes: [UInt8]) throws(CodecFailure) -> InputSize {
    var width: UInt32 = 0
    var height: UInt32 = 0
    let failure = unsafe CodecFailure.collect(Int(CPNG_MESSAGE)) { message in
      unsafe bytes.withUnsafeBufferPointer { source in
        unsafe cpng_read_size(source.baseAddress, source.count, &width, &height, message)
      }
    }
    if let failure { throw failure }
    return InputSize(height: Int(height), width: Int(width))
  }

  /// The pixels, 8-bit RGB (H, W, 3), of a picture of the size that `size` told.
  static func decode(_ bytes: [UInt8], size: InputSize) throws(CodecFailure) -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: size.height * size.width * 3)
    let failure = unsafe CodecFailure.collect(Int(CPNG_MESSAGE)) { message in
      unsafe bytes.withUnsafeBufferPointer { source in
        unsafe pixels.withUnsafeMutableBufferPointer { target in
          unsafe cpng_read_rgb(
            source.baseAddress, source.count, target.baseAddress, target.count, message)
        }
      }
    }
    if let failure { throw failure }
    return pixels
  }

  /// A PNG file of 8-bit RGB pixels.
  static func encode(_ image: Image) throws(CodecFailure) -> [UInt8] {
    var encoded: [UInt8] = []
    let failure = unsafe CodecFailure.collect(Int(CPNG_MESSAGE)) { message in
      var bytes: UnsafeMutablePointer<UInt8>?
      var count = 0
      let done = unsafe image.pixels.withUnsafeBufferPointer { source in
        unsafe cpng_write_rgb(
          source.baseAddress, UInt32(image.width), UInt32(image.height), &bytes, &count, message)
      }
      if done {
        encoded = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
        unsafe cpng_free(bytes)
      }
      return done
    }
    if let failure { throw failure }
    return encoded
  }
}
