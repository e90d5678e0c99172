// How pictures are normalised by a configuration beside the file: the hub's, and that of timm's training.

import TestSupport
import Testing

@testable import ERFEngine

extension NamedCheckpointTests {
  /// How pictures were normalised, of the hub and of timm's training.
  @Test(
    arguments: [
      (
        "config.json",
        #"{"pretrained_cfg": {"tag": "a", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}}"#
      ),
      ("config.json", #"{"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}"#),
      (
        "preprocessor_config.json",
        #"{"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}"#
      ),
      ("args.yaml", "mean:\n- 0.5\n- 0.5\n- 0.5\nstd:\n- 0.5\n- 0.5\n- 0.5\nopt: sgd\n"),
      ("args.yaml", "mean: [0.5, 0.5, 0.5]\nstd: [0.5, 0.5, 0.5]  # half\n"),
      ("args.yaml", "mean: [0.5,\n  0.5, 0.5]\nstd: [0.5, 0.5,\n  0.5]\n"),
      ("args.yaml", "mean: &id001\n- 0.5\n- 0.5\n- 0.5\nstd: *id001\n"),
      ("args.yaml", "mean: &a [0.5, 0.5, 0.5]\nstd: *a\n"),
      (
        "args.yaml",
        "mean: !!python/tuple\n- 0.5\n- 0.5\n- 0.5\nstd: !!python/tuple\n- 0.5\n- 0.5\n- 0.5\n"
      ),
      ("args.yaml", "mean: &a !!python/tuple\n- 0.5\n- 0.5\n- 0.5\nstd: *a\n"),
      (
        "args.yaml",
        "img:\n  mean:\n  - 0.5\n  - 0.5\n  - 0.5\n  std: !!python/tuple [0.5, 0.5, 0.5]\n"
      ),
    ])
  func normalisationBesideTheFile(_ name: String, text: String) throws {
    #expect(
      try notes(beside: Array(text.utf8), called: name) == [
        "\(name) beside the file says mean 0.5, std 0.5, and pictures are prepared with ImageNet's mean and "
          + "std: --mean 0.5 --std 0.5 does as the file says"
      ])
    let other = text.replacing("mean", with: "average")
    #expect(try notes(beside: Array(other.utf8), called: name) == [])
  }

  /// The hub's processors may leave out a step, or scale by another factor: the options follow.
  @Test(
    arguments: [
      (#""do_normalize": false"#, "mean 0, std 1", "--mean 0 --std 1"),
      (
        #""do_normalize": false, "do_rescale": false"#, "range 0:255, mean 0, std 1",
        "--range 0:255 --mean 0 --std 1"
      ),
      (
        #""rescale_factor": 0.00784313725490196"#, "range 0:2, mean 0.5, std 0.25",
        "--range 0:2 --mean 0.5 --std 0.25"
      ),
      (
        #""rescale_offset": true, "rescale_factor": 0.00784313725490196"#,
        "range -1:1, mean 0.5, std 0.25", "--range -1:1 --mean 0.5 --std 0.25"
      ),
      (
        #""offset": true"#, "range -1:1, mean 0.5, std 0.25",
        "--range -1:1 --mean 0.5 --std 0.25"
      ),
      (
        #""rescale_offset": true, "do_normalize": false"#, "range -1:0, mean 0, std 1",
        "--range -1:0 --mean 0 --std 1"
      ),
      (
        #""rescale_offset": true, "do_rescale": false"#, "range 0:255, mean 0.5, std 0.25",
        "--range 0:255 --mean 0.5 --std 0.25"
      ),
      (
        #""do_flip_channel_order": true"#, "mean 0.5, std 0.25, BGR",
        "--mean 0.5 --std 0.25 --bgr"
      ),
      (
        #""do_rescale": false, "rescale_factor": 0.00392156862745098"#,
        "range 0:255, mean 0.5, std 0.25", "--range 0:255 --mean 0.5 --std 0.25"
      ),
      (
        #""do_normalize": true, "do_rescale": true, "rescale_factor": 0.00392156862745098"#,
        "mean 0.5, std 0.25", "--mean 0.5 --std 0.25"
      ),
    ])
  func stepsOfProcessors(_ steps: String, words: String, options: String) throws {
    let text = #"{"image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.25, 0.25], \#(steps)}"#
    #expect(
      try notes(beside: Array(text.utf8), called: "preprocessor_config.json") == [
        "preprocessor_config.json beside the file says \(words), and pictures are prepared with ImageNet's "
          + "mean and std: \(options) does as the file says"
      ])
  }

