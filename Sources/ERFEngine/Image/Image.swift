/// A decoded picture: 8-bit RGB, rows from top to bottom, (H, W, 3).
public struct Image: Sendable, Equatable {
  public let height: Int
  public let width: Int
  /// (H, W, 3) in row-major order.
  public var pixels: [UInt8]

  public init(height: Int, width: Int, pixels: [UInt8]) {
    precondition(height > 0 && width > 0 && pixels.count == height * width * 3)
    self.height = height
    self.width = width
    self.pixels = pixels
  }
}
