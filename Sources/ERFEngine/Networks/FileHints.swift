/// What a checkpoint tells of its network beside the shapes of the parameters: the name that it was
/// trained under, the modules beside it, and the settings of the training program.
struct FileHints: Sendable {
  /// Names of architectures, such as `fcn_resnet50`, without those that say nothing of one.
  let names: [String]
  /// What the configurations beside the file say, of a file that itself names no network.
  let beside: [Beside]
  /// What the hub's `preprocessor_config.json` beside the file says.
  let preprocessor: Beside?
  /// Modules beside the network, such as `decode_head`: the first parts of names of tensors.
  let siblings: Set<String>
  /// Those of them that hold convolutions, and are no networks of their own such as averages.
  private let convolvingSiblings: Set<String>
  /// Whether the network is the `backbone` of a larger one, or lies in it (`backbone.body`).
  let isBackbone: Bool
  /// Whether `classifier` beside the network is that of torchvision's networks for segmentation, whose
  /// last layer is a convolution, not one of somebody's own.
  private let hasSegmentationClassifier: Bool
  /// Whether the norms are such as count no batches: frozen ones, whose constants may differ, or those
  /// of before 2018.
  private let hasPlainNorms: Bool
  /// The descriptions of backbones in the configuration that mmengine stores; usually none.
  let backbones: [[String: ConfigurationText.Value]]
  /// How pictures are normalised by that configuration; nil: it does not say.
  let configuredNormalisation: FileNormalisation?
  /// Whether the network sees blue first by it; nil: it does not say.
  let configuredOrder: Bool?
  /// What the file that this program converted into this one had left open.
  let earlierDoubts: [String]
  /// Whether there is nothing but the `backbone` of a larger network, without a classifier.
  private let isBareBackbone: Bool
  /// Settings that change what is computed, such as `output_stride` and `8`: the file's own first.
  let settings: [Setting]
  /// What the file is called, with its folder where that alone tells the network.
  let fileName: String
  /// Whether the names of the parameters are those of timm's efficient networks.
  let hasTimmNames: Bool
  /// Whether the names of the parameters are those of torchvision's residual networks, and nothing else tells
  /// what follows their first convolution.
  private let hasTorchvisionNames: Bool

  private static let families = [
    "resnet", "resnext", "mobilenet", "efficientnet", "replknet", "res2net", "resnest", "regnet",
    "hrnet", "densenet", "deeplab", "pspnet", "dilated", "convnext", "inception", "xception",
    "squeezenet", "shufflenet", "mnasnet", "googlenet", "alexnet", "darknet",
  ]
  /// Families whose short names stand at the front.
  private static let shortFamilies = [
    "drn", "fcn", "dla", "vit", "deit", "beit", "swin", "vgg", "mixer", "dpn", "pvt",
  ]
  /// What released files of plain shapes and other strides, dilations or blurs have in their names.
  private static let telltales = [
    "resnetblur", "resnetaa", "blurpool", "antialias", "detectron", "fcn_", "deeplab", "pspnet",
    "dilated",
  ]
  /// Words for output strides, `d8` being mmsegmentation's, for blurs of antialiased-cnns by the side of the
  /// filter, and of Caffe's networks and frozen norms: not to be looked for within others, as in `photos8`.
  private static let tellingWords: Set = [
    "os4", "os8", "os16", "stride4", "stride8", "stride16", "d8", "d16",
    "lpf2", "lpf3", "lpf4", "lpf5", "lpf6", "lpf7", "caffe", "caffe2", "frozenbn", "bnfrozen",
  ]

  /// Where a converted file keeps the doubts about the one that it was made of, a line each.
  static let doubtsKey = "doubts"

