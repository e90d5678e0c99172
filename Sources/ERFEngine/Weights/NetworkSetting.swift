/// A setting of training programs that changes what a network computes, and leaves no trace in the shapes of
/// its parameters: a row of the table below, which says under what names files keep it, and which of its
/// values an opened network does not have.
struct NetworkSetting: Sendable {
  enum Subject: Sendable {
    /// Of strides and dilations.
    case strides
    /// Of anything else that is computed.
    case computation
    /// The same, under names that may be those of other things too.
    case ambiguous
    /// Of a classifier that compares angles, likewise.
    case angles
  }

  enum Form: Sendable {
    case scalar
    /// A value, or a list with one for each stage, any of which tells.
    case elements
    /// A list that tells by all of its numbers.
    case list
  }

  /// What an opened network has of all that settings tell.
  struct Facts: Sendable {
    /// nil: it is none of residual blocks.
    let strides: [Int]?
    let dilations: [Int]?
    /// nil: nobody calls it so for networks of this kind.
    let outputStride: Int?
    /// Whether the stride of a bottleneck lies on its first convolution; nil: it has no bottlenecks.
    let isCaffeStyle: Bool?
    /// Whether a pooling follows the first convolution; nil: networks of this kind have none.
    let hasStemPooling: Bool?
    let activations: Set<String>
    /// What norms add to variances.
    let epsilon: Double
    /// Whether it is padded as TensorFlow pads.
    let isTensorFlow: Bool
    let hasClassifier: Bool

    var isDilated: Bool { dilations?.contains { $0 > 1 } ?? false }
  }

  /// Such as `act_layer`, or with the section that alone tells what it is of, `act_cfg.type`.
  let names: [String]
  let subject: Subject
  let form: Form
  /// Names on the way to it at most, its own among them, without those of the network itself: deeper down it is
  /// of decoders and other networks.
  let depth: Int
  /// Whether a value, in lower case, is one that is known and that a network does not have.
  let isOther: @Sendable (String, Facts) -> Bool

  private init(
    _ names: [String], _ subject: Subject, _ form: Form = .scalar, within depth: Int,
    isOther: @escaping @Sendable (String, Facts) -> Bool
  ) {
    (self.names, self.subject, self.form, self.depth) = (names, subject, form, depth)
    self.isOther = isOther
  }
}

// MARK: The table

