// A folder of small pictures in train and val, unequal classes, one file broken.

import TestSupport

@testable import ERFEngine

struct TrainingPictures {
  let folder: TemporaryFolder

  /// 9 cats, 5 dogs and 3 owls to learn from, 2 each held out, 40 to 60 pixels wide.
  static let counts = ["cat": 9, "dog": 5, "owl": 3]
  static let heldOut = 2

  /// - Parameter isBroken: whether a tenth cat is not a picture.
  init(isBroken: Bool = false) throws {
    folder = try TemporaryFolder()
    for part in ["train", "val"] {
      try Folder.make(folder.path + "/" + part)
      for (name, count) in Self.counts {
        try Folder.make("\(folder.path)/\(part)/\(name)")
        for index in 0..<(part == "train" ? count : Self.heldOut) {
          try write("\(part)/\(name)/\(index).ppm", seed: "\(part)\(name)\(index)", name)
        }
      }
    }
    if isBroken { _ = try folder.write(Array("no picture".utf8), to: "train/cat/broken.ppm") }
  }

  /// Noise about a grey of the class's own.
  private func write(_ path: String, seed: String, _ name: String) throws {
    let random = RandomStream(seed: 1, name: seed)
    let (height, width) = (40 + Int(random.bits(at: 0) % 9), 44 + Int(random.bits(at: 1) % 17))
    let grey = ["cat": 60, "dog": 120, "owl": 180][name] ?? 0
    let pixels = (0..<height * width * 3).map {
      UInt8(grey + Int(random.bits(at: UInt64($0 + 2)) % 60))
    }
    _ = try folder.write(Array("P6 \(width) \(height) 255\n".utf8) + pixels, to: path)
  }

  /// With everything random that photographs need.
  var recipe: TrainingRecipe {
    var recipe = TrainingRecipe(
      model: "replknet:kernels=5,3:layers=1,1:channels=4,8:small=3:dw=1:classes=3",
      data: .folder(folder.path), steps: 6)
    if let sizes = TrainingSizes.parsed("32:1,32/40/48:5", stepsAnEpoch: 2, in: 32...64) {
      recipe.sizes = sizes.sizes
    }
    recipe.batch = 8
    recipe.cropping = .resized(area: 0.35)
    recipe.jitter = 0.3
    recipe.balances = true
    recipe.erasing = 0.3
    return recipe
  }
}