  init(_ file: Checkpoint, prefix: String) {
    let role = NetworkRole(prefix: prefix)
    let configuration = ConfigurationText(file.configuration, of: role)
    // What the configuration calls a backbone is told with the rest of it.
    let types = configuration.backbones.compactMap { section -> String? in
      guard case .word(let type)? = section["type"] else { return nil }
      return Self.bare(type.lowercased())
    }
    let texts = role.own(Self.texts(of: file))
    let inside = Self.names(in: texts).filter { !types.contains($0) }
    beside =
      inside.isEmpty ? Self.configurations(beside: file.path).map { $0.own(of: role) } : []
    names = Self.distinct(inside + beside.flatMap { Self.names(in: $0.texts) })
    preprocessor = Self.preprocessor(beside: file.path)
    settings =
      Self.settings(in: texts, source: "the file's settings say") + Self.settings(in: beside)
      + Self.heads(in: configuration)
    backbones = configuration.backbones
    configuredNormalisation = FileNormalisation(configuration)
    configuredOrder = FileNormalisation.isBlueFirst(configuration)
    let path = file.path.lowercased()
    fileName =
      names.isEmpty
      ? Self.tellingName(of: path) : path.split(separator: "/").last.map(String.init) ?? ""
    let prefix = WeightDictionary.uncompiled(prefix)
    let parameters = UnwrappedEntries(file.entries)
    let parts = prefix.split(separator: ".")
    let place = parts.lastIndex(of: "backbone")
    isBackbone = place != nil
    let base = place.map { parts[..<$0].map { $0 + "." }.joined() } ?? prefix
    earlierDoubts = Self.doubts(keptIn: file)
    // Averaged or momentum weights are networks, not what stands on one.
    let others = file.prefixesOfNetworks.map(WeightDictionary.uncompiled).filter {
      $0 != prefix && !$0.isEmpty
    }
    (siblings, convolvingSiblings) = Self.siblings(file.entries, prefix: prefix, others: others)
    func hasParameter(_ name: String, _ isMeant: (Shape) -> Bool = { _ in true }) -> Bool {
      StoredForm.mainParts(of: name).contains { parameters[$0].map(isMeant) ?? false }
    }
    hasTimmNames = hasParameter(prefix + "conv_stem.weight")
    hasTorchvisionNames =
      file.metadata["program"] == nil && hasParameter(prefix + ResNet.landmark)
      && parameters.hasName(behind: prefix) { $0.utf8.holds(".downsample.") }
    hasSegmentationClassifier = hasParameter(base + "classifier.4.weight") { $0.rank == 4 }
    isBareBackbone =
      isBackbone && siblings.isEmpty && !hasParameter(prefix + ResNet.head + ".weight")
    hasPlainNorms = !parameters.hasName(behind: prefix) { $0.hasSuffix(".num_batches_tracked") }
  }

  /// The names of networks among texts under keys, each once, in the order of the keys.
  static func names(in texts: [String: String]) -> [String] {
    let named = texts.sorted { $0.key < $1.key }.compactMap { key, value -> String? in
      let value = value.lowercased()
      // Of classes those of these libraries alone are known.
      let isKnown = ["torchvision.", "timm."].contains(where: value.hasPrefix)
      let name = bare(value)
      guard isNetwork(name), Checkpoint.namesArchitecture(key),
        isKnown || !Checkpoint.namesClass(key)
      else { return nil }
      return name
    }
    return distinct(named)
  }

