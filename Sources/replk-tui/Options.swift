// The options that the subcommands share, and how their values are read.

import ERFEngine

/// Options by what they are about.
enum Options {
  static let network = [
    Option(
      "--weights", value: "FILE|random:SEED|trained", repeats: true,
      help: "checkpoint (safetensors, torch.save), seeded random weights, or those that ship "
        + "(default: trained for nano networks, random:0 for others)"),
    Option(
      "--weights-key", value: "NAME",
      help: "which of a checkpoint's dictionaries of weights, such as model_ema"),
    Option("--allow-missing", value: "head", help: "open a checkpoint without a classifier"),
    Option(
      "--ignore-extra", help: "leave out a checkpoint's tensors that the network does not have"),
  ]

  /// Of commands that take several networks.
  static let networks =
    [
      Option(
        "--weights", value: "FILE|random:SEED|trained", repeats: true,
        help: "weights; once for all models, or once for each, in their order "
          + "(default: trained for nano networks, random:0 for others)")
    ] + network.filter { $0.names[0] != "--weights" }

  /// How pictures become input.
  static let preparation = [
    Option(
      "--mean", value: "M|A,B,C", values: .mean, repeats: true,
      help: "what is subtracted from the channels (default: what the network is known to take; "
        + "for ONNX files ImageNet's)"),
    Option(
      "--std", value: "S|A,B,C", values: .deviation, repeats: true,
      help: "what the channels are divided by (default: as for --mean)"),
    Option(
      "--range", value: "BLACK:WHITE", values: .range, repeats: true,
      help: "values that black and white are mapped to first, such as 0:255; without --mean and "
        + "--std nothing else is done (default 0:1)"),
    Option("--bgr", help: "blue first, as OpenCV and Caffe have it"),
  ]

  static let classes = [
    Option(
      "--classes", value: "FILE",
      help: "names of the classes, one per line, in the order of the outputs (default: "
        + "ImageNet's or CIFAR-10's where their number fits)")
  ]

  static let images = images(count: "average over the first N images, or over")

  /// - Parameter count: what a number of images means to the command.
  static func images(count: String) -> [Option] {
    [
      Option(
        "--image", value: "PATH", repeats: true,
        help:
          "image file, folder of images, or folder of folders of them; more files, and folders "
          + "written with a /, may follow; may be repeated (default: built-in pictures)"),
      Option(
        "--count", value: "N", values: .images,
        help: "\(count) N spread over several folders (default: all; one of the built-in)"),
      Option(
        "--image-seed", value: "S", values: .seed,
        help: "which images --count takes from several folders (default 0)"),
      Option(
        "--tensor", value: "FILE",
        help: "prepared input (N, 3, H, W): FILE.npy or FILE.safetensors#KEY"),
      Option(
        "--size", value: "S|HxW", values: .inputSize,
        help: "input size in pixels (default 224, an ONNX file's own; the paper's is 1024)"),
    ]
  }

  static let unit = [
    Option(
      "--stage", value: "K", values: .stage,
      help: "tap the output of stage K, from 1 (default: the last)"),
    Option("--tap", value: "NAME", help: "tap any layer by name, as `info` lists them"),
    Option(
      "--at", value: "ROW,COL", values: .unit,
      help: "the unit on the tapped map (default: its centre)"),
    Option(
      "--rule", value: "NAME",
      help: "how gradients become a map: \(ERFRule.names) (default paper)"),
  ]

  static let reach = [
    Option(
      "--zero-unreached",
      help: "set to zero the kernel weights that met no pixel in training (see `info --size`)"),
    Option(
      "--trained-at", value: "S", values: .trainedSide,
      help: "the size that the network was trained at, where its file does not say"),
  ]

  static let run = [
    Option(
      "--threads", value: "N", values: .threads, help: "worker threads (default: one per core)"),
    Option(
      "--isa", value: "NAME",
      help: "kernels to use: \(InstructionSet.available.joined(separator: ", "))"
        + " (default: the best the processor has)"),
  ]

  static let precision = [
    Option(
      "--precision", value: "NAME",
      help:
        "compute the products of convolutions in \(Precision.names) (default f32; bf16 is for a "
        + "first look, and faster where the processor has AVX512_BF16)")
  ]

  static let export = [
    Option("--pgm-8", help: "write PGM with 8 bits rather than 16"),
    Option("--pgm-ascii", help: "write PGM as text"),
    Option(
      "--colormap", "--colourmap", value: "NAME", words: ColourMap.all.map(\.name),
      help: "colour map of PNG: \(ColourMap.all.map(\.name).joined(separator: ", "))"),
  ]

  static let help = [Option("--help", "-h", help: "show this help")]
}

extension Arguments {
  /// The weights, one entry a `--weights`.
  func weights() throws(UsageError) -> [WeightsSource] {
    var sources: [WeightsSource] = []
    for text in all("--weights") {
      if text == "trained" {
        sources.append(.trained)
        continue
      }
      guard text == "random" || text.hasPrefix("random:") else {
        sources.append(.file(text))
        continue
      }
      let seed = text == "random" ? 0 : UInt64(text.dropFirst("random:".count))
      guard let seed else {
        throw .badValue(
          option: "--weights", value: text, expected: "random:SEED with a whole number as seed")
      }
      sources.append(.random(seed: seed))
    }
    return sources
  }

