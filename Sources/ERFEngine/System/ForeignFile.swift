/// What a file is in the place of one that can be read, as far as its first bytes tell.
public enum ForeignFile {
  /// So many bytes tell.
  static let headCount = 512

  private static let packers: [(start: [UInt8], name: String, command: String)] = [
    ([0x1F, 0x8B], "gzip", "gunzip"), ([0x42, 0x5A, 0x68], "bzip2", "bunzip2"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz", "unxz"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd", "unzstd"),
  ]

  /// What the file that begins with `bytes` is, and what is to be done; nil: nothing that is known.
  public static func explanation(_ bytes: some Collection<UInt8>) -> String? {
    let head = Array(bytes.prefix(headCount))
    if let packer = packers.first(where: { head.starts(with: $0.start) }) {
      return "it is packed with \(packer.name): unpack it with `\(packer.command)`"
    }
    let text = String(decoding: head, as: UTF8.self)
    if pointers.contains(where: text.hasPrefix) {
      return "it is a pointer of Git LFS, which stands for the file: fetch that with `git lfs pull`"
    }
    // Where there are no links, a file holds what one leads to.
    let isPath = text.hasPrefix(".") || text.hasPrefix("/")
    if text.hasPrefix("/annex/objects/") || isPath && isInAnnex(text.prefix { !$0.isNewline }) {
      return ofAnnex
    }
    return isPage(text) ? "it is a web page: download the file itself" : nil
  }

  /// Whether a text is a web page, or the answer of a server that has none; not a drawing, which may begin
  /// likewise.
  private static func isPage(_ text: String) -> Bool {
    let start = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }.lowercased()
    guard start.hasPrefix("<?xml") else {
      return pages.contains(where: start.hasPrefix) && !start.contains("<svg")
    }
    return ["<!doctype html", "<html", "<error"].contains(where: start.contains)
  }

  /// The same of the regular file at `path`.
  static func explanation(ofFile path: String) -> String? {
    (try? FileBytes.read(path, limit: .max, upTo: headCount)).flatMap { explanation($0) }
  }

  /// The same of what the symbolic link `path` leads to, where that is not there.
  static func explanation(ofLink path: String) -> String? {
    AtomicFile.linkTarget(path).flatMap { isInAnnex($0) ? ofAnnex : nil }
  }

  /// How pointers of Git LFS begin, and of what came before it.
  private static let pointers = [
    "version https://git-lfs", "version http://git-media.io", "version https://hawser",
  ]
  private static let pages = ["<!doctype html", "<html", "<head", "<!--"]
  private static let ofAnnex =
    "it is a pointer of git-annex, which stands for the file: fetch that with `git annex get`"

  private static func isInAnnex(_ target: some StringProtocol) -> Bool {
    target.contains(".git/annex/objects/")
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
