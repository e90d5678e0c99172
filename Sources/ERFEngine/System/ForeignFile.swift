/// What a file is in the place of one that can be read, as far as its first bytes tell.
public enum ForeignFile {
  /// So many bytes tell.
  static let headCount = 512

  private static let packers: [(start: [UInt8], name: String, command: String)] = [
    ([0x1F, 0x8B], "gzip", "gunzip"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz", "unxz"),
    ([0x28, 0xB5, 0x2F, 0xFD], "zstd", "unzstd"),
  ]

  /// What the file that begins with `bytes` is, and what is to be done; nil: nothing that is known.
  public static func explanation(_ bytes: some Collection<UInt8>) -> String? {
    let head = Array(bytes.prefix(headCount))
    return explanation(ofLines: head) ?? (isPage(markup(head)) ? page : nil)
  }

  /// The same in the place of lines that may be any text, tags among them.
  static func explanation(ofLines bytes: some Collection<UInt8>) -> String? {
    let head = Array(bytes.prefix(headCount))
    if let packer = packers.first(where: { head.starts(with: $0.start) }) {
      return unpacking(packer.name, packer.command)
    }
    if isBzip2(head) { return unpacking("bzip2", "bunzip2") }
    let text = String(decoding: head, as: UTF8.self)
    if pointers.contains(where: text.hasPrefix) {
      return "it is a pointer of Git LFS, which stands for the file: fetch that with `git lfs pull`"
    }
    // Where there are no links, a file holds what one leads to.
    let isPath = text.hasPrefix(".") || text.hasPrefix("/")
    if text.hasPrefix("/annex/objects/") || isPath && isInAnnex(text.prefix { !$0.isNewline }) {
      return ofAnnex
    }
    return markup(head).hasPrefix(pageType) ? page : nil
  }

  /// These programs unpack files of names that end as they expect alone, but whatever they are handed.
  private static func unpacking(_ name: String, _ command: String) -> String {
    "it is packed with \(name): unpack it with `\(command) < FILE > NEW`"
  }

  /// Behind the letters, which are a text too: the size of blocks, and how a block or the end begins.
  private static func isBzip2(_ head: [UInt8]) -> Bool {
    let starts: [[UInt8]] = [
      [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], [0x17, 0x72, 0x45, 0x38, 0x50, 0x90],
    ]
    return head.starts(with: "BZh".utf8) && head.count >= 10
      && (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(head[3])
      && starts.contains { head[4..<10].elementsEqual($0) }
  }

  /// The text of a document, in lower case.
  private static func markup(_ head: [UInt8]) -> String {
    String(decoding: head, as: UTF8.self).drop { $0.isWhitespace || $0 == "\u{FEFF}" }
      .lowercased()
  }

  /// Whether a document is a web page, or the answer of a server that has none, by what it begins with after
  /// declarations and comments, which drawings have too.
  private static func isPage(_ text: String) -> Bool {
    var rest = text[...]
    while let end = rest.hasPrefix("<?") ? "?>" : rest.hasPrefix("<!--") ? "-->" : nil {
      guard let range = rest.firstRange(of: end) else { return false }
      rest = rest[range.upperBound...].drop(while: \.isWhitespace)
    }
    let tag = rest.prefix { $0 != ">" && !$0.isWhitespace }
    return rest.hasPrefix(pageType) || ["<html", "<head", "<error"].contains(tag)
  }

  /// The same of the regular file at `path`.
  public static func explanation(ofFile path: String) -> String? {
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
  private static let pageType = "<!doctype html"
  private static let page = "it is a web page: download the file itself"
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
