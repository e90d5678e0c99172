// JPEG from bytes through TurboJPEG, checked on the Swift side.

import CTurboJPEG

/// One JPEG file in memory with the decoder that read its header.
///
/// A class, so that the decoder is freed whatever happens.
@safe
final class JPEGDecoder {
  private let handle: tjhandle
  private let bytes: [UInt8]
  /// Height and width in pixels.
  let size: InputSize
  /// Whether the pixels come as four inks (CMYK, or YCCK turned into it).
  let isFourColour: Bool

  init(_ bytes: [UInt8]) throws(CodecFailure) {
    guard let handle = unsafe tjInitDecompress() else {
      throw CodecFailure(message: "TurboJPEG could not start")
    }
    var width: Int32 = 0
    var height: Int32 = 0
    var sampling: Int32 = 0
    var space: Int32 = 0
    let status = unsafe bytes.withUnsafeBufferPointer { source in
      unsafe tjDecompressHeader3(
        handle, source.baseAddress, UInt(source.count), &width, &height, &sampling, &space)
    }
    // What is odd in a header, such as a version nobody knows, keeps no picture from being read.
    let isWarning = unsafe tjGetErrorCode(handle) == Int32(TJERR_WARNING.rawValue)
    guard status == 0 || isWarning, width > 0, height > 0 else {
      let message = unsafe Self.message(of: handle)
      unsafe tjDestroy(handle)
      throw CodecFailure(message: message)
    }
    unsafe self.handle = handle
    self.bytes = bytes
    size = InputSize(height: Int(height), width: Int(width))
    isFourColour = space == Int32(TJCS_CMYK.rawValue) || space == Int32(TJCS_YCCK.rawValue)
  }

  deinit { unsafe tjDestroy(handle) }

  /// The pixels: RGB (H, W, 3), or (H, W, 4) of inks where `isFourColour`, as stored.
  ///
  /// `warning` tells of damage that the decoder worked around.
  func decode() throws(CodecFailure) -> (pixels: [UInt8], warning: String?) {
    let channels = isFourColour ? 4 : 3
    let format = isFourColour ? TJPF_CMYK : TJPF_RGB
    var pixels = [UInt8](repeating: 0, count: size.height * size.width * channels)
    let status = unsafe bytes.withUnsafeBufferPointer { source in
      unsafe pixels.withUnsafeMutableBufferPointer { target in
        unsafe tjDecompress2(
          handle, source.baseAddress, UInt(source.count), target.baseAddress, Int32(size.width), 0,
          Int32(size.height), Int32(format.rawValue), Int32(TJFLAG_LIMITSCANS))
      }
    }
    if status == 0 { return (pixels, nil) }
    let message = unsafe Self.message(of: handle)
    guard unsafe tjGetErrorCode(handle) == Int32(TJERR_WARNING.rawValue) else {
      throw CodecFailure(message: message)
    }
    return (pixels, message)
  }

  private static func message(of handle: tjhandle) -> String {
    guard let text = unsafe tjGetErrorStr2(handle) else { return "unknown error" }
    return unsafe String(cString: text)
  }
}
