/// What a checkpoint tells of its network beside the shapes of the parameters: the name that it was
/// trained under, the modules beside it, and the settings of the training program.
struct FileHints: Sendable {
  /// Names of architectures, such as `fcn_resnet50`, without those that say nothing of one.
  let names: [String]
  /// First parts of the names of tensors beside the network, such as `decode_head`.
  let siblings: Set<String>
  /// Whether the network is the `backbone` of a larger one, or lies in it (`backbone.body`).
  let isBackbone: Bool
  /// Whether `classifier` beside the network is that of torchvision's networks for segmentation, whose
  /// last layer is a convolution, not one of somebody's own.
  private let hasSegmentationClassifier: Bool
  /// Whether the norms are such as count no batches: frozen ones, whose constants may differ, or those
  /// of before 2018.
  private let hasPlainNorms: Bool
  /// The text of a configuration, as mmengine stores it; usually empty.
  let configuration: String
  /// The file's own name, where it tells of a network that shapes do not tell from a plain one.
  private let telltaleName: String?

  private static let nameKeys: Set = [
    "arch", "architecture", "model", "model_name", "backbone", "network", "net", "encoder",
  ]
  private static let families = ["resnet", "resnext", "mobilenet", "efficientnet", "replknet"]
  /// What released files of plain shapes and other strides, dilations or blurs have in their names.
  private static let telltales = [
    "resnetblur", "resnetaa", "blurpool", "antialias", "caffe", "detectron", "fcn_", "deeplab",
    "pspnet", "dilated", "frozen",
  ]

  init(_ file: Checkpoint, prefix: String) {
    names = file.metadata.sorted { $0.key < $1.key }.compactMap { key, value in
      let isName = Self.nameKeys.contains(key.split(separator: ".").last.map(String.init) ?? "")
      let value = value.lowercased()
      return isName && Self.families.contains(where: value.contains) ? value : nil
    }
    configuration = file.configuration
    let fileName = file.path.split(separator: "/").last?.lowercased() ?? ""
    telltaleName = Self.telltales.contains(where: fileName.contains) ? fileName : nil
    let parts = prefix.split(separator: ".")
    let place = parts.lastIndex(of: "backbone")
    isBackbone = place != nil
    let base = place.map { parts[..<$0].map { $0 + "." }.joined() } ?? prefix
    var siblings: Set<String> = []
    for key in file.entries.keys where key.hasPrefix(base) && !key.hasPrefix(prefix) {
      guard siblings.count < 256 else { break }
      let parts = key.dropFirst(base.count).split(separator: ".", maxSplits: 2)
      // Detectors have a pyramid within their backbone, beside the body.
      let name = parts.count > 1 && parts[0] == "backbone" ? parts[1] : parts.first
      siblings.insert(String(name ?? ""))
    }
    self.siblings = siblings
    hasSegmentationClassifier = file.entries[base + "classifier.4.weight"]?.shape.rank == 4
    hasPlainNorms = !file.entries.keys.contains {
      $0.hasPrefix(prefix) && $0.hasSuffix(".num_batches_tracked")
    }
  }

  /// Whether these are torchvision's or mmsegmentation's networks for segmentation, whose last two
  /// stages have dilations in the place of strides.
  var isDilatedSegmentation: Bool {
    isToldDilated || isBackbone && siblings.contains("decode_head")
  }

  /// The same where it is certain: `decode_head` may stand on a plain backbone too.
  private var isToldDilated: Bool {
    names.contains { $0.hasPrefix("fcn") || $0.hasPrefix("deeplab") }
      || isBackbone && (hasSegmentationClassifier || siblings.contains("aux_classifier"))
  }

  /// The numbers of a setting such as `strides=(1, 2, 1, 1)` of a backbone; nil: it is not there, or
  /// not once.
  func numbers(_ name: String, count: Int) -> [Int]? {
    let places = configuration.split(
      separator: " \(name)=(", omittingEmptySubsequences: false)
    let alone =
      places.count > 1
      ? places
      : configuration.split(
        separator: "\n\(name)=(", omittingEmptySubsequences: false)
    for text in alone.dropFirst() {
      let numbers = text.prefix { $0 != ")" }.split(separator: ",").map { part in
        Int(part.filter { $0 != " " })
      }
      if numbers.count == count, numbers.allSatisfy({ $0 != nil }) {
        return numbers.compactMap { $0 }
      }
    }
    return nil
  }

  /// Modules that stand on top of backbones whose strides, dilations and norms shapes do not tell.
  private static let denseHeads: Set = [
    "decode_head", "auxiliary_head", "segmentation_head", "decoder", "neck", "rpn_head", "rpn",
    "roi_head", "roi_heads", "bbox_head", "mask_head", "keypoint_head", "fpn", "aspp",
    "transformer", "bbox_embed", "query_embed", "class_embed",
  ]

  /// What remains open where the file is opened as `network`, a line each.
  func doubts(about network: any Architecture) -> [String] {
    let told = network.adopting(self)
    var doubts: [String] = []
    if told.id != network.id {
      doubts.append(
        "the file says \(told.id) but is opened as \(network.id), whose map differs")
    }
    for name in names where isAnother(name, than: told) {
      doubts.append(
        "the file calls itself \(WeightsMismatch.printable(name)), and is opened as "
          + "\(told.id): they may differ where shapes do not tell (strides, dilations, blurs)")
    }
    let heads = siblings.intersection(Self.denseHeads).sorted()
    let isTold =
      told.id != network.id || isToldDilated || numbers("strides", count: 4) != nil
    if let telltaleName, doubts.isEmpty, !isTold, configuration.isEmpty, network is ResNet {
      doubts.append(
        "the file's name is \(WeightsMismatch.printable(telltaleName)), and it is opened as "
          + "\(network.id): they may differ where shapes do not tell (strides, dilations, blurs)")
    }
    if !heads.isEmpty && !isTold {
      let open = hasPlainNorms ? "strides, dilations and frozen norms" : "strides and dilations"
      doubts.append(
        "the file also holds \(heads.joined(separator: ", ")): \(open) are taken as "
          + "those of \(network.id), which shapes do not tell")
    }
    return doubts
  }

  /// Whether a network called `name` is, as far as that is known, not `network`.
  private func isAnother(_ name: String, than network: any Architecture) -> Bool {
    if isDilatedSegmentation, name.hasPrefix("fcn") || name.hasPrefix("deeplab") { return false }
    let plain = Self.plain(name)
    if plain == Self.plain(network.id) { return false }
    guard var known = Self.known(name) else { return true }
    known.classes = network.classes
    guard type(of: known) == type(of: network) else { return true }
    return known.adopting(self).id != network.id
  }

  private static func known(_ name: String) -> (any Architecture)? {
    let plain = plain(name)
    let id = ModelCatalogue.ids.first { Self.plain($0) == plain }
    // Files of this program may spell their network out.
    return try? ModelCatalogue.architecture(id ?? name)
  }

  private static func plain(_ name: String) -> String {
    name.filter { $0.isLetter || $0.isNumber || $0 == ":" || $0 == "=" || $0 == "," }
  }
}
