// Settings of training programs that change what a network computes, and not the shapes of its parameters.

extension FileHints {
  struct Setting: Sendable {
    /// Such as `output_stride`, without what it is a part of.
    let name: String
    /// In lower case.
    let value: String
    let kind: Kind
    /// What is known of it; nil: it is none of those in the table.
    var row: NetworkSetting?
    /// Who says so: `the file's settings say`.
    let source: String

    enum Kind: Sendable {
      case strides
      /// Of something else that is computed, which is known.
      case computation
      /// Of something that may be computed otherwise, such as an argument of timm's networks that is not
      /// known.
      case unknown
      /// The same of mmengine's backbones.
      case backbone
      /// Of the classifier alone, which may compare angles.
      case angles

      init(_ subject: NetworkSetting.Subject) {
        self =
          switch subject {
          case .strides: .strides
          case .computation: .computation
          case .ambiguous: .unknown
          case .angles: .angles
          }
      }
    }

    var text: String {
      "\(WeightsMismatch.printable(name))=\(WeightsMismatch.printable(value))"
    }
  }

  /// The settings among texts under keys, in the order of the keys, without those that are left to the
  /// network.
  static func settings(in texts: [String: String], source: String) -> [Setting] {
    withWholeLists(texts).sorted { $0.key < $1.key }.compactMap { key, value -> Setting? in
      let value = value.lowercased()
      if leftOpen.contains(value) { return nil }
      if let (name, row) = NetworkSetting.named(key),
        row.subject != .angles || !NetworkSetting.isArgument(key)
      {
        let list = row.form == .list ? NetworkSetting.numbers(in: value)?.listText : nil
        return Setting(
          name: name, value: list ?? value, kind: Setting.Kind(row.subject), row: row,
          source: source)
      }
      // Names of networks are compared as such.
      guard NetworkSetting.isArgument(key), Self.names(in: [key: value]).isEmpty,
        let name = key.split(separator: ".").last
      else { return nil }
      return Setting(name: String(name), value: value, kind: .unknown, source: source)
    }
  }

  /// The same of configurations beside a file; what the first says the next need not say again.
  static func settings(in beside: [Beside]) -> [Setting] {
    beside.reduce(into: []) { told, one in
      let found = settings(in: one.texts, source: "\(one.name) beside the file says")
      let earlier = Set(told.map(\.text))
      told += found.filter { !earlier.contains($0.text) }
    }
  }

  /// The same texts with the elements of a list, each under its own number, as the list that they are; names of
  /// classifiers and losses, of which one is enough, stay what they are.
  private static func withWholeLists(_ texts: [String: String]) -> [String: String] {
    var whole = texts
    var lists: [String: [(place: Int, text: String)]] = [:]
    for (key, text) in texts {
      guard let dot = key.lastIndex(of: "."), let place = Int(key[key.index(after: dot)...]),
        NetworkSetting.named(key).map({ $0.setting.subject != .angles })
          ?? NetworkSetting.isArgument(key)
      else { continue }
      whole[key] = nil
      lists[String(key[..<dot]), default: []].append((place: place, text: text))
    }
    for (key, elements) in lists {
      let ordered = elements.sorted { $0.place < $1.place }.map(\.text)
      whole[key] = "[\(ordered.joined(separator: ", "))]"
    }
    return whole
  }

  /// What the modules called `head` in the configuration that mmengine stores are: classifiers, mostly.
  static func heads(in configuration: ConfigurationText) -> [Setting] {
    let name = "head.type"
    return configuration.heads.map {
      Setting(
        name: name, value: $0.lowercased(), kind: .angles, row: NetworkSetting.named(name)?.setting,
        source: "the file's configuration says")
    }
  }

  /// Values of settings that are left to the network.
  private static let leftOpen: Set = ["null", "none", "default", "~", "{}", "[]", "()"]