  func size() -> InputSize? { last("--size").flatMap { InputSize(argument: $0) } }

  func tap() throws(UsageError) -> String? {
    if has("--tap") && has("--stage") { throw .conflicting("--tap", "--stage") }
    return whole("--stage").map { "stage\($0)" } ?? last("--tap")
  }

  func unit() -> Unit? { last("--at").flatMap { Unit(argument: $0) } }

  func rule() throws(UsageError) -> ERFRule {
    try parsed("--rule", expected: ERFRule.names) { ERFRule(rawValue: $0.lowercased()) } ?? .paper
  }

  /// nil: none was asked for.
  func precision() throws(UsageError) -> Precision? {
    try parsed("--precision", expected: Precision.names) { Precision(rawValue: $0.lowercased()) }
  }

  func threads() -> Int? { whole("--threads") }

  func seed() -> UInt64 { last("--seed").flatMap { UInt64($0) } ?? 0 }

  func selectInstructionSet() throws(UsageError) {
    _ = try parsed("--isa", expected: InstructionSet.available.joined(separator: ", ")) {
      InstructionSet.select($0) ? $0 : nil
    }
  }

  /// The images that `--image`, `--tensor` and `--count` ask for; folders are listed here.
  func images() throws -> ChosenImages {
    let count = whole("--count")
    if let tensor = last("--tensor") {
      if has("--image") { throw UsageError.conflicting("--tensor", "--image") }
      if has("--size") { throw UsageError.conflicting("--tensor", "--size") }
      if has("--count") { throw UsageError.conflicting("--tensor", "--count") }
      for option in Options.preparation where has(option.names[0]) {
        throw UsageError.conflicting("--tensor", option.names[0])
      }
      if has("--image-seed") { throw UsageError.conflicting("--tensor", "--image-seed") }
      return ChosenImages(source: .tensor(tensor))
    }
    if has("--image-seed"), !has("--image") || count == nil {
      throw UsageError.missingOption(
        command: "--image-seed", option: "--image and --count N: else all images are taken")
    }
    guard has("--image") else { return ChosenImages(source: .builtIn(count ?? 1)) }
    let paths = all("--image")
    let seed = last("--image-seed").flatMap { UInt64($0) } ?? 0
    var files = try ImageList.expandClasses(paths)
    tell(ImageList.leftOut(of: paths))
    let taken = count ?? files.count
    let folders = ImageList.folders(of: files)
    var names: [String]?
    if taken < files.count, folders > 1 {
      files = ImageList.spread(files, seed: seed)
      names = Array(NetworkInputs.pictureNames(files.map(\.path)).prefix(taken))
      StandardStreams.writeError(
        Text.message(
          "\(taken) of \(files.count.counted("image")), spread over \(folders) folders (--image-seed \(seed))"
        ))
    }
    guard taken <= files.count else {
      throw UsageError.badValue(
        option: "--count", value: "\(taken)",
        expected: "at most \(files.count), the number of images given")
    }
    let named = Set(files.filter(\.isNamed).map(\.key))
    return ChosenImages(
      source: .files(files.prefix(taken).map(\.path)),
      found: Set(files.map(\.key)).subtracting(named), names: names)
  }

  /// Says which pictures are not looked at.
  func tell(_ leftOut: ImageList.LeftOut) {
    for line in leftOut.lines { StandardStreams.writeError(Text.message(line)) }
  }

  /// The networks that `words` name: models, which take the values of `--weights` in their order or
  /// share one, and checkpoints, which bring their own.
  func networks(_ words: [String]) throws -> [NetworkSpec] {
    let weights = try weights()
    let models = words.filter { !NetworkSpec.isCheckpoint($0) && !NetworkSpec.isEditedExport($0) }
    guard weights.count <= max(1, models.count) && (weights.isEmpty || !models.isEmpty) else {
      throw UsageError.badValue(
        option: "--weights", value: weights.map(\.description).joined(separator: ", "),
        expected: models.isEmpty
          ? "none: files bring their own weights"
          : "at most \(models.count), one for each model; files bring their own")
    }
    let prepared = try preparations(words.count)
    var rest = weights[...]
    let networks = try words.enumerated().map { index, word in
      var spec: NetworkSpec
      if NetworkSpec.isEditedExport(word) {
        spec = try NetworkSpec(editedExport: word)
      } else if NetworkSpec.isCheckpoint(word) {
        spec = NetworkSpec(file: word)
      } else {
        let next = weights.count == 1 ? weights[0] : rest.popFirst()
        spec = NetworkSpec(model: word, weights: next)
      }
      try choose(&spec)
      spec.preprocessing = prepared[index]
      spec.classes = last("--classes")
      return spec
    }
    try requireCheckpoint(among: networks)
    return networks
  }

