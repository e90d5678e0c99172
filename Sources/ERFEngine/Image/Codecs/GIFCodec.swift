// GIF from bytes through giflib, checked on the Swift side.

import CGIF

enum GIFCodec {
  /// Height and width in pixels of the screen, or of as much more as the first frame needs.
  static func size(_ bytes: [UInt8]) throws(CodecFailure) -> InputSize {
    var width: UInt32 = 0
    var height: UInt32 = 0
    let failure = unsafe CodecFailure.collect(Int(CGIF_MESSAGE)) { message in
      unsafe bytes.withUnsafeBufferPointer { source in
        unsafe cgif_read_size(source.baseAddress, source.count, &width, &height, message)
      }
    }
    if let failure { throw failure }
    guard width > 0 && height > 0 else { throw CodecFailure(message: "its screen has no size") }
    return InputSize(height: Int(height), width: Int(width))
  }

  /// The pixels of the first frame, 8-bit RGB (H, W, 3), of a picture of the size that `size` told.
  static func decode(_ bytes: [UInt8], size: InputSize) throws(CodecFailure) -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: size.height * size.width * 3)
    let failure = unsafe CodecFailure.collect(Int(CGIF_MESSAGE)) { message in
      unsafe bytes.withUnsafeBufferPointer { source in
        unsafe pixels.withUnsafeMutableBufferPointer { target in
          unsafe cgif_read_rgb(
            source.baseAddress, source.count, target.baseAddress, target.count, message)
        }
      }
    }
    if let failure { throw failure }
    return pixels
  }
}
