// Pictures that the program brings along or makes itself, so that it runs without any file at hand.
//
// The photographs are in the public domain; NOTICE names their sources. Those that it makes share the
// statistics of photographs that matter to a network: objects of all sizes that hide one another, and
// a spectrum that falls off like 1/f. Only additions, multiplications, divisions and
// square roots of IEEE numbers are used, so that every machine makes the same bytes.

/// A few photographs and then a few generated pictures, 256 to 600 pixels a side, the same on every
/// machine.
public enum BuiltInImages {
  private struct Entry {
    let name: String
    let make: @Sendable () -> Image
  }

  private static let entries =
    ["cat", "coffee", "astronaut", "rocket", "photographer"].map(photograph) + generated

  private static func photograph(_ name: String) -> Entry {
    Entry(name: name) {
      let file = "photographs/\(name).jpg"
      guard let image = try? Image.decode(Assets.bytes(file), path: file) else {
        preconditionFailure("\(file) is a sound picture")
      }
      return image
    }
  }

  private static let generated = [
    Entry(name: "dead-leaves-1") { DeadLeaves.discs(seed: 1) },
    Entry(name: "pebbles-1") { DeadLeaves.pebbles(seed: 2) },
    Entry(name: "clouds-1") { NoisePictures.clouds(seed: 3) },
    Entry(name: "foliage-1") { DeadLeaves.foliage(seed: 4) },
    Entry(name: "meadow-1") { MixedPictures.meadow(seed: 5) },
    Entry(name: "dead-leaves-2") { DeadLeaves.discs(seed: 6) },
    Entry(name: "marble-1") { NoisePictures.marble(seed: 7) },
    Entry(name: "lights-1") { MixedPictures.lights(seed: 8) },
  ]

  /// How many pictures there are.
  public static var count: Int { entries.count }

  /// The name of picture `index`, such as `dead-leaves-1`; past the end they begin anew.
  public static func name(at index: Int) -> String { entries[wrapped(index)].name }

  /// Makes picture `index`; past the end they begin anew.
  public static func image(at index: Int) -> Image { entries[wrapped(index)].make() }

  private static func wrapped(_ index: Int) -> Int {
    let rest = index % entries.count
    return rest < 0 ? rest + entries.count : rest
  }
}

/// A random stream that is read from front to back.
struct PictureRandom {
  private let stream: RandomStream
  private var position: UInt64 = 0

  init(seed: UInt64) { stream = RandomStream(start: seed) }

  init(_ stream: RandomStream) { self.stream = stream }

  mutating func bits() -> UInt64 {
    defer { position &+= 1 }
    return stream.bits(at: position)
  }

  /// Uniform in 0..<1.
  mutating func unit() -> Float { Float(bits() >> 40) / 16_777_216 }

  /// Uniform in `range`.
  mutating func uniform(_ range: ClosedRange<Float>) -> Float {
    range.lowerBound + unit() * (range.upperBound - range.lowerBound)
  }

  /// About normal, mean 0 and deviation 1: the sum of the four 16-bit parts of one draw.
  mutating func normal() -> Float {
    let z = bits()
    let sum = (z & 0xFFFF) + (z >> 16 & 0xFFFF) + (z >> 32 & 0xFFFF) + (z >> 48)
    return (Float(sum) / 65_536 - 2) * 1.732_050_8
  }

  /// A direction, uniform on the circle.
  mutating func direction() -> SIMD2<Float> {
    while true {
      let point = SIMD2(uniform(-1...1), uniform(-1...1))
      let square = (point * point).sum()
      if square <= 1 && square > 0.01 { return point / square.squareRoot() }
    }
  }

  /// A radius in `range` with density falling as its third power, which makes the picture look alike
  /// at every scale.
  mutating func radius(_ range: ClosedRange<Float>) -> Float {
    let near = 1 / (range.lowerBound * range.lowerBound)
    let far = 1 / (range.upperBound * range.upperBound)
    return 1 / (far + unit() * (near - far)).squareRoot()
  }
}

/// A picture in the making: red, green and blue in 0...1 (a fourth lane unused), (H, W) row-major.
struct Canvas {
  let height: Int
  let width: Int
  var colours: [SIMD4<Float>]

  init(height: Int, width: Int, filled colour: SIMD4<Float> = .zero) {
    self.height = height
    self.width = width
    colours = Array(repeating: colour, count: height * width)
  }

  var image: Image {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(colours.count * 3)
    for colour in colours {
      let scaled = (colour * 255).clamped(
        lowerBound: .zero, upperBound: SIMD4(repeating: 255)
      ).rounded(.toNearestOrEven)
      pixels.append(UInt8(scaled.x))
      pixels.append(UInt8(scaled.y))
      pixels.append(UInt8(scaled.z))
    }
    return Image(height: height, width: width, pixels: pixels)
  }
}