extension NetworkSetting {
  /// A name stands in one row alone. Where it may be of other things, such as of how pictures are prepared,
  /// only words that are known count.
  private static let table: [NetworkSetting] = [
    NetworkSetting(["output_stride", "encoder_output_stride"], .strides, .elements, within: .max) {
      isOtherStride($0, $1)
    },
    NetworkSetting(["out_stride", "downsample_ratio"], .strides, within: 3) {
      isOtherStride($0, $1)
    },
    NetworkSetting(["os"], .strides, within: 2) { isOtherStride($0, $1) },
    NetworkSetting(["dilated", "replace_stride_with_dilation"], .strides, .elements, within: .max) {
      asksForDilation($0, $1, from: 1)
    },
    NetworkSetting(["dilation"], .strides, .elements, within: 2) {
      asksForDilation($0, $1) || isOtherList($0, than: $1.dilations, of: [1, 2, 4, 8])
    },
    NetworkSetting(["atrous"], .strides, within: 2) { asksForDilation($0, $1) },
    // detectron2 has these under `MODEL.RESNETS`: dilations of the last stage in the place of its stride, and
    // strides on the first convolutions of bottlenecks, as Caffe's networks have them.
    NetworkSetting(["res5_dilation"], .strides, within: 4) { asksForDilation($0, $1) },
    NetworkSetting(["stride_in_1x1"], .strides, within: 4) { value, network in
      guard let own = network.isCaffeStyle else { return false }
      return ["true", "1"].contains(value) && !own || ["false", "0"].contains(value) && own
    },
    // As mmdet's backbones have it.
    NetworkSetting(["style"], .strides, within: 2) { value, network in
      guard let own = network.isCaffeStyle else { return false }
      return value == "caffe" && !own || value == "pytorch" && own
    },
    NetworkSetting(["strides"], .strides, .list, within: 2) {
      isOtherList($0, than: $1.strides, of: [1, 2])
    },
    NetworkSetting(["dilations"], .strides, .list, within: 2) {
      isOtherList($0, than: $1.dilations, of: [1, 2, 4, 8])
    },
    // No network here gives blocks of one stage dilations of their own.
    NetworkSetting(["multi_grid", "res5_multi_grid"], .strides, .list, within: 3) {
      value, network in
      let isAsked = numbers(in: value)?.contains { $0 > 1 } ?? (value == "true")
      return isAsked && network.strides != nil
    },
    // As networks that tell people apart have it: `MODEL.BACKBONE.LAST_STRIDE`.
    NetworkSetting(["last_stride", "last_conv_stride"], .strides, within: 4) { value, network in
      guard let own = network.strides?.last, let told = Double(value) else { return false }
      return [1, 2].contains(told) && told != Double(own)
    },
    NetworkSetting(activationLayers, .computation, .elements, within: 3) { value, network in
      !value.isEmpty && !isBracketed(value) && !network.activations.contains(activation(value))
    },
    NetworkSetting(
      [
        "activation", "activation_fn", "activation_function", "act", "act_fn", "act_type",
        "hidden_act", "nonlinearity",
      ], .ambiguous, within: 2
    ) { isOtherActivation($0, $1) },
    NetworkSetting(activationKinds, .ambiguous, within: 3) { isOtherActivation($0, $1) },
    NetworkSetting(normLayers, .computation, .elements, within: 3) { value, _ in
      !value.isEmpty && !isBracketed(value) && !value.contains("batchnorm")
        && !batchNorms.contains(plain(value))
    },
    NetworkSetting(["resnets.norm"], .computation, within: 4) { value, _ in
      otherNorms.contains(plain(value))
    },
    NetworkSetting(["norm", "norm_type", "normalization"], .ambiguous, within: 2) { value, _ in
      otherNorms.contains(plain(value))
    },
    NetworkSetting(
      ["bn_eps", "bn_epsilon", "batch_norm_eps", "norm_eps", "norm_layer.eps", "norm_cfg.eps"],
      .computation, within: 3
    ) { value, network in
      !value.isEmpty && Double(value) != network.epsilon
    },
    NetworkSetting(["bn_tf"], .computation, within: 3) { value, network in
      isOn(value) && !network.isTensorFlow
    },
    NetworkSetting(["pad_type"], .computation, within: 3) { value, network in
      (value == "same") != network.isTensorFlow
    },
    NetworkSetting(["padding_mode"], .ambiguous, within: 2) { value, _ in
      ["reflect", "circular", "replicate"].contains(value)
    },
    NetworkSetting(["gp", "global_pool"], .computation, within: 3) { value, network in
      // Numbers are of penalties on gradients, which are called so too.
      isOn(value) && !averagePoolings.contains(plain(value)) && Double(value) == nil
        && network.hasClassifier
    },
    NetworkSetting(["pool", "pooling", "pool_type", "pool_name"], .ambiguous, within: 3) {
      value, network in
      let word = plain(value)
      return localPoolings.contains(word) || otherPoolings.contains(word) && network.hasClassifier
    },
    // Encoders of contrastive learning for the small pictures of CIFAR.
    NetworkSetting(["maxpool1"], .computation, within: 3) { value, network in
      guard let own = network.hasStemPooling else { return false }
      return !value.isEmpty && isOn(value) != own
    },
    NetworkSetting(["no_maxpool"], .computation, within: 3) { value, network in
      guard let own = network.hasStemPooling else { return false }
      return !value.isEmpty && isOn(value) == own
    },
    // Blurs before strides by two names, and averages before the strides of shortcuts.
    NetworkSetting(["aa_layer", "use_blurpool", "avg_down"], .computation, within: 3) { value, _ in
      isOn(value)
    },
    NetworkSetting(["stem_type"], .computation, within: 3) { value, _ in
      isOn(value) && !["7x7", "conv7x7"].contains(plain(value))
    },
    NetworkSetting(["antialias", "antialiased", "blurpool"], .ambiguous, within: 2) { value, _ in
      value == "true" || plain(value).hasPrefix("blur")
    },
    NetworkSetting(["weight_standardization"], .computation, within: 3) { value, _ in
      value == "true"
    },
    NetworkSetting(
      [
        "loss", "losses", "loss_name", "loss_type", "loss_fn", "loss_function", "loss.name",
        "loss.type", "losses.name", "losses.type", "criterion", "criterion_name", "criterion.name",
        "criterion.type", "metric", "metric_type", "margin_type",
      ], .angles, .elements, within: 4
    ) { value, network in
      network.hasClassifier && comparesAngles(plain(value))
    },
    // As networks that tell people apart have it: `MODEL.ID_LOSS_TYPE`, `MODEL.HEADS.CLS_LAYER`.
    NetworkSetting(["id_loss_type", "cls_layer"], .angles, within: 4) { value, network in
      let word = plain(value)
      let compares = comparesAngles(word) || ["circle", "circlesoftmax"].contains(word)
      return network.hasClassifier && compares
    },
    NetworkSetting(
      [
        "head", "head_name", "head_type", "head.name", "head.type", "classifier",
        "classifier_name", "classifier_type", "classifier.name", "classifier.type",
      ], .angles, within: 4
    ) { value, network in
      let word = plain(value)
      // A cosine is a distance too, and a plan of learning rates.
      return network.hasClassifier && (comparesAngles(word) || word.hasPrefix("cos"))
    },
  ]

