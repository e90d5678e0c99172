/// Where the pixels of the input are found in a value of an exported graph.
struct ONNXGrid: Sendable {
  let rows: Int
  let columns: Int
  /// The order of axes in memory under which the value is a map (N, H, W, C) or tokens (N, L, C).
  let order: [Int]
  /// nil: it is a map.
  private let prefix: Int?
  /// Whether tokens are taken to be those of pixels row by row, with nothing that says so.
  private(set) var isGuessed = false

  var pixels: Int { rows * columns }

  /// What is taken for granted of tokens; nil: nothing.
  var guess: String? {
    guard isGuessed, let prefix else { return nil }
    let pixels = "\(rows)x\(columns)"
    return prefix > 0
      ? "\(prefix.counted("token")) in front of \(pixels)" : "\(pixels), row by row"
  }

  var tokens: TokenGrid {
    prefix.map { .tokens(rows: rows, columns: columns, prefix: $0) } ?? .map
  }

  /// Inception's 71 x 71 are 299 x 299 over 4, less 3.
  private static let mostLost = 4

  /// Tokens in front of those of the pixels, where only their number tells: none, a class token, two, or one
  /// and four registers.
  private static let prefixes = [0, 1, 2, 5]

  /// Where the pixels are known to lie; nil where they lie along no two axes, or are no tokens in the second
  /// of three.
  private init?(of data: ONNXData, origin: ONNXOrigin) {
    switch origin {
    case .map(let first, let second):
      let axes = [data.order[first], data.order[second]]
      guard data.rank == 4, !axes.contains(0) else { return nil }
      order = [0] + axes + [6 - axes[0] - axes[1]]
      (rows, columns) = (data.shape[axes[0]], data.shape[axes[1]])
      prefix = nil
    case .tokens(let axis, let rows, let columns, let prefix):
      guard data.rank == 3, data.order[axis] == 1 else { return nil }
      order = [0, 1, 2]
      (self.rows, self.columns, self.prefix) = (rows, columns, prefix)
    case .joined: return nil
    }
  }

  /// nil where no axes are the picture's: by their origin, or else by whether they go with the sides of an
  /// input of `size`.
  ///
  /// - Parameter maps: sides of the network's maps by the number of their pixels: tokens are those of one of
  ///   them, or else they are something else.
  init?(of data: ONNXData, origin: ONNXOrigin?, input size: InputSize, maps: [Int: InputSize]) {
    guard data.rank >= 3, data.shape[0] == 1, data.count > 0 else { return nil }
    if let origin {
      self.init(of: data, origin: origin)
    } else {
      self.init(guessing: data, input: size, maps: maps)
    }
  }

  private init?(guessing data: ONNXData, input size: InputSize, maps: [Int: InputSize]) {
    if data.rank == 4 {
      let (first, last) = ((2, 3), (1, 2))
      let isFirst = Self.fits(data.shape[2], data.shape[3], size)
      let isLast = Self.fits(data.shape[1], data.shape[2], size)
      guard isFirst || isLast else { return nil }
      // Where both could be, the way that it lies in memory tells.
      let takesFirst = isFirst && (!isLast || data.order == ONNXData.channelsLast(4))
      let axes = takesFirst ? first : last
      (rows, columns) = (data.shape[axes.0], data.shape[axes.1])
      order = takesFirst ? ONNXData.channelsLast(4) : [0, 1, 2, 3]
      prefix = nil
      return
    }
    guard data.rank == 3 else { return nil }
    for prefix in Self.prefixes where data.shape[1] > prefix {
      guard let sides = maps[data.shape[1] - prefix] else { continue }
      (rows, columns) = (sides.height, sides.width)
      order = [0, 1, 2]
      self.prefix = prefix
      // There is one place for a single one.
      isGuessed = data.shape[1] > 1
      return
    }
    return nil
  }

  /// Whether both sides are the input's over one stride, and lost as many pixels to windows that were not
  /// padded.
  private static func fits(_ rows: Int, _ columns: Int, _ size: InputSize) -> Bool {
    guard rows > 0, columns > 0, rows <= size.height, columns <= size.width else { return false }
    // Where sides are rounded up, either one may be the one that tells the larger stride.
    for stride in 1...max(size.height / rows, size.width / columns) + 1 {
      let down = (size.height / stride, size.width / stride)
      let up = ((size.height + stride - 1) / stride, (size.width + stride - 1) / stride)
      for whole in [down, up] where abs(rows - whole.0) <= Self.mostLost {
        if rows - whole.0 == columns - whole.1 { return true }
      }
    }
    return false
  }
}
