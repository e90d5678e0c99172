// What stands around a file that is called like many others: its folder's name, and a configuration beside it.

extension Checkpoint {
  /// The files that opening the checkpoint at `path` reads: itself, an index and those that it names, or those
  /// of a folder; and the configurations beside them that tell which network it is, and what it takes.
  public static func files(of path: String) -> [String] {
    ShardedCheckpoint.files(of: path)
      + FileHints.configurationPaths(beside: path)
  }
}

extension FileHints {
  /// What the hub and training programs call files of every network, without numbers and endings.
  private static let commonNames: Set<Substring> = [
    "model", "pytorch_model", "model_best", "best_model", "best", "last", "latest", "checkpoint",
    "checkpoint_best", "epoch", "iter", "weights",
  ]
  /// timm's configurations have some hundred bytes.
  private static let longestConfiguration = 1 << 20
  private static let longestText = 200

  /// Whether a name says nothing of the network: `model-00001-of-00002.safetensors`,
  /// `checkpoint-12.pth.tar`.
  private static func isCommon(_ name: String) -> Bool {
    var stem = name.lowercased().prefix { $0.isLetter || $0 == "_" }
    while stem.last == "_" { stem.removeLast() }
    return commonNames.contains(stem)
  }

  /// The name of the file at `path`, with the folder that has the network's name where all files are called
  /// alike: `timm/resnet18.a1_in1k/model.safetensors`, as the Hugging Face hub has them, and timm's
  /// `20240101-120000-resnet18-224/model_best.pth.tar`.
  static func tellingName(of path: String) -> String {
    let parts = path.split(separator: "/").map(String.init)
    guard let name = parts.last else { return "" }
    // The hub's cache has `models--timm--resnet18.a1_in1k/snapshots/COMMIT` for a folder.
    if parts.dropLast().last == "snapshots" { return parts.dropLast(2).last ?? name }
    guard isCommon(name) else { return name }
    let folders = parts.dropLast()
    let cached = folders.dropLast().last == "snapshots" ? folders.dropLast(2) : folders
    return cached.last.map { "\($0)/\(name)" } ?? name
  }

  /// What a configuration beside a file tells.
  struct Beside: Sendable {
    /// `config.json` or `args.yaml`.
    let name: String
    /// Names of networks and settings, by the keys on the way to them, joined by dots.
    var texts: [String: String] = [:]
    /// Why not all that it tells is known; nil: it could be read.
    var flaw: String?
    /// The same of how pictures are normalised.
    var flawOfPictures: String?

    /// The same without what it tells of other networks than the one that is meant.
    func own(of role: NetworkRole) -> Beside {
      var own = self
      own.texts = role.own(texts)
      return own
    }
  }

  /// What of the configurations beside the file is not known, a line each.
  var doubtsBeside: [String] {
    func doubt(_ beside: Beside, _ flaw: String?, _ subject: String) -> String? {
      flaw.map { "\(beside.name) beside the file \($0): what it says of \(subject) is not known" }
    }
    let network = beside.map { doubt($0, $0.flaw, "the network") }
    let pictures = preprocessor.map { [doubt($0, $0.flaw, "pictures")] } ?? []
    let normalisation = (beside + [preprocessor].compactMap(\.self)).map {
      doubt($0, $0.flawOfPictures, "pictures")
    }
    return (network + pictures + normalisation).compactMap(\.self)
  }

  /// What the hub's `config.json`, and `args.yaml` of timm's training, say beside the file at `path`, or in the
  /// folder; none where the file has a name of its own.
  static func configurations(beside path: String) -> [Beside] {
    places(of: configurations, beside: path).map { read($0.name, in: $0.folder) }
  }

  /// What the hub's `preprocessor_config.json` says there; nil: there is none.
  static func preprocessor(beside path: String) -> Beside? {
    places(of: preprocessors, beside: path).first.map { read($0.name, in: $0.folder) }
  }

  private static let configurations = ["config.json", "args.yaml"]
  private static let preprocessors = ["preprocessor_config.json"]

  /// The paths of those that are there.
  static func configurationPaths(beside path: String) -> [String] {
    places(of: configurations + preprocessors, beside: path).map { $0.folder + $0.name }
  }

  /// Those of `names` that are there.
  private static func places(
    of names: [String], beside path: String
  ) -> [(folder: String, name: String)] {
    let isFolder = FileKind(of: path) == .folder
    let slash = path.lastIndex(of: "/")
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    guard isFolder || isCommon(name) else { return [] }
    let folder = isFolder ? path + "/" : slash.map { String(path[...$0]) } ?? ""
    // Not a pipe, which may have no writer.
    return names.filter { FileBytes.count(of: folder + $0) != nil }.map { (folder, $0) }
  }

  private static func read(_ name: String, in folder: String) -> Beside {
    var found = contents(of: name, in: folder)
    found.flawOfPictures = FileNormalisation.flaw(
      in: found.texts, ofPreprocessor: preprocessors.contains(name))
    return found
  }

  private static func contents(of name: String, in folder: String) -> Beside {
    var found = Beside(name: name)
    guard let bytes = try? FileBytes.read(folder + name, limit: longestConfiguration) else {
      found.flaw = "cannot be read or is larger than \(longestConfiguration >> 20) MiB"
      return found
    }
    let text = utf8(bytes)
    guard name.hasSuffix(".json") else {
      let arguments = ArgumentsText(String(decoding: text, as: UTF8.self))
      found.texts = arguments.texts.filter { tells($0.key) }
        .mapValues { String($0.prefix(longestText)) }
      found.flaw = arguments.flaw.map { foreign(bytes) ?? $0 }
      return found
    }
    do throws(SafetensorsHeader.Flaw) {
      found.texts = try configuration(text)
    } catch {
      found.flaw =
        foreign(bytes) ?? (isOtherValue(text) ? "is JSON, but not an object" : error.words)
    }
    return found
  }

