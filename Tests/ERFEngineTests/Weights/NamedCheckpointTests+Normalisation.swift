// How pictures are normalised by what a file holds or says, where that is not the network's usual way.

import TestSupport
import Testing

@testable import ERFEngine

extension NamedCheckpointTests {
  /// The plain network behind `prefix`, with more tensors and settings.
  private func wrapped(
    _ prefix: String, with extra: [String: [Float]] = [:], metadata: [String: String] = [:],
    in folder: TemporaryFolder
  ) throws -> NetworkSpec {
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    let tensors = try plain.keys.map { (prefix + $0, try plain.tensor($0)) }
    let more = extra.sorted { $0.key < $1.key }.map {
      ($0.key, Tensor(shape: [$0.value.count, 1, 1], elements: $0.value))
    }
    let path = folder.file("normalised.safetensors")
    try SafetensorsWriter(tensors: tensors + more, type: .float32, metadata: metadata)
      .write(to: path)
    return NetworkSpec(file: path)
  }

  /// As modules in front of the network hold them, in either unit; the advice works, and what is usual is not
  /// told.
  @Test(
    arguments: [
      ("1.", "0.mean", "0.std", 1),
      ("module.model.", "module.normalizer.new_mean", "module.normalizer.new_std", 1),
      ("backbone.", "data_preprocessor.mean", "data_preprocessor.std", 255),
      ("backbone.bottom_up.", "pixel_mean", "pixel_std", 255),
    ] as [(String, String, String, Float)])
  func modulesThatNormalise(
    _ prefix: String, mean: String, deviation: String, scale: Float
  ) throws {
    let folder = try TemporaryFolder()
    let half = [Float](repeating: scale / 2, count: 3)
    var spec = try wrapped(prefix, with: [mean: half, deviation: half], in: folder)
    let isOfBytes = scale == 255
    let (words, options) =
      isOfBytes
      ? ("range 0:255, mean 127.5, std 127.5", "--range 0:255 --mean 127.5 --std 127.5")
      : ("mean 0.5, std 0.5", "--mean 0.5 --std 0.5")
    #expect(
      try Network(spec).weightsChoice?.notes == [
        "the file's \(mean) and \(deviation) say \(words), and pictures are prepared with ImageNet's mean and "
          + "std: \(options) does as the file says"
      ])
    spec.preprocessing.mean = half
    spec.preprocessing.deviation = half
    if isOfBytes { spec.preprocessing.range = PixelRange(black: 0, white: 255) }
    #expect(try Network(spec).weightsChoice?.notes == [])
    let usual = Preprocessing.imageNet
    let plain = try wrapped(
      prefix,
      with: [mean: usual.mean.map { $0 * scale }, deviation: usual.deviation.map { $0 * scale }],
      in: folder)
    #expect(try Network(plain).weightsChoice?.notes == [])
  }

  /// Blue comes first where the usual means stand in the other order.
  @Test func meansOfBlueGreenRed() throws {
    let folder = try TemporaryFolder()
    let spec = try wrapped(
      "backbone.", with: ["pixel_mean": [103.53, 116.28, 123.675], "pixel_std": [1, 1, 1]],
      in: folder)
    let notes = try #require(try Network(spec).weightsChoice).notes
    #expect(
      notes.count == 1
        && notes[0].contains(": --range 0:255 --mean 103.53,116.28,123.675 --std 1 --bgr does"),
      "\(notes)")
  }

  /// As training programs keep their settings.
  @Test(arguments: [
    ["args.mean": "[0.5, 0.5, 0.5]", "args.std": "(0.5, 0.5, 0.5)"],
    [
      "args.mean.0": "0.5", "args.mean.1": "0.5", "args.mean.2": "0.5", "args.std.0": "0.5",
      "args.std.1": "0.5", "args.std.2": "0.5",
    ],
    ["args.norm_mean": "[0.5, 0.5, 0.5]", "args.norm_std": "[0.5, 0.5, 0.5]"],
    ["img_mean": "[0.5, 0.5, 0.5]", "img_std": "[0.5, 0.5, 0.5]"],
    ["config.data.mean": "[0.5, 0.5, 0.5]", "config.data.std": "[0.5, 0.5, 0.5]"],
  ])
  func settingsThatNormalise(_ metadata: [String: String]) throws {
    let folder = try TemporaryFolder()
    let spec = try wrapped("", metadata: metadata, in: folder)
    let notes = try #require(try Network(spec).weightsChoice).notes
    #expect(
      notes.count == 1
        && notes[0].hasPrefix("the file's settings say mean 0.5, std 0.5, and pictures are"),
      "\(notes)")
  }

  @Test(arguments: [
    ["args.mean": "0.5"], ["args.mean": "none", "args.std": "none"],
    ["args.mean": "[0.485, 0.456, 0.406]", "args.std": "[0.229, 0.224, 0.225]"],
    ["args.labels.mean": "[0.5, 0.5, 0.5]", "args.labels.std": "[0.5, 0.5, 0.5]"],
    ["a.b.c.mean": "[0.5, 0.5, 0.5]", "a.b.c.std": "[0.5, 0.5, 0.5]"],
    ["args.mean": "[1, 2]", "args.std": "[1, 2]"], ["args.mean": "1", "args.std": "0"],
  ])
  func settingsThatDoNot(_ metadata: [String: String]) throws {
    let folder = try TemporaryFolder()
    let spec = try wrapped("", metadata: metadata, in: folder)
    #expect(try Network(spec).weightsChoice?.notes == [])
  }
}
