// Silhouettes as short texts of parts, and how they become coverage.

/// An object's outline, drawn in a square of 100 x 100 units, y downwards.
///
/// One part a line, numbers in units: `P x y ...` polygon, `S x y ...` smooth closed curve through
/// the points, `E x y rx ry` ellipse, `R x y w h r` rectangle with corners of radius r,
/// `W width x y r` ring, `L width x y ...` line with round ends, `K width x y ...` smooth line.
/// A minus sign in front cuts the part out of those before it.
struct Silhouette: Sendable {
  private enum Form: Sendable {
    case outlines([[SIMD2<Float>]])
    case line([SIMD2<Float>], width: Float)
  }

  private struct Part: Sendable {
    let form: Form
    let cuts: Bool
  }

  private let parts: [Part]

  /// - Precondition: every line is a part: the texts are fixed, and tests go through all of them.
  init(_ text: String) {
    parts = text.split(separator: "\n").map { line in
      var words = line.split(separator: " ")
      let cuts = words.first == "-"
      if cuts { words.removeFirst() }
      let numbers = words.dropFirst().compactMap { Float($0) }
      precondition(numbers.count == words.count - 1, "not all numbers: \(line)")
      return Part(form: Self.form(words[0], numbers), cuts: cuts)
    }
  }

  private static func form(_ kind: Substring, _ numbers: [Float]) -> Form {
    func points(from start: Int) -> [SIMD2<Float>] {
      stride(from: start, to: numbers.count, by: 2).map { SIMD2(numbers[$0], numbers[$0 + 1]) }
    }
    switch kind {
    case "P": return .outlines([points(from: 0)])
    case "S": return .outlines([Curves.closed(points(from: 0))])
    case "E":
      return .outlines([
        Curves.ellipse(
          centre: SIMD2(numbers[0], numbers[1]), radii: SIMD2(numbers[2], numbers[3]))
      ])
    case "R":
      return .outlines([
        Curves.rectangle(
          origin: SIMD2(numbers[0], numbers[1]), size: SIMD2(numbers[2], numbers[3]),
          corner: numbers[4])
      ])
    case "W":
      let (width, centre, radius) = (numbers[0], SIMD2(numbers[1], numbers[2]), numbers[3])
      return .outlines([
        Curves.ellipse(centre: centre, radii: SIMD2(repeating: radius + width / 2)),
        Curves.ellipse(centre: centre, radii: SIMD2(repeating: radius - width / 2)).reversed(),
      ])
    case "L": return .line(points(from: 1), width: numbers[0])
    case "K": return .line(Curves.open(points(from: 1)), width: numbers[0])
    default: preconditionFailure("no part begins with \(kind)")
    }
  }

  /// The pixels it covers on a square canvas, placed as `pose` says.
  func coverage(size: Int, pose: Pose) -> Coverage {
    var coverage = Coverage(size: size)
    for part in parts {
      let drawn: Coverage.Part
      switch part.form {
      case .outlines(let outlines):
        drawn = Coverage.Part(
          inside: outlines.map { $0.map { pose.place($0) * Float(size) } }, size: size)
      case .line(let points, let width):
        drawn = Coverage.Part(
          along: points.map { pose.place($0) * Float(size) },
          width: width / 100 * pose.scale * Float(size), size: size)
      }
      if part.cuts { coverage.cut(drawn) } else { coverage.add(drawn) }
    }
    return coverage
  }
}

/// Where a silhouette stands in the frame.
struct Pose: Sendable {
  /// Side of the silhouette's square over the side of the frame.
  var scale: Float
  /// Where the middle of its square lies, in frames.
  var centre: SIMD2<Float>
  /// The direction of its x axis, of length 1.
  var axis: SIMD2<Float>
  var isMirrored: Bool

  /// A point of the silhouette's square (0...100) in the frame (0...1).
  func place(_ point: SIMD2<Float>) -> SIMD2<Float> {
    let offset = (point - 50) * (scale / 100)
    let x = isMirrored ? -offset.x : offset.x
    return centre + SIMD2(x * axis.x - offset.y * axis.y, x * axis.y + offset.y * axis.x)
  }
}

/// Points along curves.
enum Curves {
  private static let steps = 8

  /// A smooth closed curve through `points` (Catmull and Rom 1974).
  static func closed(_ points: [SIMD2<Float>]) -> [SIMD2<Float>] {
    let count = points.count
    return points.indices.flatMap { index in
      span(
        points[(index + count - 1) % count], points[index], points[(index + 1) % count],
        points[(index + 2) % count])
    }
  }

  /// A smooth curve from the first point to the last.
  static func open(_ points: [SIMD2<Float>]) -> [SIMD2<Float>] {
    points.indices.dropLast().flatMap { index in
      span(
        points[max(0, index - 1)], points[index], points[index + 1],
        points[min(points.count - 1, index + 2)])
    } + points.suffix(1)
  }

  private static func span(
    _ a: SIMD2<Float>, _ b: SIMD2<Float>, _ c: SIMD2<Float>, _ d: SIMD2<Float>
  ) -> [SIMD2<Float>] {
    (0..<steps).map { step in
      // Each step has its type, which the compiler would take seconds to find.
      let t = Float(step) / Float(steps)
      let slope: SIMD2<Float> = c - a
      let bend: SIMD2<Float> = a * 2 - b * 5
      let second: SIMD2<Float> = bend + c * 4 - d
      let twist: SIMD2<Float> = b * 3 - a
      let third: SIMD2<Float> = twist - c * 3 + d
      let sum: SIMD2<Float> = b * 2 + slope * t
      return (sum + second * (t * t) + third * (t * t * t)) * 0.5
    }
  }

  /// 48 points of an ellipse, on rational points of the circle: no sines.
  static func ellipse(centre: SIMD2<Float>, radii: SIMD2<Float>) -> [SIMD2<Float>] {
    let quarter = (0..<12).map { step -> SIMD2<Float> in
      // Half-angle tangents from 0 to 1, spaced so that the angles are nearly equal.
      let t = Float(step) / 12
      let tangent = t * (0.7854 + t * t * (0.2146))
      let square = tangent * tangent
      return SIMD2(1 - square, 2 * tangent) / (1 + square)
    }
    let circle =
      quarter + quarter.map { SIMD2(-$0.y, $0.x) } + quarter.map { -$0 }
      + quarter.map { SIMD2($0.y, -$0.x) }
    return circle.map { centre + $0 * radii }
  }

  static func rectangle(
    origin: SIMD2<Float>, size: SIMD2<Float>, corner: Float
  ) -> [SIMD2<Float>] {
    let radius = min(corner, min(size.x, size.y) / 2)
    let circle = ellipse(centre: .zero, radii: SIMD2(repeating: radius))
    let centres = [
      origin + size - radius, origin + SIMD2(radius, size.y - radius), origin + radius,
      origin + SIMD2(size.x - radius, radius),
    ]
    // Each corner takes its quarter of the circle and one point more.
    return centres.enumerated().flatMap { quarter, centre in
      (0...12).map { centre + circle[(quarter * 12 + $0) % 48] }
    }
  }
}
