// TIFF from bytes through libtiff, checked on the Swift side.

import CTIFF

enum TIFFCodec {
  /// What the header tells of the first page.
  struct Page {
    /// As it is stored, in pixels.
    let size: InputSize
    /// How the stored rows and columns lie, as the specification numbers it: 1 is upright.
    let orientation: Int
  }

  /// The kind of a sound file that is not converted, `32-bit floating-point TIFF`; nil: it is not sound.
  static func otherKind(_ failure: CodecFailure) -> String? {
    failure.message.hasPrefix(CTIFF_OTHER)
      ? String(failure.message.dropFirst(CTIFF_OTHER.count)) : nil
  }

  static func page(_ bytes: [UInt8]) throws(CodecFailure) -> Page {
    var width: UInt32 = 0
    var height: UInt32 = 0
    var orientation: UInt32 = 1
    let failure = unsafe CodecFailure.collect(Int(CTIFF_MESSAGE)) { message in
      unsafe bytes.withUnsafeBufferPointer { source in
        unsafe ctiff_read_size(
          source.baseAddress, source.count, &width, &height, &orientation, message)
      }
    }
    if let failure { throw failure }
    return Page(
      size: InputSize(height: Int(height), width: Int(width)), orientation: Int(orientation))
  }

  /// The pixels of the first page as they are stored, 8-bit RGB (H, W, 3).
  static func decode(_ bytes: [UInt8], size: InputSize) throws(CodecFailure) -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: size.height * size.width * 3)
    let failure = unsafe CodecFailure.collect(Int(CTIFF_MESSAGE)) { message in
      unsafe bytes.withUnsafeBufferPointer { source in
        unsafe pixels.withUnsafeMutableBufferPointer { target in
          unsafe ctiff_read_rgb(
            source.baseAddress, source.count, target.baseAddress, target.count, message)
        }
      }
    }
    if let failure { throw failure }
    return pixels
  }
}
