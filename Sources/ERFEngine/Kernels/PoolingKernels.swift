// Max and average pooling over channels-last maps, row by row.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Square windows over (N, H, W, C).
struct PoolingGeometry: Sendable {
  var input: Shape
  var output: Shape
  var kernel: Int
  var stride: Int
  var padTop: Int
  var padLeft: Int
}

enum PoolingKernels {
  /// Largest value of each window; the first in row-major order wins a tie, NaN wins over all, and
  /// padding never wins, as in PyTorch. Where `keep`, also the tap (ky * kernel + kx) that won.
  static func maximum(
    _ input: Tensor, geometry g: PoolingGeometry, keep: Bool, workers: Workers
  ) -> (Tensor, PackedMap?) {
    var output = Tensor(uninitialized: g.output)
    let winners = keep ? PackedMap(uninitialized: g.output, bitsPerElement: 8) : nil
    let wins = unsafe winners?.base.assumingMemoryBound(to: UInt8.self)
    let to = unsafe output.mutablePointer()
    let from = unsafe input.pointer
    let channels = g.input.channels
    workers.forEach(g.output.batch * g.output.height) { row in
      let (image, y) = (row / g.output.height, row % g.output.height)
      for x in 0..<g.output.width {
        let pixel = row * g.output.width + x
        let best = unsafe to + pixel * channels
        let taps = unsafe wins.map { unsafe $0 + pixel * channels }
        unsafe best.update(repeating: -.infinity, count: channels)
        unsafe taps?.update(repeating: 0, count: channels)
        unsafe forEachTap(g, y: y, x: x, image: image) { tap, offset in
          unsafe raise(best, taps, to: from + offset, tap: UInt8(tap), channels: channels)
        }
      }
    }
    return (output, winners)
  }

  /// Each input pixel gathers the gradients of the windows that it won.
  static func maximumGradient(
    _ gradient: Tensor, winners: PackedMap, geometry g: PoolingGeometry, workers: Workers
  ) -> Tensor {
    precondition(winners.shape == g.output && winners.bitsPerElement == 8)
    let wins = unsafe UnsafePointer(winners.base.assumingMemoryBound(to: UInt8.self))
    let channels = g.input.channels
    return unsafe gathered(gradient, geometry: g, workers: workers) { target, source, pixel, tap in
      let taps = unsafe wins + pixel * channels
      var channel = 0
      while channel + lanes <= channels {
        let won = unsafe SIMD16<Int32>(
          truncatingIfNeeded: load(taps + channel, as: SIMD16<UInt8>.self))
        let value = unsafe load(source + channel, as: SIMD16<Float>.self)
        let sum = unsafe load(target + channel, as: SIMD16<Float>.self)
        unsafe store(
          sum + SIMD16<Float>.zero.replacing(with: value, where: won .== Int32(tap)),
          to: target + channel)
        channel += lanes
      }
      while channel < channels {
        if unsafe Int(taps[channel]) == tap { unsafe target[channel] += source[channel] }
        channel += 1
      }
    }
  }

  private static let lanes = 16

  @unsafe
  private static func load<Element, Vector>(
    _ pointer: UnsafePointer<Element>, as: Vector.Type
  ) -> Vector where Vector: SIMD<Element>, Vector: BitwiseCopyable {
    unsafe UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
  }

  @unsafe
  private static func store<Element, Vector>(
    _ value: Vector, to pointer: UnsafeMutablePointer<Element>
  ) where Vector: SIMD<Element>, Vector: BitwiseCopyable {
    unsafe UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: Vector.self)
  }

  /// Raises `best` to `window` where that is larger, or NaN, and notes the tap there.
  @unsafe
  private static func raise(
    _ best: UnsafeMutablePointer<Float>, _ taps: UnsafeMutablePointer<UInt8>?,
    to window: UnsafePointer<Float>, tap: UInt8, channels: Int
  ) {
    var channel = 0
    while channel + lanes <= channels {
      let value = unsafe load(window + channel, as: SIMD16<Float>.self)
      let old = unsafe load(UnsafePointer(best + channel), as: SIMD16<Float>.self)
      let wins = value .> old .| (value .!= value)
      unsafe store(old.replacing(with: value, where: wins), to: best + channel)
      if let taps = unsafe taps {
        let before = unsafe load(UnsafePointer(taps + channel), as: SIMD16<UInt8>.self)
        let after = SIMD16<Int32>(truncatingIfNeeded: before)
          .replacing(with: Int32(tap), where: wins)
        unsafe store(SIMD16<UInt8>(truncatingIfNeeded: after), to: taps + channel)
      }
      channel += lanes
    }
    while channel < channels {
      let value = unsafe window[channel]
      if unsafe value > best[channel] || value.isNaN {
        unsafe best[channel] = value
        unsafe taps?[channel] = tap
      }
      channel += 1
    }
  }

  /// Mean of each window, padding counted as zeros (PyTorch's default).
  static func average(_ input: Tensor, geometry g: PoolingGeometry, workers: Workers) -> Tensor {
    var output = Tensor(uninitialized: g.output)
    let to = unsafe output.mutablePointer()
    let from = unsafe input.pointer
    let channels = g.input.channels
    let share = 1 / Float(g.kernel * g.kernel)
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
    _ gradient: Tensor, geometry g: PoolingGeometry, workers: Workers
  ) -> Tensor {
    let share = 1 / Float(g.kernel * g.kernel)
    let channels = g.input.channels
    return unsafe gathered(gradient, geometry: g, workers: workers) { target, source, _, _ in
      for channel in 0..<channels { unsafe target[channel] += source[channel] * share }
    }
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
    _ g: PoolingGeometry, y: Int, x: Int, image: Int, _ body: (Int, Int) -> Void
  ) {
    for ky in 0..<g.kernel {
      let row = y * g.stride + ky - g.padTop
      guard row >= 0 && row < g.input.height else { continue }
      for kx in 0..<g.kernel {
        let column = x * g.stride + kx - g.padLeft
        guard column >= 0 && column < g.input.width else { continue }
        let pixel = (image * g.input.height + row) * g.input.width + column
        body(ky * g.kernel + kx, pixel * g.input.channels)
      }
    }
  }

  /// Lets every input pixel collect from the windows that cover it: `add` is called with the pixel's
  /// channels, those of the output's gradient, and the number of the output pixel and of the tap.
  @unsafe
  private static func gathered(
    _ gradient: Tensor, geometry g: PoolingGeometry, workers: Workers,
    add: (UnsafeMutablePointer<Float>, UnsafePointer<Float>, Int, Int) -> Void
  ) -> Tensor {
    var result = Tensor(uninitialized: g.input)
    let to = unsafe result.mutablePointer()
    let from = unsafe gradient.pointer
    let channels = g.input.channels
    workers.forEach(g.input.batch * g.input.height) { line in
      let (image, row) = (line / g.input.height, line % g.input.height)
      for column in 0..<g.input.width {
        let target = unsafe to + (line * g.input.width + column) * channels
        unsafe target.update(repeating: 0, count: channels)
        for ky in 0..<g.kernel {
          let y = row + g.padTop - ky
          guard y >= 0 && y % g.stride == 0 && y / g.stride < g.output.height else { continue }
          for kx in 0..<g.kernel {
            let x = column + g.padLeft - kx
            guard x >= 0 && x % g.stride == 0 && x / g.stride < g.output.width else { continue }
            let pixel =
              (image * g.output.height + y / g.stride) * g.output.width + x / g.stride
            unsafe add(target, from + pixel * channels, pixel, ky * g.kernel + kx)
          }
        }
      }
    }
    return result
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