  /// The names of what a layer is where its setting is a section: of mmengine, of Hydra and of Lightning.
  private static func kinds(of layer: String) -> [String] {
    ["type", "name", "_target_", "class_path"].map { "\(layer).\($0)" }
  }

  private static let activationLayers = ["act_layer", "act_cfg.type"] + kinds(of: "act_layer")
  private static let activationKinds = kinds(of: "activation") + kinds(of: "act")
  private static let normLayers = ["norm_layer", "norm_cfg.type"] + kinds(of: "norm_layer")

  private static let activations: Set = [
    "silu", "swish", "gelu", "leakyrelu", "lrelu", "prelu", "relu6", "elu", "selu", "celu", "mish",
    "hardswish", "hswish", "softplus",
  ]
  private static let batchNorms: Set = ["bn", "bn2d", "syncbn", "mmsyncbn", "frozenbn", "batch"]
  private static let otherNorms: Set = [
    "gn", "group", "groupnorm", "in", "instance", "instancenorm", "instancenorm2d", "ln", "layer",
    "layernorm", "layernorm2d", "frn", "evonorm", "ibn",
  ]
  private static let averagePoolings: Set = [
    "avg", "average", "mean", "gap", "fast", "fastavg", "adaptiveavg", "adaptiveavgpool",
    "adaptiveavgpool2d", "avgpool", "globalavg", "globalavgpool", "globalaveragepooling", "true",
  ]
  private static let otherPoolings: Set = [
    "max", "maxpool", "avgmax", "catavgmax", "gem", "gempool", "rmac", "attn", "attention",
    "netvlad",
  ]
  /// What stands in the place of poolings within a network.
  private static let localPoolings: Set = ["blur", "blurpool", "softpool"]
  /// What names of classifiers and losses that compare angles contain.
  private static let angular = [
    "arcface", "arcmargin", "arcsoftmax", "cossoftmax", "addmargin", "amsoftmax", "angularmargin",
    "cosface", "cosinehead", "cosineclassifier", "cosinelinear", "marginproduct", "normedlinear",
    "normface", "normlinear", "sphereface", "adaface", "curricularface", "magface",
  ]
}

// MARK: Looking it up

extension NetworkSetting {
  private static let places = Dictionary(
    uniqueKeysWithValues: table.indices.flatMap { place in
      table[place].names.map { ($0, place) }
    })

  /// Words in the names of sections that tell of something else than the network: of the machine that it was
  /// trained on, such as of its `os`, of pictures, of losses, and of parts beside it.
  private static let otherSections: Set<Substring> = [
    "env", "environment", "system", "platform", "data", "dataset", "datasets", "loss", "losses",
    "criterion", "perceptual", "decode", "decoder", "neck", "head", "heads", "text", "tokenizer",
    "tower",
  ]

  /// Whether a section, in lower case, is of something else than a network, whichever is meant:
  /// `perceptual_loss`, `decode_head`.
  static func isOfOthers(_ section: Substring) -> Bool {
    section.split(separator: "_").contains(where: otherSections.contains)
  }

  /// Whether a section, in lower case, is of how a network is distilled from another, which it may describe.
  static func isOfDistilling(_ section: Substring) -> Bool {
    section.split(separator: "_").contains { $0 == "kd" || $0.hasPrefix("distil") }
  }

  /// Sections of the network itself within those of a program's settings.
  private static let ownSections: Set<Substring> = [
    "model", "network", "net", "backbone", "model_cfg", "model_config", "backbone_cfg",
    "backbone_config",
  ]

