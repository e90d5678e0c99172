/// How a network is usually evaluated: the size of its input, and how pictures are brought to it.
public struct Evaluation: Sendable, Hashable {
  public var size: InputSize
  /// What the shorter side of a picture is scaled to before the middle is cut out; nil: pictures are
  /// scaled to `size` as they are.
  public var shorterSide: Int?
  public var filter: ResizeFilter

  /// A square of `side` out of a picture whose shorter side was scaled to `shorterSide`.
  init(side: Int, shorterSide: Int?, filter: ResizeFilter) {
    size = InputSize(height: side, width: side)
    self.shorterSide = shorterSide
    self.filter = filter
  }

  /// For another input size: what is cut off stays the same share.
  func resized(to size: InputSize) -> Evaluation {
    var other = self
    other.size = size
    if let shorterSide, size.height == size.width {
      other.shorterSide = shorterSide * size.height / self.size.height
    } else {
      other.shorterSide = nil
    }
    return other
  }

  public var fit: Fit {
    guard let shorterSide else { return .stretch(size, filter) }
    return .shorterSide(shorterSide, filter, crop: size.height)
  }
}
