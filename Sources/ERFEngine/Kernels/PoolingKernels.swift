// Max and average pooling over channels-last maps, row by row.

internal import CKernels

/// Windows without dilation over (N, H, W, C).
enum PoolingKernels {
  /// Largest value of each window; the first in row-major order wins a tie, NaN wins over all, and
  /// padding never wins, as in PyTorch. Where `keep`, also the tap (ky * KW + kx) that won.
  static func maximum(
    _ input: Tensor, geometry g: WindowGeometry, keep: Bool, workers: Workers
  ) -> (Tensor, PackedMap?) {
    var output = Tensor(uninitialized: g.output)
    let winners = keep ? PackedMap(uninitialized: g.output, bitsPerElement: 8) : nil
    let wins = unsafe winners?.base.assumingMemoryBound(to: UInt8.self)
    let to = unsafe output.mutablePointer()
    let from = unsafe input.pointer
    let channels = g.input.channels
    workers.forEach(g.output.batch * g.output.height) { row in
      let (image, y) = (row / g.output.height, row % g.output.height)
      var pixels = unsafe [UnsafePointer<Float>?]()
      var taps: [UInt8] = []
      for x in 0..<g.output.width {
        let place = (row * g.output.width + x) * channels
        unsafe pixels.removeAll(keepingCapacity: true)
        taps.removeAll(keepingCapacity: true)
        unsafe forEachTap(g, y: y, x: x, image: image) { tap, offset in
          unsafe pixels.append(from + offset)
          taps.append(UInt8(tap))
        }
        unsafe ck_window_maximum(
          pixels, taps, taps.count, channels, to + place, wins.map { unsafe $0 + place })
      }
    }
    return (output, winners)
  }

  /// Each input pixel gathers the gradients of the windows that it won.
  static func maximumGradient(
    _ gradient: Tensor, winners: PackedMap, geometry g: WindowGeometry, workers: Workers
  ) -> Tensor {
    precondition(winners.shape == g.output && winners.bitsPerElement == 8)
    let wins = unsafe UnsafePointer(winners.base.assumingMemoryBound(to: UInt8.self))
    var result = Tensor(uninitialized: g.input)
    let to = unsafe result.mutablePointer()
    let from = unsafe gradient.pointer
    let channels = g.input.channels
    workers.forEach(g.input.batch * g.input.height) { line in
      var gradients = unsafe [UnsafePointer<Float>?]()
      var winners = unsafe [UnsafePointer<UInt8>?]()
      var taps: [UInt8] = []
      for column in 0..<g.input.width {
        unsafe gradients.removeAll(keepingCapacity: true)
        unsafe winners.removeAll(keepingCapacity: true)
        taps.removeAll(keepingCapacity: true)
        unsafe forEachWindow(g, line: line, column: column) { pixel, tap in
          unsafe gradients.append(from + pixel * channels)
          unsafe winners.append(wins + pixel * channels)
          taps.append(UInt8(tap))
        }
        unsafe ck_window_gradient(
          gradients, winners, taps, taps.count, channels,
          to + (line * g.input.width + column) * channels)
      }
    }
    return result
  }

  /// Mean of each window, padding counted as zeros (PyTorch's default).
  static func average(_ input: Tensor, geometry g: WindowGeometry, workers: Workers) -> Tensor {
    var output = Tensor(uninitialized: g.output)
    let to = unsafe output.mutablePointer()
    let from = unsafe input.pointer
    let channels = g.input.channels
    let share = 1 / Float(g.taps)
    workers.forEach(g.output.batch * g.output.height) { row in
      let (image, y) = (row / g.output.height, row % g.output.height)
      for x in 0..<g.output.width {
        let sum = unsafe to + (row * g.output.width + x) * channels
        unsafe sum.update(repeating: 0, count: channels)
        unsafe forEachTap(g, y: y, x: x, image: image) { _, offset in
          for channel in 0..<channels { unsafe sum[channel] += from[offset + channel] }
        }
        for channel in 0..<channels { unsafe sum[channel] *= share }
      }
    }
    return output
  }

  static func averageGradient(
    _ gradient: Tensor, geometry g: WindowGeometry, workers: Workers
  ) -> Tensor {
    let share = 1 / Float(g.taps)
    var result = Tensor(uninitialized: g.input)
    let to = unsafe result.mutablePointer()
    let from = unsafe gradient.pointer
    let channels = g.input.channels
    workers.forEach(g.input.batch * g.input.height) { line in
      for column in 0..<g.input.width {
        let target = unsafe to + (line * g.input.width + column) * channels
        unsafe target.update(repeating: 0, count: channels)
        unsafe forEachWindow(g, line: line, column: column) { pixel, _ in
          let source = unsafe from + pixel * channels
          for channel in 0..<channels { unsafe target[channel] += source[channel] * share }
        }
      }
    }
    return result
  }