  /// Those that turn the colours do it last, and many of them do not normalise.
  @Test(
    arguments: [
      (#"{"do_flip_channel_order": true}"#, "--mean 0 --std 1 --bgr"),
      (
        #"{"do_flip_channel_order": true, "image_mean": [0.1, 0.2, 0.3], "image_std": [0.5, 0.6, 0.7]}"#,
        "--mean 0.3,0.2,0.1 --std 0.7,0.6,0.5 --bgr"
      ),
      (#"{"do_flip_channel_order": false}"#, nil),
    ] as [(String, String?)])
  func processorsThatTurnColours(_ text: String, options: String?) throws {
    let notes = try self.notes(beside: Array(text.utf8), called: "preprocessor_config.json")
    #expect(notes.count == (options == nil ? 0 : 1), "\(notes)")
    let end = ": \(options ?? "") does as the file says"
    #expect(notes.allSatisfy { $0.hasSuffix(end) }, "\(notes)")
  }

  /// What is said of pictures and could not be followed is told.
  @Test(
    arguments: [
      (
        "preprocessor_config.json", #"{"image_mean": [0.5, 0.5], "image_std": [0.5, 0.5]}"#,
        "gives image_mean=[0.5, 0.5] and image_std=[0.5, 0.5], where three numbers each are expected"
      ),
      (
        "preprocessor_config.json", #"{"image_mean": ["a", 1, 1, 1], "image_std": 1}"#,
        #"gives image_mean=["a", 1, 1, 1] and image_std=1, where three numbers each are expected"#
      ),
      (
        "preprocessor_config.json", #"{"image_mean": [1, 1, 1], "image_std": [0, 0, 0]}"#,
        "gives image_mean=[1, 1, 1] and image_std=[0, 0, 0], where three numbers each are expected"
      ),
      (
        "preprocessor_config.json", #"{"image_mean": [0.5, 0.5, 0.5], "image_std": null}"#,
        "gives image_mean=[0.5, 0.5, 0.5] without image_std"
      ),
      (
        "preprocessor_config.json",
        #"{"image_mean": [0, 0, 0], "image_std": [1, 1, 1], "rescale_factor": "x"}"#,
        "gives rescale_factor=x, which is no factor of pixels"
      ),
      (
        "preprocessor_config.json", #"{"do_normalize": "no", "image_mean": 0, "image_std": 1}"#,
        "gives do_normalize=no, where true or false is expected"
      ),
      (
        "config.json", #"{"pretrained_cfg": {"mean": [1]}}"#,
        "gives pretrained_cfg.mean=[1] without"
      ),
      ("args.yaml", "mean: *a\nstd: *a\n", "gives mean=*a and std=*a, where three numbers each"),
      (
        "args.yaml", "mean:\n- 1\n- !!float 1\n- 1\nstd: 1\n",
        "gives mean=- 1 - !!float 1 - 1 and std=1, where three numbers each are expected"
      ),
      (
        "args.yaml", "img:\n  mean: &a [1, 1, 1]\n  std: *a\n",
        "gives img.mean=1, 1, 1 and img.std=*a, where three numbers each are expected"
      ),
      ("args.yaml", "mean: null\nstd: null\n", nil), ("args.yaml", "noise:\n  mean: 0\n", nil),
      ("preprocessor_config.json", #"{"image_mean": null, "image_std": null}"#, nil),
      (
        "preprocessor_config.json",
        #"{"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225], "#
          + #""do_normalize": null}"#, nil
      ),
    ] as [(String, String, String?)])
  func oddNormalisation(_ name: String, text: String, words: String?) throws {
    let notes = try self.notes(beside: Array(text.utf8), called: name)
    #expect(notes.count == (words == nil ? 0 : 1), "\(notes)")
    #expect(
      notes.allSatisfy {
        $0.hasPrefix("\(name) beside the file \(words ?? "")")
          && $0.hasSuffix(": what it says of pictures is not known")
      }, "\(notes)")
  }
}