  /// Checks that what ``choose(_:)`` takes is said of a checkpoint, since nothing else is chosen from.
  ///
  /// - Parameter way: how one is named.
  /// - Throws: `UsageError.missingOption`.
  func requireCheckpoint(
    among networks: [NetworkSpec], way: String = "FILE, or MODEL --weights FILE"
  ) throws(UsageError) {
    guard !networks.contains(where: { $0.weightsFile != nil && $0.exportedGraph == nil }) else {
      return
    }
    for option in ["--weights-key", "--allow-missing", "--ignore-extra"] where has(option) {
      throw .missingOption(
        command: option, option: "a checkpoint (\(way)): without one leave it out")
    }
  }

  /// What of a file is taken, and what it may lack or hold besides.
  func choose(_ spec: inout NetworkSpec) throws(UsageError) {
    let missing = try parsed("--allow-missing", expected: "head, the classifier") {
      $0 == "head" ? $0 : nil
    }
    spec.weightsKey = last("--weights-key")
    spec.allowsMissingHead = missing != nil
    spec.ignoresExtra = has("--ignore-extra")
  }

  /// How pictures are prepared for each of `count` networks: numbers are given once for all of them, or
  /// once each in their order.
  func preparations(_ count: Int) throws(UsageError) -> [PreprocessingChoice] {
    func each<Value>(_ option: String, _ parse: (String) -> Value?) throws(UsageError) -> [Value?] {
      let texts = all(option)
      guard texts.count <= 1 || texts.count == count else {
        throw .badValue(
          option: option, value: texts.joined(separator: ", "),
          expected: "one for all networks, or \(count), one for each")
      }
      let values = texts.map { $0 == "own" ? nil : parse($0) }
      return values.count == count ? values : Array(repeating: values.first ?? nil, count: count)
    }
    let means = try each("--mean") { [Float](channels: $0, in: PreprocessingChoice.means) }
    let deviations = try each("--std") { [Float](channels: $0, in: PreprocessingChoice.deviations) }
    let ranges = try each("--range") { PixelRange(argument: $0) }
    return (0..<count).map { index in
      var choice = PreprocessingChoice()
      choice.mean = means[index]
      choice.deviation = deviations[index]
      choice.range = ranges[index]
      choice.isBlueFirst = has("--bgr")
      return choice
    }
  }

  /// Everything that a run needs, for each of the networks that `words` name.
  func requests(_ words: [String]) throws -> [ERFRequest] {
    let networks = try networks(words)
    let images = try images()
    return try networks.map { network in
      let size = size() ?? network.exportedSize ?? InputSize(height: 224, width: 224)
      var request = ERFRequest(
        network: try withZeroes(network), images: images.source, size: size, tap: try tap(),
        unit: unit(), rule: try rule(), threads: threads())
      (request.mayBeSkipped, request.imageNames) = (images.found, images.names)
      request.precision = try precision() ?? .float32
      return request
    }
  }

  /// The network as `--zero-unreached` wants it.
  private func withZeroes(_ network: NetworkSpec) throws -> NetworkSpec {
    let given = whole("--trained-at")
    guard has("--zero-unreached") else {
      if given != nil {
        throw UsageError.missingOption(command: "--trained-at", option: "--zero-unreached")
      }
      return network
    }
    guard let side = try given ?? OpenedNetwork(network).record?.largestSize else {
      throw UsageError.missingOption(
        command: "--zero-unreached",
        option: "--trained-at S: \(network.text) does not record the size it was trained at")
    }
    var zeroed = network
    zeroed.zeroesUnreached = InputSize(height: side, width: side)
    return zeroed
  }

  /// How results are exported to files of these names.
  ///
  /// - Parameter way: what gives one with an ending, where that is not `-o FILE` with it.
  /// - Throws: `UsageError`, also where an option is of a format that none of the files has.
  func exportOptions(
    for paths: [String], way: String? = nil
  ) throws(UsageError) -> ExportOptions {
    let options = ExportOptions(variant: try pgmVariant(), colours: try colours())
    for (option, ending) in [("--pgm-8", ".pgm"), ("--pgm-ascii", ".pgm"), ("--colormap", ".png")]
    where has(option) && !paths.contains(where: { $0.lowercased().hasSuffix(ending) }) {
      throw .missingOption(command: option, option: way ?? "-o FILE\(ending)")
    }
    return options
  }

  private func pgmVariant() throws(UsageError) -> PGMVariant {
    switch (has("--pgm-8"), has("--pgm-ascii")) {
    case (true, true): throw .conflicting("--pgm-8", "--pgm-ascii")
    case (true, false): .binary8
    case (false, true): .ascii
    case (false, false): .binary16
    }
  }

  private func colours() throws(UsageError) -> ColourMap {
    try parsed(
      "--colormap", expected: ColourMap.all.map(\.name).joined(separator: ", ")
    ) { ColourMap.named($0) } ?? .ember
  }
}

/// The images that options ask for.
struct ChosenImages {
  let source: ImageSource
  /// Those of the files that were only found in folders.
  var found: Set<PathKey> = []
  /// What the files are called among those that they were chosen from; nil: they are all.
  var names: [String]?
}

extension ERFRule {
  /// All that `--rule` takes.
  fileprivate static let names = allCases.map(\.rawValue).joined(separator: ", ")
}