  /// Mean over all pixels: (N, H, W, C) -> (N, 1, 1, C), summed in double precision.
  static func globalAverage(_ input: Tensor, workers: Workers) -> Tensor {
    let channels = input.shape.channels
    let pixels = input.shape.height * input.shape.width
    var output = Tensor(
      uninitialized: Shape(batch: input.shape.batch, height: 1, width: 1, channels: channels))
    let to = unsafe output.mutablePointer()
    let from = unsafe input.pointer
    workers.forEach(input.shape.batch) { image in
      var sums = [Double](repeating: 0, count: channels)
      for pixel in 0..<pixels {
        let start = unsafe from + (image * pixels + pixel) * channels
        for channel in 0..<channels { unsafe sums[channel] += Double(start[channel]) }
      }
      for channel in 0..<channels {
        unsafe to[image * channels + channel] = Float(sums[channel] / Double(pixels))
      }
    }
    return output
  }

  static func globalAverageGradient(
    _ gradient: Tensor, input shape: Shape, workers: Workers
  ) -> Tensor {
    let pixels = shape.height * shape.width
    var result = Tensor(uninitialized: shape)
    let to = unsafe result.mutablePointer()
    let from = unsafe gradient.pointer
    let channels = shape.channels
    workers.forEach(shape.batch * pixels) { pixel in
      let share = unsafe from + pixel / pixels * channels
      let target = unsafe to + pixel * channels
      for channel in 0..<channels { unsafe target[channel] = share[channel] / Float(pixels) }
    }
    return result
  }

  /// Visits the taps of one window that lie inside the input, with their offset in elements.
  @unsafe
  private static func forEachTap(
    _ g: WindowGeometry, y: Int, x: Int, image: Int, _ body: (Int, Int) -> Void
  ) {
    for ky in 0..<g.kernelHeight {
      let row = y * g.stride + ky - g.padTop
      guard row >= 0 && row < g.input.height else { continue }
      for kx in 0..<g.kernelWidth {
        let column = x * g.stride + kx - g.padLeft
        guard column >= 0 && column < g.input.width else { continue }
        let pixel = (image * g.input.height + row) * g.input.width + column
        body(ky * g.kernelWidth + kx, pixel * g.input.channels)
      }
    }
  }

  /// Visits the windows that look at an input pixel: the number of their output pixel, and of the tap.
  @unsafe
  private static func forEachWindow(
    _ g: WindowGeometry, line: Int, column: Int, _ body: (Int, Int) -> Void
  ) {
    let (image, row) = (line / g.input.height, line % g.input.height)
    for ky in 0..<g.kernelHeight {
      let y = row + g.padTop - ky
      guard y >= 0 && y % g.stride == 0 && y / g.stride < g.output.height else { continue }
      for kx in 0..<g.kernelWidth {
        let x = column + g.padLeft - kx
        guard x >= 0 && x % g.stride == 0 && x / g.stride < g.output.width else { continue }
        body(
          (image * g.output.height + y / g.stride) * g.output.width + x / g.stride,
          ky * g.kernelWidth + kx)
      }
    }
  }
}

/// The parameter-free shortcut of CIFAR ResNets (option A).
enum ShortcutKernels {
  /// Every `stride`-th pixel of (N, H, W, C), with zero channels added in front and behind.
  static func subsample(
    _ input: Tensor, stride: Int, leading: Int, output shape: Shape
  ) -> Tensor {
    var output = Tensor(zeros: shape)
    let to = unsafe output.mutablePointer()
    let from = unsafe input.pointer
    forEachPair(input: input.shape, output: shape, stride: stride) { source, target in
      unsafe (to + target * shape.channels + leading).update(
        from: from + source * input.shape.channels, count: input.shape.channels)
    }
    return output
  }

  static func subsampleGradient(
    _ gradient: Tensor, stride: Int, leading: Int, input shape: Shape
  ) -> Tensor {
    var result = Tensor(zeros: shape)
    let to = unsafe result.mutablePointer()
    let from = unsafe gradient.pointer
    let channels = gradient.shape.channels
    forEachPair(input: shape, output: gradient.shape, stride: stride) { source, target in
      unsafe (to + source * shape.channels).update(
        from: from + target * channels + leading, count: shape.channels)
    }
    return result
  }

  private static func forEachPair(
    input: Shape, output: Shape, stride: Int, _ body: (Int, Int) -> Void
  ) {
    for image in 0..<output.batch {
      for y in 0..<output.height {
        for x in 0..<output.width {
          body(
            (image * input.height + y * stride) * input.width + x * stride,
            (image * output.height + y) * output.width + x)
        }
      }
    }
  }
}
