// What lies in the place of a network, and holds one of another kind than its name says, or none.

extension ForeignFile {
  /// What `file` is in the place of a network of another kind, and what is to be done; nil: nothing that is
  /// known.
  static func explanation(ofNetwork file: MappedFile) -> String? {
    let head = file.head
    if let reason = explanation(head) { return reason }
    if isSafetensors(head) {
      let result = (try? Safetensors(file, path: "")).flatMap { ResultFile(metadata: $0.metadata) }
      return result.map { "it \($0.explanation)" } ?? renaming("a safetensors file", ".safetensors")
    }
    if head.starts(with: zipMagic) {
      guard let archive = try? ZipArchive(file, path: "") else {
        return "it is a zip file whose list of contents is missing or broken: copy or download "
          + "it again"
      }
      return explanation(ofNetwork: archive)
    }
    if isPickle(head) { return ofTorch }
    return isONNX(head) ? renaming("an ONNX model", ".onnx") : nil
  }

  /// Whether the file at `path` begins like nothing that is known: no picture, no network, and nothing that may stand
  /// for one.
  public static func isOfNoUse(at path: String) -> Bool {
    guard let head = try? FileBytes.read(path, limit: .max, upTo: headCount), !head.isEmpty else {
      return false
    }
    let isKnown =
      ImageFormat(head) != nil || explanation(head) != nil || isSafetensors(head) || isPickle(head)
      || head.starts(with: zipMagic) || isONNX(head)
    return !isKnown
  }

  private static func explanation(ofNetwork archive: ZipArchive) -> String {
    if let root = TorchCheckpoint.pickle(in: archive)?.root {
      return TorchCheckpoint.isScript(archive, root)
        ? "it is a TorchScript program: export the network that it was made of" : ofTorch
    }
    return explanation(ofContents: archive) ?? "it is a zip file, not a network"
  }

  /// What an archive that torch.save did not write is by what it holds; nil: nothing that is known.
  static func explanation(ofContents archive: ZipArchive) -> String? {
    let names = archive.entries.keys
    if names.contains(where: { $0.hasSuffix(".npy") }) {
      return "it is an .npz file of NumPy's arrays, not a network"
    }
    let endings = [".onnx", ".safetensors", ".pth", ".pt", ".ckpt"]
    let packed = names.filter { name in endings.contains(where: name.lowercased().hasSuffix) }
    return packed.min().map {
      "it is a zip file that holds \(WeightsMismatch.printable($0)): unpack it with `unzip`"
    }
  }

  private static let ofTorch = renaming("a file as torch.save writes them", ".pth")

  private static func renaming(_ kind: String, _ ending: String) -> String {
    "it is \(kind), whatever its name says: call it something\(ending)"
  }

  /// How archives begin.
  private static let zipMagic: [UInt8] = [0x50, 0x4B, 0x03, 0x04]

  private static func isPickle(_ head: [UInt8]) -> Bool {
    head.count > 1 && head[0] == 0x80 && (2...5).contains(head[1])
  }

  /// A header of text behind its length, which is short enough for four bytes.
  private static func isSafetensors(_ head: [UInt8]) -> Bool {
    head.count > 8 && head[4..<8].allSatisfy { $0 == 0 } && head[8] == UInt8(ascii: "{")
  }
}
