/// What a file is in the place of one that can be read, as far as its first bytes tell.
enum ForeignFile {
  /// So many bytes tell.
  static let headCount = 64

  private static let packers: [(start: [UInt8], name: String, command: String)] = [
    ([0x1F, 0x8B], "gzip", "gunzip"), ([0x42, 0x5A, 0x68], "bzip2", "bunzip2"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz", "unxz"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd", "unzstd"),
  ]

  /// What the file that begins with `bytes` is, and what is to be done; nil: nothing that is known.
  static func explanation(_ bytes: some Collection<UInt8>) -> String? {
    let head = Array(bytes.prefix(headCount))
    if let packer = packers.first(where: { head.starts(with: $0.start) }) {
      return "it is packed with \(packer.name): unpack it with `\(packer.command)`"
    }
    let text = String(decoding: head, as: UTF8.self)
    if text.hasPrefix("version https://git-lfs") {
      return "it is a pointer of Git LFS, which stands for the file: fetch that with `git lfs pull`"
    }
    let start = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }.lowercased()
    return ["<!doctype html", "<html"].contains(where: start.hasPrefix)
      ? "it is a web page: download the file itself" : nil
  }

  /// The same of a file in the place of a network's, which may hold a network of another kind than its name
  /// says.
  static func explanation(ofNetwork bytes: some Collection<UInt8>) -> String? {
    let head = Array(bytes.prefix(headCount))
    if let reason = explanation(head) { return reason }
    let kind: (name: String, ending: String)? =
      if isSafetensors(head) {
        ("a safetensors file", ".safetensors")
      } else if head.starts(with: [0x50, 0x4B, 0x03, 0x04])
        || head.starts(with: [0x80]) && head.count > 1 && (2...5).contains(head[1])
      {
        ("a file as torch.save writes them", ".pth")
      } else if isONNX(head) {
        ("an ONNX model", ".onnx")
      } else {
        nil
      }
    return kind.map { "it is \($0.name), whatever its name says: call it something\($0.ending)" }
  }

  /// A header of text behind its length, which is short enough for four bytes.
  private static func isSafetensors(_ head: [UInt8]) -> Bool {
    head.count > 8 && head[4..<8].allSatisfy { $0 == 0 } && head[8] == UInt8(ascii: "{")
  }

  /// The version of the format, and then what else a model says of itself; not the length of a safetensors
  /// file's header.
  static func isONNX(_ head: [UInt8]) -> Bool {
    // Fields: producer, its version, domain, version, comment, graph, operator sets, metadata.
    let next: Set<UInt8> = [0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42, 0x72]
    return head.count >= 16 && head[0] == 0x08 && (1..<0x80).contains(head[1])
      && next.contains(head[2]) && head[3..<8].contains { $0 != 0 }
  }
}

extension MappedFile {
  /// As many of the first bytes as tell what a file is.
  var head: [UInt8] { bytes(0..<min(ForeignFile.headCount, count)) ?? [] }
}
