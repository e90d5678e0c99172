/// The extents of a tensor, outermost first.
///
/// Activations are (N, H, W, C), channels last; convolution weights are (outputs, inputs / groups,
/// kernel height, kernel width) and linear weights (outputs, inputs), as in PyTorch checkpoints.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  public let extents: [Int]

  public init(_ extents: [Int]) {
    precondition(extents.allSatisfy { $0 >= 0 }, "negative extent in \(extents)")
    self.extents = extents
  }

  public init(arrayLiteral elements: Int...) {
    self.init(elements)
  }

  /// The shape (N, H, W, C) of a map.
  public init(batch: Int = 1, height: Int, width: Int, channels: Int) {
    self.init([batch, height, width, channels])
  }

  public var rank: Int { extents.count }
  /// Number of elements.
  public var count: Int { extents.reduce(1, *) }
  public subscript(axis: Int) -> Int { extents[axis] }
  public var description: String { extents.map(String.init).joined(separator: "x") }
}

/// Names for the axes of a map (N, H, W, C).
extension Shape {
  /// Whether the extents are those of a map; tokens (N, L, C) and other arrays have no rows and columns.
  public var isMap: Bool { rank == 4 }
  /// The map that has these pixels: tokens are those of a single row; nil: the value has no parts.
  var asMap: Shape? {
    switch rank {
    case 4: self
    case 3: Shape(batch: extents[0], height: 1, width: extents[1], channels: extents[2])
    default: nil
    }
  }
  public var batch: Int { extents[0] }
  public var height: Int { extents[1] }
  public var width: Int { extents[2] }
  public var channels: Int { extents[rank - 1] }
  /// N * H * W: the rows of the matrix that a 1x1 convolution multiplies.
  public var pixels: Int { extents.dropLast().reduce(1, *) }
}
