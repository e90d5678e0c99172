// Dense convolution and its input gradient, cut into bands of rows over the workers.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

enum ConvolutionKernels {
  /// Packs the weights, and makes the code, that `forward` will want for its first, middle and last
  /// bands.
  static func prepare(_ weights: DenseWeights, geometry: WindowGeometry, addsBias: Bool) {
    let g = geometry.flattened
    for part in parts(of: g.output, { g.computing($0)?.part }) {
      _ = weights.forward(part, addsBias: addsBias)
    }
  }

  /// The same for `inputGradient`.
  static func prepareGradient(_ weights: DenseWeights, geometry: WindowGeometry) {
    let g = geometry.flattened
    for part in parts(of: g.input, { g.differentiating($0)?.part }) {
      _ = weights.gradient(part)
    }
  }

  private static func parts(
    of map: Shape, _ part: (MapBands.Band) -> WindowGeometry?
  ) -> [WindowGeometry] {
    let bands = MapBands(map)
    return Set([0, 1, bands.count - 1]).filter { (0..<bands.count).contains($0) }
      .compactMap { part(bands[$0]) }
  }

  /// (N, H, W, C) -> (N, H', W', O).
  static func forward(
    _ input: Tensor, weights: DenseWeights, bias: Tensor?, geometry: WindowGeometry,
    workers: Workers
  ) -> Tensor {
    var result = Tensor(uninitialized: geometry.output)
    let target = unsafe result.mutablePointer()
    let source = unsafe input.pointer
    let shift = unsafe bias?.pointer
    let g = geometry.flattened
    let bands = MapBands(g.output)
    workers.forEach(bands.count) { index in
      let band = bands[index]
      let to = unsafe target + g.output.offset(of: band)
      guard let (part, read) = g.computing(band) else {
        unsafe fill(to, band, of: g.output, with: shift)
        return
      }
      unsafe weights.forward(part, addsBias: bias != nil).run(
        source + g.input.offset(of: read), bias: shift, into: to)
    }
    return result
  }

  /// (N, H', W', O) -> (N, H, W, C).
  static func inputGradient(
    _ gradient: Tensor, weights: DenseWeights, geometry: WindowGeometry, workers: Workers
  ) -> Tensor {
    var result = Tensor(uninitialized: geometry.input)
    let target = unsafe result.mutablePointer()
    let source = unsafe gradient.pointer
    let g = geometry.flattened
    let bands = MapBands(g.input)
    workers.forEach(bands.count) { index in
      let band = bands[index]
      let to = unsafe target + g.input.offset(of: band)
      guard let (part, skipped, read) = g.differentiating(band) else {
        unsafe fill(to, band, of: g.input, with: nil)
        return
      }
      let above = skipped * g.input.width * g.input.channels
      unsafe to.update(repeating: 0, count: above)
      unsafe weights.gradient(part).run(
        source + g.output.offset(of: read), into: to + above)
    }
    return result
  }

  /// Pixels that read, or are read by, padding alone.
  private static func fill(
    _ target: UnsafeMutablePointer<Float>, _ band: MapBands.Band, of map: Shape,
    with bias: UnsafePointer<Float>?
  ) {
    let channels = map.channels
    for pixel in 0..<band.images.count * band.rows.count * map.width {
      if let bias = unsafe bias {
        unsafe (target + pixel * channels).update(from: bias, count: channels)
      } else {
        unsafe (target + pixel * channels).update(repeating: 0, count: channels)
      }
    }
  }
}
