// Large depth-wise kernels by fast FIR filters: fewer products than the definition counts.

internal import CKernels

/// One axis of a depth-wise convolution with stride 1, and the three filters it splits into (see
/// `ck_fir_split`).
private struct FilterAxis {
  let input: Int
  let output: Int
  let kernel: Int
  let pad: Int

  /// One of the three.
  struct Part {
    let axis: FilterAxis
    /// The pixel that x0 of its first input is.
    let first: Int
    /// The result's first m.
    let start: Int
  }

  func part(_ part: ck_fir_part) -> Part {
    let isEven = part == CK_FIR_EVEN
    let start = isEven ? 0 : 1
    let count = isEven ? output / 2 + 1 : part == CK_FIR_ODD ? (output + 1) / 2 : output / 2
    let taps = part == CK_FIR_ODD ? kernel / 2 : (kernel + 1) / 2
    // In padded pixels x0[n] is 2 n, x1[n] one less; those inside the map, and met by a result.
    let lowest = part == CK_FIR_ODD ? (pad + 2) / 2 : (pad + 1) / 2
    let highest = (input + pad - (isEven ? 1 : 0)) / 2
    let lower = max(start, lowest)
    let upper = min(highest, start + count + taps - 2)
    return Part(
      axis: FilterAxis(
        input: max(0, upper - lower + 1), output: count, kernel: taps, pad: lower - start),
      first: 2 * lower - pad, start: start)
  }
}

/// A depth-wise convolution over one packed plane as a tree of filters: nine a level, three along the
/// rows times three along the columns.
struct FastDepthwise {
  private indirect enum Node {
    /// `weights`: where its kernel starts.
    case direct(ck_depthwise, weights: Int)
    case split(rows: FilterAxis, columns: FilterAxis, parts: [Node])
  }

  private let root: Node
  /// (blocks, floats)
  private let weights: Tensor

  fileprivate static let parts = [CK_FIR_EVEN, CK_FIR_ODD, CK_FIR_BOTH]
  private static let lanes = Int(CK_LANES)

  /// Kernels of fewer taps along an axis than this, and maps of fewer pixels, cost less as they are.
  private static let fewestTaps = 12
  private static let fewestPixels = 24
  /// A third level would cost more memory and accuracy than it saves time.
  private static let mostLevels = 2

  /// How often a convolution is worth splitting; 0: not at all.
  ///
  /// Differences of sums round where the definition does not: a result is off by a few 1e-7 of the
  /// largest, so that a much smaller one, or a zero, can be nothing but that.
  static func levels(_ geometry: WindowGeometry) -> Int { levels(ck_depthwise(geometry)) }

  static func levels(_ g: ck_depthwise) -> Int {
    guard g.stride == 1 && g.dilation == 1 && g.pad_top >= 0 && g.pad_left >= 0 else { return 0 }
    var taps = Int(min(g.kernel_height, g.kernel_width))
    var pixels = Int(min(g.input_height, g.input_width, g.output_height, g.output_width))
    var levels = 0
    while levels < mostLevels && taps >= fewestTaps && pixels >= fewestPixels {
      levels += 1
      taps /= 2
      pixels /= 2
    }
    return levels
  }

  /// The forward pass of `g`, whose input gradient is the forward pass of its mirror image.
  init(_ g: ck_depthwise, weights split: FastDepthwiseWeights) {
    weights = split.weights
    var offset = 0
    root = Self.node(
      rows: FilterAxis(
        input: Int(g.input_height), output: Int(g.output_height), kernel: Int(g.kernel_height),
        pad: Int(g.pad_top)),
      columns: FilterAxis(
        input: Int(g.input_width), output: Int(g.output_width), kernel: Int(g.kernel_width),
        pad: Int(g.pad_left)), levels: split.levels, weights: &offset)
  }

