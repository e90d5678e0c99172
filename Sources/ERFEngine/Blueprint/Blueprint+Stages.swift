// What the stages of a blueprint are made of, whoever built it.

/// Convolutions of one kind that look at neighbouring pixels.
public struct SpatialConvolutions: Sendable, Hashable {
  public enum Kind: String, Sendable {
    case dense, grouped
    case depthwise = "depth-wise"
  }

  public let kind: Kind
  /// Rows and columns of its kernels.
  public let rows: Int
  public let columns: Int
  public let stride: Int
  public let dilation: Int
  /// How many there are.
  public var count: Int

  /// `3 depth-wise 7x7`, `1 dense 3x3 stride 2 dilation 2`.
  public var text: String {
    "\(count) \(kind.rawValue) \(rows)x\(columns)" + (stride > 1 ? " stride \(stride)" : "")
      + (dilation > 1 ? " dilation \(dilation)" : "")
  }
}

extension Blueprint {
  /// The convolutions of each stage that look at neighbouring pixels, those with the largest kernels first.
  var spatialConvolutions: [[SpatialConvolutions]] {
    stages.indices.map { stage in
      var found: [SpatialConvolutions] = []
      for node in nodes where node.stage == stage && node.role == .block {
        guard let next = node.spatialConvolution else { continue }
        if let place = found.firstIndex(where: { $0.isLike(next) }) {
          found[place].count += 1
        } else {
          found.append(next)
        }
      }
      return found.sorted { ($0.rows * $0.columns, $0.count) > ($1.rows * $1.columns, $1.count) }
    }
  }
}

extension SpatialConvolutions {
  fileprivate func isLike(_ other: SpatialConvolutions) -> Bool {
    var same = other
    same.count = count
    return same == self
  }
}

extension Blueprint.Node {
  fileprivate var spatialConvolution: SpatialConvolutions? {
    guard case .sliding(let window) = op.window,
      max(window.kernelHeight, window.kernelWidth) > 1
    else { return nil }
    let kind: SpatialConvolutions.Kind
    switch op {
    case let op as Convolution: kind = op.groups > 1 ? .grouped : .dense
    case is DepthwiseConvolution: kind = .depthwise
    default: return nil
    }
    return SpatialConvolutions(
      kind: kind, rows: window.kernelHeight, columns: window.kernelWidth, stride: window.stride,
      dilation: window.dilation, count: 1)
  }
}
