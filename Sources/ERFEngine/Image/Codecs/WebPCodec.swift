// WebP from bytes through libwebp, checked on the Swift side.

import CWebP

enum WebPCodec {
  /// Height and width in pixels, from the header alone.
  static func size(_ bytes: [UInt8]) throws(CodecFailure) -> InputSize {
    var width: UInt32 = 0
    var height: UInt32 = 0
    let done = unsafe bytes.withUnsafeBufferPointer { source in
      unsafe cwebp_read_size(source.baseAddress, source.count, &width, &height)
    }
    guard done else { throw CodecFailure(message: "its header cannot be read") }
    return InputSize(height: Int(height), width: Int(width))
  }

  /// The pixels of the first frame, 8-bit RGB (H, W, 3), of a picture of the size that `size` told.
  static func decode(_ bytes: [UInt8], size: InputSize) throws(CodecFailure) -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: size.height * size.width * 3)
    let done = unsafe bytes.withUnsafeBufferPointer { source in
      unsafe pixels.withUnsafeMutableBufferPointer { target in
        unsafe cwebp_read_rgb(source.baseAddress, source.count, target.baseAddress, target.count)
      }
    }
    guard done else { throw CodecFailure(message: "its pixels cannot be decoded") }
    return pixels
  }
}
