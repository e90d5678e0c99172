// What stands around a file that is called like many others: its folder's name, and a configuration beside it.

extension FileHints {
  /// What the hub and training programs call files of every network, without numbers and endings.
  private static let commonNames: Set<Substring> = [
    "model", "pytorch_model", "model_best", "best_model", "best", "last", "latest", "checkpoint",
    "checkpoint_best", "epoch", "iter", "weights",
  ]
  /// timm's configurations have some hundred bytes.
  private static let longestConfiguration = 1 << 20

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

  /// The texts of `config.json` beside the file at `path`, or in the folder, that usually are names of
  /// networks, such as timm's `architecture`; none where it is damaged, or where the file has a name of
  /// its own.
  static func configuration(beside path: String) -> [String: String] {
    let isFolder = FileKind(of: path) == .folder
    let slash = path.lastIndex(of: "/")
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    guard isFolder || isCommon(name) else { return [:] }
    let folder = isFolder ? path + "/" : slash.map { String(path[...$0]) } ?? ""
    let place = folder + "config.json"
    // Not out of a pipe, which may have no writer.
    guard case .regular = FileKind(of: place),
      let bytes = try? FileBytes.read(place, limit: longestConfiguration)
    else { return [:] }
    var texts: [String: String] = [:]
    var json = JSONScanner(bytes)
    do throws(SafetensorsHeader.Flaw) {
      try json.object { key, json throws(SafetensorsHeader.Flaw) in
        guard Checkpoint.namesArchitecture(key), json.isAtString else { return try json.skip() }
        texts[key] = String(try json.string().prefix(200))
      }
      try json.end()
    } catch {
      return [:]
    }
    return texts
  }
}
