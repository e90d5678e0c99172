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
}