  private static func node(
    rows: FilterAxis, columns: FilterAxis, levels: Int, weights: inout Int
  ) -> Node {
    guard levels > 0 else {
      defer { weights += rows.kernel * columns.kernel * lanes }
      return .direct(
        ck_depthwise(
          input_height: Int32(rows.input), input_width: Int32(columns.input),
          output_height: Int32(rows.output), output_width: Int32(columns.output),
          kernel_height: Int32(rows.kernel), kernel_width: Int32(columns.kernel), stride: 1,
          dilation: 1, pad_top: Int32(rows.pad), pad_left: Int32(columns.pad),
          input_step: Int32(CK_LANES),
          output_step: Int32(CK_LANES)),
        weights: weights)
    }
    var parts: [Node] = []
    for row in Self.parts {
      for column in Self.parts {
        parts.append(
          node(
            rows: rows.part(row).axis, columns: columns.part(column).axis, levels: levels - 1,
            weights: &weights))
      }
    }
    return .split(rows: rows, columns: columns, parts: parts)
  }

  /// input (H, W, 16) -> result (H', W', 16), with the kernels of one block of channels.
  func run(
    _ input: UnsafePointer<Float>, block: Int, bias: UnsafePointer<Float>?,
    into result: UnsafeMutablePointer<Float>
  ) {
    unsafe Self.run(
      root, input, weights: weights.pointer + block * weights.shape[1], bias: bias, into: result)
  }

  private static func run(
    _ node: Node, _ input: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    bias: UnsafePointer<Float>?, into result: UnsafeMutablePointer<Float>
  ) {
    switch node {
    case .direct(var geometry, let offset):
      unsafe ck_depthwise_forward(
        &geometry, input, weights + offset, bias, result)
    case .split(let rows, let columns, let nodes):
      let largest = (rows.output / 2 + 1) * (columns.output / 2 + 1) * lanes
      let plane = unsafe Scratch(count: (rows.input / 2 + 2) * (columns.input / 2 + 2) * lanes)
      let sums = unsafe Scratch(count: 3 * largest)
      for (index, part) in parts.enumerated() {
        for (position, other) in parts.enumerated() {
          unsafe split(input, rows, columns, part, other, into: plane.base)
          unsafe run(
            nodes[index * parts.count + position], plane.base, weights: weights, bias: nil,
            into: sums.base + position * largest)
        }
        unsafe join(
          sums.base, apart: largest, rows, columns, part, bias: bias, into: result)
      }
    }
  }

  /// The pixels that one of the nine filters reads.
  private static func split(
    _ input: UnsafePointer<Float>, _ rows: FilterAxis, _ columns: FilterAxis,
    _ rowPart: ck_fir_part, _ columnPart: ck_fir_part, into plane: UnsafeMutablePointer<Float>
  ) {
    let down = rows.part(rowPart)
    let across = columns.part(columnPart)
    let width = columns.input * lanes
    func row(_ y: Int) -> UnsafePointer<Float>? {
      y >= 0 && y < rows.input ? unsafe input + y * width : nil
    }
    for index in 0..<down.axis.input {
      let y = down.first + 2 * index
      let even = unsafe rowPart == CK_FIR_ODD ? nil : row(y)
      let odd = unsafe rowPart == CK_FIR_EVEN ? nil : row(y - 1)
      let one = unsafe even ?? odd
      let other = unsafe even == nil ? nil : odd
      unsafe ck_fir_split(
        one, other, columns.input, across.first, columnPart, across.axis.input,
        plane + index * across.axis.input * lanes)
    }
  }

  /// Adds what the three filters of one part of the rows give to the rows of the result.
  private static func join(
    _ sums: UnsafePointer<Float>, apart: Int, _ rows: FilterAxis, _ columns: FilterAxis,
    _ part: ck_fir_part, bias: UnsafePointer<Float>?, into result: UnsafeMutablePointer<Float>
  ) {
    let down = rows.part(part)
    let width = columns.output * lanes
    func row(_ y: Int) -> UnsafeMutablePointer<Float>? {
      y >= 0 && y < rows.output ? unsafe result + y * width : nil
    }
    let widths = parts.map { columns.part($0).axis.output * lanes }
    for index in 0..<down.axis.output {
      let m = index + down.start
      // y[2 m] = even[m] + odd[m + 1] and y[2 m - 1] = both[m] - even[m] - odd[m].
      let plus =
        switch part {
        case CK_FIR_EVEN: unsafe row(2 * m)
        case CK_FIR_ODD: unsafe row(2 * m - 2)
        default: unsafe row(2 * m - 1)
        }
      let minus = unsafe part == CK_FIR_BOTH ? nil : row(2 * m - 1)
      unsafe ck_fir_join(
        sums + index * widths[0], sums + apart + index * widths[1],
        sums + 2 * apart + index * widths[2], columns.output, bias, part != CK_FIR_EVEN, plus,
        minus)
    }
  }
}