  /// What lies in the place of a configuration, as far as its first bytes tell; nil: nothing that is known.
  private static func foreign(_ bytes: [UInt8]) -> String? {
    ForeignFile.explanation(bytes).map { "cannot be read (\($0))" }
  }

  /// Whether a text is JSON, but of a list, a text, a number or a word.
  private static func isOtherValue(_ bytes: [UInt8]) -> Bool {
    var json = JSONScanner(Array(bytes.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }))
    guard !json.isAtObject else { return false }
    do throws(SafetensorsHeader.Flaw) {
      let isText = json.isAtString
      // nil: a list.
      let word = try json.scalar()
      try json.end()
      return isText || word.map { isWord($0) || isNumber($0) } ?? true
    } catch {
      return false
    }
  }

  private static func isWord(_ text: String) -> Bool {
    ["null", "true", "false"].contains(text)
  }

  /// Whether JSON has a number that is written so.
  private static func isNumber(_ text: String) -> Bool {
    Double(text) != nil && text.allSatisfy { "0123456789+-.eE".contains($0) }
  }

  /// What the file says of itself, with what configurations in JSON among its texts tell.
  static func texts(of file: Checkpoint) -> [String: String] {
    var texts = file.metadata
    for key in Checkpoint.configurationKeys {
      guard let text = file.metadata[key], text.utf8.count <= longestConfiguration,
        let told = try? configuration(Array(text.utf8), under: key)
      else { continue }
      texts.merge(told) { own, _ in own }
    }
    return texts
  }

  /// The bytes of a text as UTF-8, without the mark of its order of bytes.
  private static func utf8(_ bytes: [UInt8]) -> [UInt8] {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
    let isLittle = bytes.starts(with: [0xFF, 0xFE])
    guard isLittle || bytes.starts(with: [0xFE, 0xFF]) else { return bytes }
    let units = stride(from: 2, to: bytes.count - 1, by: 2).map { place -> UInt16 in
      let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
      return isLittle ? second << 8 | first : first << 8 | second
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  /// Whether what stands under `key` names the network, or says what it takes or computes beside its name.
  static func tells(_ key: String) -> Bool {
    !key.contains(".") && Checkpoint.namesArchitecture(key) || Checkpoint.isSetting(key)
      || NetworkSetting.isArgument(key) || Checkpoint.normalisationSetting(key) != nil
  }

  /// What the hub's `preprocessor_config.json` says of the steps around a normalisation.
  private static let steps: Set = [
    "do_normalize", "do_rescale", "rescale_factor", "rescale_offset", "offset",
    "do_flip_channel_order",
  ]

  /// What the hub's `config.json` tells at its top and in timm's `model_args`, with what is nested in it.
  ///
  /// - Parameter root: the name of such a text among a file's own settings, which may be nested as those in a
  ///   dictionary of that name are.
  private static func configuration(
    _ bytes: [UInt8], under root: String? = nil
  ) throws(SafetensorsHeader.Flaw) -> [String: String] {
    var texts: [String: String] = [:]
    func take(_ key: String, _ json: inout JSONScanner) throws(SafetensorsHeader.Flaw) {
      let isNested = root.map { key.hasPrefix($0 + ".") } ?? false
      let depth = key.count { $0 == "." }
      // Deeper down a value is taken as it stands, so that no file can nest calls without end.
      let isSection = NetworkSetting.isArgument(key) || Checkpoint.isSetting(key)
      let most = isNested ? deepestSetting : isSection ? deepest : 1
      if json.isAtObject, depth < most, !otherObjects.contains(key) {
        return try json.object { name, json throws(SafetensorsHeader.Flaw) in
          try take("\(key).\(name)", &json)
        }
      }
      if key == "pretrained_cfg", json.isAtObject {
        return try json.object { name, json throws(SafetensorsHeader.Flaw) in
          let text = try json.text()
          guard Checkpoint.normalisationSetting(name) != nil else { return }
          texts["\(key).\(name)"] = String(text.prefix(longestText))
        }
      }
      let mayBeList =
        NetworkSetting.isArgument(key) || Checkpoint.normalisationSetting(key) != nil
        || NetworkSetting.isList(key) || Checkpoint.isSetting(list: key, of: .max)
      let text: String? = try mayBeList ? json.text() : json.scalar()
      guard tells(key) || steps.contains(key) || isNested && Checkpoint.namesArchitecture(key)
      else { return }
      texts[key] = text.map { String($0.prefix(longestText)) }
    }
    var json = JSONScanner(bytes)
    try json.object { key, json throws(SafetensorsHeader.Flaw) in
      let isSection = json.isAtObject && !NetworkSetting.isArgument(key) && key != "pretrained_cfg"
      try take(isSection ? (root.map { $0 + "." } ?? "") + key : key, &json)
    }
    try json.end()
    return texts
  }

  /// Objects at the top that are no settings, or are looked into otherwise.
  private static let otherObjects: Set = ["pretrained_cfg", "id2label", "label2id"]
  /// Objects of `config.json` below one another that are looked into, where they are settings of the network: of
  /// others, such as `backbone_kwargs`, one.
  private static let deepest = 2
  /// The same of a file's own settings.
  private static let deepestSetting = 7
}
