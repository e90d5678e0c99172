// Stimuli that the program draws itself: silhouettes filled with textures.
//
// Cue-conflict images without style transfer and without a file at hand, after the idea of Geirhos et
// al. (ICLR 2019). Position, size, rotation, colours, light and background are drawn anew for every
// stimulus and independently of both categories, so that nothing but shape and texture tells them.

/// One built-in stimulus: what it shows and how to draw it at any size.
public struct BuiltInStimulus: Sendable {
  public let kind: StimulusKind
  public let seed: UInt64
  public let index: Int

  /// - Parameter index: from 0; the same stimulus for the same (kind, seed, index), always.
  public init(kind: StimulusKind, seed: UInt64, index: Int) {
    precondition(index >= 0)
    self.kind = kind
    self.seed = seed
    self.index = index
  }

  public var shape: ObjectCategory { kind.categories(at: index).shape }
  public var texture: ObjectCategory { kind.categories(at: index).texture }

  /// As in the benchmark: `airplane1-bicycle3.png`. Stimuli with one cue alone have its category on
  /// both sides.
  public var fileName: String {
    let number = 1 + index / ObjectCategory.allCases.count
    return StimulusName.file(shape: shape, number, texture: texture, number)
  }

  /// Folder and file name: `airplane/airplane1-bicycle3.png`.
  public var path: String { "\(shape.rawValue)/\(fileName)" }

  /// Draws it, `size` x `size` pixels.
  public func image(size: Int) -> Image {
    var random = PictureRandom(RandomStream(seed: seed, name: "\(kind.rawValue)/\(index)"))
    let scene = StimulusScene(random: &random)
    var canvas = Canvas(height: size, width: size)
    let surface = kind == .shape ? nil : TexturePattern.of(texture)
    if kind == .texture {
      scene.fill(&canvas, surface: surface)
    } else {
      scene.paintBackground(&canvas)
      scene.paint(Silhouette.of(shape), on: &canvas, surface: surface)
    }
    return canvas.image
  }
}

extension BuiltInStimulus {
  /// Checks that a stimulus can be drawn and written.
  ///
  /// - Throws: `MemoryError`.
  public static func requireMemory(size: Int) throws {
    try MemoryError.require(
      MemoryEstimate.programBytes + 48 * size * size, for: "a stimulus of \(size)x\(size)",
      advice: "choose a smaller size")
  }
}