/// Kernels (blocks, taps, 16) split for `FastDepthwise`.
struct FastDepthwiseWeights: Sendable {
  /// (blocks, floats) in the order of the tree's leaves.
  let weights: Tensor
  let levels: Int

  private typealias Tap = SIMD16<Float>

  /// `mirrored`: with the taps in opposite order, as the input gradient wants them.
  init(_ packed: Tensor, rows: Int, columns: Int, levels: Int, mirrored: Bool) {
    self.levels = levels
    let size = Self.floats(rows, columns, levels)
    let (blocks, taps) = (packed.shape[0], rows * columns)
    var split = Tensor(uninitialized: [blocks, size])
    let to = unsafe split.mutablePointer()
    let from = unsafe packed.pointer
    // The kernel, and what each level makes of it: together less than three times as many taps, and
    // a rest for the odd ones.
    let spare = unsafe Scratch(count: 4 * (taps + rows + columns + 4) * Int(CK_LANES))
    let count = 4 * (taps + rows + columns + 4)
    let kernel = unsafe UnsafeMutableRawPointer(spare.base).bindMemory(
      to: Tap.self, capacity: count)
    for block in 0..<blocks {
      for tap in 0..<taps {
        let source = mirrored ? taps - 1 - tap : tap
        unsafe kernel[tap] = UnsafeRawPointer(from + (block * taps + source) * Int(CK_LANES))
          .loadUnaligned(as: Tap.self)
      }
      var cursor = unsafe UnsafeMutableRawPointer(to + block * size)
      unsafe Self.write(kernel, rows, columns, levels, spare: kernel + taps, to: &cursor)
    }
    weights = split
  }

  private static func taps(_ part: ck_fir_part, _ side: Int) -> Int {
    part == CK_FIR_ODD ? side / 2 : (side + 1) / 2
  }

  static func floats(_ rows: Int, _ columns: Int, _ levels: Int) -> Int {
    guard levels > 0 else { return rows * columns * Int(CK_LANES) }
    return FastDepthwise.parts.reduce(0) { sum, row in
      FastDepthwise.parts.reduce(sum) {
        $0 + floats(taps(row, rows), taps($1, columns), levels - 1)
      }
    }
  }

  /// Writes the kernels of all leaves; `spare` holds what is made on the way.
  private static func write(
    _ kernel: UnsafePointer<Tap>, _ rows: Int, _ columns: Int, _ levels: Int,
    spare: UnsafeMutablePointer<Tap>, to cursor: inout UnsafeMutableRawPointer
  ) {
    guard levels > 0 else {
      let bytes = rows * columns * MemoryLayout<Tap>.stride
      unsafe cursor.copyMemory(from: kernel, byteCount: bytes)
      unsafe cursor += bytes
      return
    }
    for part in FastDepthwise.parts {
      // The rows 2 j, 2 j + 1, or their sum; then the same of the columns.
      let height = taps(part, rows)
      let smaller = unsafe spare + height * columns
      unsafe halve(kernel, part, groups: 1, slices: rows, inner: columns, into: spare)
      for other in FastDepthwise.parts {
        let width = taps(other, columns)
        unsafe halve(spare, other, groups: height, slices: columns, inner: 1, into: smaller)
        unsafe write(
          smaller, height, width, levels - 1, spare: smaller + height * width, to: &cursor)
      }
    }
  }

  /// Of each group of `slices` slices of `inner` taps every even or odd slice, or the sums of both.
  private static func halve(
    _ source: UnsafePointer<Tap>, _ part: ck_fir_part, groups: Int, slices: Int, inner: Int,
    into target: UnsafeMutablePointer<Tap>
  ) {
    var cursor = unsafe target
    for group in 0..<groups {
      for slice in 0..<taps(part, slices) {
        let even = unsafe source + (group * slices + 2 * slice) * inner
        let hasOdd = 2 * slice + 1 < slices
        for tap in 0..<inner {
          let odd = unsafe hasOdd ? even[inner + tap] : .zero
          unsafe cursor[tap] =
            part == CK_FIR_EVEN ? even[tap] : part == CK_FIR_ODD ? odd : even[tap] + odd
        }
        unsafe cursor += inner
      }
    }
  }
}