  /// The setting that a value under `key` is of, names joined by dots, also where it stands in a list:
  /// `act_layer` for `model_args.act_layer`; nil: none. It may be one of another network in the file.
  static func named(_ key: String) -> (name: String, setting: NetworkSetting)? {
    var parts = key.lowercased().split(separator: ".").drop { Int($0) != nil }
    let isInList = parts.last.map { Int($0) != nil } ?? false
    while let last = parts.last, Int(last) != nil { parts.removeLast() }
    // One of several sections in a list, such as losses, is named as a single one is.
    let words = parts.filter { Int($0) == nil }
    let names = [2, 1].map { words.suffix($0).joined(separator: ".") }
    guard let name = names.first(where: { places[$0] != nil }), let place = places[name] else {
      return nil
    }
    let setting = table[place]
    let sections = parts.dropFirst().dropLast()
    let depth =
      parts.count - sections.count { ownSections.contains($0) || NetworkRole.isNamed(by: $0) }
    guard depth <= setting.depth, !isInList || setting.form == .elements,
      setting.subject == .angles || !parts.contains(where: { isOfOthers($0) })
    else { return nil }
    return (name, setting)
  }

  /// Whether a section, in lower case, is of the network itself: `model`, `backbone_cfg`.
  static func isOfNetwork(_ section: Substring) -> Bool { ownSections.contains(section) }

  /// Whether all numbers of a list under `key` tell a setting together, as those of `args.strides`.
  static func isList(_ key: String) -> Bool { named(key)?.setting.form == .list }

  /// Whether a text under `key` may tell of a classifier that compares angles; a number there is a
  /// loss.
  static func isOfAngles(_ key: String) -> Bool { named(key)?.setting.subject == .angles }

  /// Whether a value in lower case, or one of those in a list, is one that a network of these facts does not
  /// have.
  func differs(_ value: String, from network: Facts) -> Bool {
    if isOther(value, network) { return true }
    guard form == .elements, Self.isBracketed(value) else { return false }
    return value.split { "[](){},".contains($0) }.contains {
      !$0.allSatisfy(\.isWhitespace) && isOther(String($0), network)
    }
  }

  /// Whether values under its names may be of something else.
  var mayBeOfOthers: Bool { subject == .ambiguous || subject == .angles }
}

// MARK: Values

extension NetworkSetting {
  /// The whole numbers of a list or tuple; nil: there is something else in it.
  static func numbers(in text: String) -> [Int]? {
    let parts = text.split { "[](), ".contains($0) }
    let numbers = parts.compactMap { Int($0) }
    return numbers.count == parts.count ? numbers : nil
  }

  private static func isOtherStride(_ value: String, _ network: Facts) -> Bool {
    guard let own = network.outputStride else { return false }
    let told = Double(value).map { [$0] } ?? numbers(in: value)?.map { Double($0) } ?? []
    return told.contains { [4, 8, 16, 32].contains($0) && $0 != Double(own) }
  }

  /// - Parameter least: the number that asks for some: 1 where numbers say whether there are any.
  private static func asksForDilation(
    _ value: String, _ network: Facts, from least: Int = 2
  ) -> Bool {
    guard network.outputStride != nil, !network.isDilated else { return false }
    if let number = Double(value) { return number >= Double(least) }
    return numbers(in: value)?.contains { $0 >= least } ?? value.contains("true")
  }

  /// Numbers that are not among the `usual` ones are of something else, such as a pyramid's levels or a
  /// decoder's branches.
  private static func isOtherList(_ value: String, than own: [Int]?, of usual: Set<Int>) -> Bool {
    guard let own, let told = numbers(in: value), usual.isSuperset(of: told) else { return false }
    return told.count == own.count && told != own
  }

  private static func comparesAngles(_ word: String) -> Bool {
    word == "sphere" || angular.contains(where: word.contains)
  }

  /// Activations are known by few words, which may be those of other things too.
  private static func isOtherActivation(_ value: String, _ network: Facts) -> Bool {
    let word = activation(value)
    return network.strides != nil && activations.contains(word)
      && !network.activations.contains(word)
  }

  /// Whether it is a list, tuple or dictionary, whose elements tell.
  private static func isBracketed(_ value: String) -> Bool {
    value.first.map { "[({".contains($0) } ?? false
  }

  /// What is off where nobody asks for it.
  private static func isOn(_ value: String) -> Bool { !["", "false", "0"].contains(value) }

  /// A word without its module, its arguments and what joins its parts: `groupnorm` for `nn.group_norm(32)`.
  private static func plain(_ value: String) -> String {
    (value.prefix { $0 != "(" }.split(separator: ".").last ?? "")
      .filter { $0.isLetter || $0.isNumber }
  }

  /// The same of an activation, which may be computed in place.
  private static func activation(_ value: String) -> String {
    let word = plain(value)
    return word.hasSuffix("inplace") ? String(word.dropLast("inplace".count)) : word
  }
}
