/// Height and width of a network input in pixels.
public struct InputSize: Sendable, Hashable, CustomStringConvertible {
  public var height: Int
  public var width: Int

  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  public var description: String { height == width ? "\(height)" : "\(height)x\(width)" }
}