  /// The same names, each where it comes first.
  private static func distinct(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  private static func isNetwork(_ name: some StringProtocol) -> Bool {
    families.contains(where: name.contains) || shortFamilies.contains(where: name.hasPrefix)
  }

  /// A name without what people put around it: folders, modules, endings, the sum in the names of torchvision's
  /// files, and what timm adds of the training (`.ra_in1k`) and marks torchvision's and semi-supervised weights
  /// of the same networks with.
  private static func bare(_ name: String) -> String {
    var bare = name.split(separator: "/").last ?? ""
    for ending in [".pth", ".pt", ".bin", ".safetensors"] where bare.hasSuffix(ending) {
      bare = bare.dropLast(ending.count)
    }
    let sum = bare.suffix(9)
    if sum.count == 9, sum.first == "-", sum.dropFirst().allSatisfy(\.isHexDigit) {
      bare = bare.dropLast(9)
    }
    let isOfModule = ["torchvision.", "timm.", "models."].contains(where: bare.hasPrefix)
    if isOfModule { bare = bare.split(separator: ".").last ?? "" }
    if let first = bare.split(separator: ".").first, isNetwork(first) { bare = first }
    // Of Gluon's variants, v1b is torchvision's network; the others have other stems and strides.
    if bare.hasPrefix("gluon_"), bare.hasSuffix("_v1b") { bare = bare.dropFirst(6).dropLast(4) }
    let trainings = ["tv_", "ssl_", "swsl_"]
    let training = trainings.first { bare.hasPrefix($0 + "res") }
    return String(bare.dropFirst(training?.count ?? 0))
  }

  /// What a file of this program says is in doubt of the one that it was made of.
  static func doubts(keptIn file: Checkpoint) -> [String] {
    let doubts = file.metadata["program"] == nil ? nil : file.metadata[Self.doubtsKey]
    return (doubts ?? "").split(separator: "\n").prefix(8).map {
      String($0).bounded(400)
    }
  }

  /// Modules beside the one behind `prefix`, by the first name in which they differ, and those that hold
  /// convolutions: what stands on a pyramid of features, unlike classifiers and projections.
  private static func siblings(
    _ entries: CheckpointEntries, prefix: String, others: [String]
  ) -> (all: Set<String>, convolving: Set<String>) {
    let own = prefix.split(separator: ".")
    var all: Set<String> = []
    var convolving: Set<String> = []
    for (key, entry) in entries {
      guard all.count < 256 else { break }
      let key = WeightDictionary.uncompiled(key)
      let isOutside = !key.hasPrefix(prefix)
      if isOutside && others.contains(where: key.hasPrefix) { continue }
      let parts = key.split(separator: ".", maxSplits: own.count + 1)
      let shared = zip(own, parts).prefix { $0 == $1 }.count
      guard shared < parts.count - 1 else { continue }
      let name = String(parts[shared])
      guard isOutside || denseHeads.contains(name) else { continue }
      all.insert(name)
      if isOutside && entry.shape.rank == 4 && StoredForm.name(key).hasSuffix(".weight") {
        convolving.insert(name)
      }
    }
    return (all, convolving)
  }

  /// Whether these are torchvision's or mmsegmentation's networks for segmentation, whose last two
  /// stages have dilations in the place of strides.
  var isDilatedSegmentation: Bool {
    isToldDilated || isBackbone && siblings.contains("decode_head")
  }

  /// The output stride that the file's settings give, such as 16; nil: none.
  var outputStride: Int? {
    settings.first { $0.name == "output_stride" }.flatMap { setting in
      Double(setting.value).flatMap { Int(exactly: $0) }
        ?? NetworkSetting.numbers(in: setting.value)?.first
    }
  }

  /// The same where it is certain: `decode_head` may stand on a plain backbone too.
  private var isToldDilated: Bool {
    names.contains { $0.hasPrefix("fcn") || $0.hasPrefix("deeplab") }
      || isBackbone && (hasSegmentationClassifier || siblings.contains("aux_classifier"))
  }

  /// Modules that stand on top of backbones whose strides, dilations and norms shapes do not tell.
  private static let denseHeads: Set = [
    "decode_head", "auxiliary_head", "segmentation_head", "decoder", "neck", "rpn_head", "rpn",
    "roi_head", "roi_heads", "bbox_head", "mask_head", "keypoint_head", "fpn", "aspp", "auxlayer",
    "transformer", "bbox_embed", "query_embed", "class_embed",
  ]

  /// What remains open where the file is opened as `network`, a line each.
  func doubts(about network: any Architecture, hasClassifier: Bool = true) -> [String] {
    let told = network.adopting(self)
    let facts = NetworkSetting.Facts(told, hasClassifier: hasClassifier)
    var doubts: [String] = []
    if told.id != network.id {
      doubts.append(
        "the file says \(told.id) but is opened as \(network.id), whose map differs")
    }
    let called = beside.map { (name: $0.name, names: Set(Self.names(in: $0.texts))) }
    // Beyond a few names more tell nothing.
    for name in names.lazy.filter({ isAnother($0, than: told) }).prefix(8) {
      let source = called.first { $0.names.contains(name) }
      doubts.append(
        (source.map { "\($0.name) beside the file calls it" } ?? "the file calls itself")
          + " \(WeightsMismatch.printable(name)), and \(source == nil ? "" : "it ")is opened as "
          + "\(told.id): they may differ where shapes do not show it (strides, dilations, blurs)")
    }
    doubts += configurationDoubts(about: told) + twinDoubts(about: told)
    // One doubt of what is told of the whole network is enough.
    if doubts.isEmpty { doubts += strideDoubts(about: told, facts) }
    let heads = siblings.intersection(Self.denseHeads).union(convolvingSiblings).sorted()
    let isTold =
      told.id != network.id || isToldDilated && Self.isDilated(told) || residual != nil
    if hasTellingName, doubts.isEmpty, !isTold, backbones.isEmpty, network is ResNet {
      doubts.append(
        "the file's name is \(WeightsMismatch.printable(fileName)), and it is opened as "
          + "\(network.id): they may differ where shapes do not show it (strides, dilations, blurs)"
      )
    }
    if !heads.isEmpty && !isTold {
      let open = hasPlainNorms ? "strides, dilations and frozen norms" : "strides and dilations"
      doubts.append(
        "the file also holds \(Self.listed(heads)): \(open) are taken as "
          + "those of \(network.id), which shapes do not show")
    }
    if isBareBackbone && !isTold && doubts.isEmpty && network is ResNet {
      doubts.append(
        "the file holds the backbone of a larger network alone: strides and dilations are taken as those "
          + "of \(network.id), which shapes do not show")
    }
    if let network = network as? ResNet, network.stem == .small, hasTorchvisionNames {
      doubts.append(
        "no max pooling is taken to follow the first convolution, which is one of 3x3: shapes do "
          + "not tell")
    }
    return doubts + settingDoubts(about: told, facts) + doubtsBeside
  }

  /// Whether the file's name is that of another network of the same shapes; `os-8` is a word too.
  private var hasTellingName: Bool {
    let words = fileName.split { !$0.isLetter && !$0.isNumber }.map(String.init)
    return Self.telltales.contains(where: fileName.contains)
      || words.contains(where: Self.tellingWords.contains)
      || zip(words, words.dropFirst()).contains { Self.tellingWords.contains($0 + $1) }
  }

  private static func listed(_ names: [String]) -> String {
    names.prefix(6).map(WeightsMismatch.printable).joined(separator: ", ")
      + (names.count > 6 ? " and \(names.count - 6) more" : "")
  }

  static func isDilated(_ network: any Architecture) -> Bool {
    (network as? ResNet)?.stages.contains { $0.dilation > 1 } ?? false
  }

  /// Whether a network called `name` is, as far as that is known, not `network`.
  private func isAnother(_ name: String, than network: any Architecture) -> Bool {
    // torchvision's own; others of like names (`deeplabv3plus_...`) choose their strides.
    if isDilatedSegmentation, Self.isDilated(network),
      ["fcn_", "deeplabv3_"].contains(where: name.hasPrefix)
    {
      return false
    }
    if Self.plain(name) == Self.plain(network.id) || Self.isFamily(name, of: network) {
      return false
    }
    return !Self.meant(by: name).contains { meant in
      var meant = meant
      meant.classes = network.classes
      return type(of: meant) == type(of: network) && meant.adopting(self).id == network.id
    }
  }

  /// Whether a name is that of all networks of its kind, as that of torchvision's class is.
  private static func isFamily(_ name: String, of network: any Architecture) -> Bool {
    families.contains(name) && (network.id.contains(name) || name == "resnet" && network is ResNet)
  }

  /// The networks that may be called `name`: papers call those for CIFAR's pictures as others, and timm
  /// marks what was trained in TensorFlow.
  private static func meant(by name: String) -> [any Architecture] {
    let plain = plain(name.hasPrefix("tf_") ? String(name.dropFirst(3)) : name)
    let ids = ModelCatalogue.ids.filter { [plain, plain + "cifar"].contains(Self.plain($0)) }
    // Files of this program may spell their network out.
    return (ids + [timmNames[name] ?? name]).compactMap { try? ModelCatalogue.architecture($0) }
  }

  /// What timm calls networks that have no name here.
  private static let timmNames = [
    "mobilenetv2_035": "mobilenetv2:width=0.35", "mobilenetv2_050": "mobilenetv2:width=0.5",
    "mobilenetv2_075": "mobilenetv2:width=0.75", "mobilenetv2_100": "mobilenetv2",
    "mobilenetv2_140": "mobilenetv2:width=1.4",
    "resnet26": "resnet:block=bottleneck:layers=2,2,2,2",
  ]

  private static func plain(_ name: String) -> String {
    name.filter { $0.isLetter || $0.isNumber || $0 == ":" || $0 == "=" || $0 == "," }
  }
}

/// The tensors of a file by their names without what compilers and other wrappers put into them.
private struct UnwrappedEntries {
  private let entries: CheckpointEntries
  /// Those alone whose names have something of the kind.
  private let unwrapped: [String: Shape]

  init(_ entries: CheckpointEntries) {
    self.entries = entries
    let wrapped = entries.filter { WeightDictionary.mayBeWrapped($0.key) }
    unwrapped = Dictionary(
      wrapped.map { (WeightDictionary.uncompiled($0.key), $0.value.shape) },
      uniquingKeysWith: { first, _ in first })
  }

  subscript(name: String) -> Shape? { entries[name]?.shape ?? unwrapped[name] }

  /// Whether there is a name that begins so, and is meant.
  func hasName(behind prefix: String, _ isMeant: (String) -> Bool) -> Bool {
    entries.keys.contains {
      let name = WeightDictionary.uncompiled($0)
      return name.hasPrefix(prefix) && isMeant(name)
    }
  }
}
