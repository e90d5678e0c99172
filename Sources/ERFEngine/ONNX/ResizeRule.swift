#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// How an ONNX Resize makes each output position along an axis of the input's.
struct ResizeRule {
  enum Mode { case nearest, linear, cubic }
  enum Coordinates: String {
    case halfPixel = "half_pixel"
    case halfPixelSymmetric = "half_pixel_symmetric"
    case pytorchHalfPixel = "pytorch_half_pixel"
    case alignCorners = "align_corners"
    case asymmetric
    case crop = "tf_crop_and_resize"
  }
  enum Nearest: String {
    case preferFloor = "round_prefer_floor"
    case preferCeil = "round_prefer_ceil"
    case floor, ceil
  }

  var mode = Mode.nearest
  var coordinates = Coordinates.halfPixel
  var nearest = Nearest.preferFloor
  /// The cubic's sharpness (Keys 1981).
  var a: Float = -0.75
  var excludesOutside = false
  var antialiases = false

  /// - Parameter isOld: of the versions before 11, which count from the corner.
  init(_ node: ONNXNode, isOld: Bool) {
    switch node.text("mode") {
    case "linear", "bilinear": mode = .linear
    case "cubic": mode = .cubic
    default: break
    }
    coordinates =
      node.text("coordinate_transformation_mode").flatMap(Coordinates.init(rawValue:))
      ?? (isOld ? .asymmetric : .halfPixel)
    nearest =
      node.text("nearest_mode").flatMap(Nearest.init(rawValue:)) ?? (isOld ? .floor : .preferFloor)
    a = node.float("cubic_coeff_a", -0.75)
    excludesOutside = node.integer("exclude_outside", 0) != 0
    antialiases = node.integer("antialias", 0) != 0
  }

  /// Where output position `x` lies in the input.
  func coordinate(
    _ x: Float, from inputs: Int, to outputs: Int, scale: Float, region: (Float, Float)
  ) -> Float {
    switch coordinates {
    case .halfPixel: return (x + 0.5) / scale - 0.5
    case .halfPixelSymmetric:
      // The output may be shorter than input times scale; the middle stays the middle.
      let length = Float(outputs) / (scale * Float(inputs))
      let offset = Float(inputs) / 2 * (1 - length)
      return offset + (x + 0.5) / scale - 0.5
    case .pytorchHalfPixel: return outputs > 1 ? (x + 0.5) / scale - 0.5 : 0
    case .alignCorners:
      // The length that the scale asks for, of which whole pixels are left.
      return outputs > 1 ? x * Float(inputs - 1) / (Float(inputs) * scale - 1) : 0
    case .asymmetric: return x / scale
    case .crop:
      return outputs > 1
        ? region.0 * Float(inputs - 1) + x * (region.1 - region.0) * Float(inputs - 1)
          / Float(outputs - 1)
        : 0.5 * (region.0 + region.1) * Float(inputs - 1)
    }
  }

  /// The weights of each output position.
  func weights(
    from inputs: Int, to outputs: Int, scale: Float, region: (Float, Float)
  ) -> AxisWeights {
    AxisWeights(
      inputs: inputs,
      rows: (0..<outputs).map { output in
        let x = coordinate(
          Float(output), from: inputs, to: outputs, scale: scale, region: region)
        return row(at: x, inputs: inputs, scale: scale)
      })
  }

  private func row(at x: Float, inputs: Int, scale: Float) -> AxisWeights.Row {
    let last = Float(inputs - 1)
    switch mode {
    case .nearest:
      let place =
        switch nearest {
        case .preferFloor: (x - 0.5).rounded(.up)
        case .preferCeil: (x + 0.5).rounded(.down)
        case .floor: x.rounded(.down)
        case .ceil: x.rounded(.up)
        }
      return AxisWeights.Row(first: Int(max(0, min(last, place))), weights: [1])
    case .linear: return mixed(at: x, inputs, reach: 1, scale) { max(0, 1 - abs($0)) }
    case .cubic: return mixed(at: x, inputs, reach: 2, scale, cubic)
    }
  }

  private func cubic(_ x: Float) -> Float {
    let d = abs(x)
    if d <= 1 { return ((a + 2) * d - (a + 3)) * d * d + 1 }
    return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0
  }

  /// Positions within `reach`, wider where a picture shrinks and is smoothed; those outside count as the
  /// nearest inside, or not at all.
  private func mixed(
    at x: Float, _ inputs: Int, reach: Float, _ scale: Float, _ kernel: (Float) -> Float
  ) -> AxisWeights.Row {
    let wide = antialiases && scale < 1 ? 1 / scale : 1
    let low = Int((x - reach * wide).rounded(.down)) + (wide == 1 ? 1 : 0)
    let high = max(low, Int((x + reach * wide).rounded(.up)) - (wide == 1 ? 1 : 0))
    var first = inputs
    var sums: [Int: Float] = [:]
    var total: Float = 0
    for place in low...max(low, wide == 1 ? low + 2 * Int(reach) - 1 : high) {
      let isInside = place >= 0 && place < inputs
      if excludesOutside, !isInside { continue }
      let weight = kernel((Float(place) - x) / wide)
      let source = max(0, min(inputs - 1, place))
      first = min(first, source)
      sums[source, default: 0] += weight
      total += weight
    }
    let end = (sums.keys.max() ?? 0) + 1
    first = min(first, end - 1)
    let divisor = excludesOutside || wide != 1 ? (total == 0 ? 1 : total) : 1
    // A position that falls onto a pixel does not read the next one.
    let read = (first..<end).filter { sums[$0] ?? 0 != 0 }
    let places = (read.first ?? first)...(read.last ?? first)
    return AxisWeights.Row(
      first: places.lowerBound, weights: places.map { (sums[$0] ?? 0) / divisor })
  }
}