  /// The settings of the backbone that mmengine's configuration describes, without those that `residual` has
  /// and those that change nothing which shapes do not tell.
  private var backboneSettings: [Setting] {
    guard residual != nil, let section = backbones.first else { return [] }
    let texts = section.filter { !Self.knownToMMEngine.contains($0.key) }
      .flatMap { $1.texts(under: $0) }
      .filter {
        !Self.knownToMMEngine.contains($0.key) && !Self.leftOpen.contains($0.text.lowercased())
      }
    return texts.sorted { $0.key < $1.key }.prefix(64).map {
      Setting(
        name: $0.key, value: $0.text.lowercased(), kind: .backbone,
        row: NetworkSetting.named($0.key)?.setting,
        source: "the file's configuration says")
    }
  }

  /// Settings of backbones that are taken over, whose effect shapes tell, or which matter while a network is
  /// trained or loaded.
  private static let knownToMMEngine: Set = [
    "type", "strides", "dilations", "style", "contract_dilation", "multi_grid",
    "depth", "num_stages", "in_channels", "stem_channels", "base_channels", "expansion", "groups",
    "base_width", "width_per_group", "num_classes", "stage_with_dcn", "out_indices",
    "frozen_stages", "norm_eval", "bn_eval", "bn_frozen", "partial_bn", "with_cp",
    "zero_init_residual", "drop_path_rate", "init_cfg", "pretrained", "torchvision_pretrain",
    "_scope_", "_delete_", "norm_cfg.requires_grad", "norm_cfg.momentum", "norm_cfg.affine",
    "norm_cfg.track_running_stats", "act_cfg.inplace",
  ]

  /// The first setting of strides or dilations that `network`, of which these are the `facts`, does not have.
  func strideDoubts(about network: any Architecture, _ facts: NetworkSetting.Facts) -> [String] {
    let setting = settings.first { $0.kind == .strides && !Self.isUsual($0, facts) }
    guard let setting else { return [] }
    return [
      "\(setting.source) \(setting.text), and it is opened as \(network.id): its strides and dilations "
        + "may differ"
    ]
  }

  /// The other settings that are not as in `network`, a line for each source and kind.
  func settingDoubts(about network: any Architecture, _ facts: NetworkSetting.Facts) -> [String] {
    // What a program's settings and its configuration both say is said once.
    let configured = backboneSettings.filter { setting in
      !settings.contains { $0.text == setting.text }
    }
    var others = (settings + configured).filter {
      ![.strides, .angles].contains($0.kind) && !Self.isUsual($0, facts)
    }
    var doubts: [String] = []
    while let first = others.first {
      func isAlike(_ setting: Setting) -> Bool {
        setting.source == first.source && setting.kind == first.kind
      }
      var texts: [String] = []
      for setting in others where isAlike(setting) && !texts.contains(setting.text) {
        texts.append(setting.text)
      }
      let listed = texts.prefix(6).joined(separator: ", ")
      let effect = first.kind == .computation ? "computes" : "may compute"
      doubts.append(
        "\(first.source) \(listed), and it is opened as \(network.id), which \(effect) "
          + "something else")
      others.removeAll(where: isAlike)
    }
    return doubts
  }

  /// The first setting that asks for a classifier which compares angles.
  func angularSetting(_ facts: NetworkSetting.Facts) -> Setting? {
    settings.first { $0.kind == .angles && !Self.isUsual($0, facts) }
  }

  /// Whether a network of these `facts` is what a setting asks for.
  private static func isUsual(_ setting: Setting, _ facts: NetworkSetting.Facts) -> Bool {
    let value = setting.value
    if let row = setting.row { return !row.differs(value, from: facts) }
    if value.isEmpty { return true }
    switch setting.name {
    case "conv_cfg.type": return ["conv", "conv2d"].contains(value)
    case "deep_stem": return value == "false"
    // timm's are off where they are not asked for.
    default: return value == "false" && setting.kind != .backbone
    }
  }
}
