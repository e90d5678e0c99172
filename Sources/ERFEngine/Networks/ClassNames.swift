/// What the outputs of a classifier mean, where their number tells.
public enum ClassNames {
  /// The 1000 classes of ImageNet-1K in the order of the networks' outputs.
  public static let imageNet = Assets.lines("imagenet-classes.txt")

  /// WordNet's ids of these classes, `n01440764`, as ImageNet's folders are called.
  private static let synsets = Dictionary(
    uniqueKeysWithValues: Assets.lines("imagenet-synsets.txt").enumerated().map { ($1, $0) })

  /// Which of ImageNet's classes a folder `n01440764`, or a file `n01440764_18.JPEG`, is of; nil: none.
  static func imageNetClass(of name: some StringProtocol) -> Int? {
    synsets[String(name.prefix { $0 != "_" && $0 != "." })]
  }

  /// ImageNet's names of folders that are called by WordNet's ids; nil where one is not, or where two
  /// would have the same name.
  static func imageNetNames(ofFolders folders: [String]) -> [String]? {
    let names = folders.compactMap { synsets[$0].map { imageNet[$0] } }
    return Set(names).count == folders.count ? names : nil
  }

  /// The classes of CIFAR-10 in the order of its labels.
  public static let cifar10 = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  /// Most bytes of a file of names, and names in it.
  static let largestFile = 4 << 20
  static let mostNames = 1 << 17

  /// The names in the file at `path`, one a line in the order of the outputs; empty lines behind the
  /// last one are none.
  ///
  /// - Throws: `FileError`, ``ClassNamesError``.
  public static func read(_ path: String) throws -> [String] {
    let bytes = try FileBytes.read(path, limit: largestFile)
    if let reason = ForeignFile.explanation(ofLines: bytes) {
      throw FileError.unreadable(path: path, reason: reason)
    }
    guard !bytes.contains(0) else { throw ClassNamesError.noText(path: path) }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    // As in names of folders, so that two names stay two in whichever encoding they are.
    let text = SystemPath.text(bytes.dropFirst(bytes.starts(with: mark) ? 3 : 0))
    var names = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map {
      let name = $0.drop(while: \.isWhitespace)
      return name.lastIndex { !$0.isWhitespace }.map { String(name[...$0]) } ?? ""
    }
    while names.last?.isEmpty == true { names.removeLast() }
    guard !names.isEmpty else { throw ClassNamesError.empty(path: path) }
    guard names.count <= mostNames else {
      throw ClassNamesError.tooMany(path: path, names: names.count)
    }
    return names
  }
}

/// Where the names of a network's classes come from.
struct ClassNaming: Sendable {
  /// A file that somebody gave, and the names in it.
  let given: (path: String, names: [String])?
  /// What the weights' file says; empty: nothing.
  let recorded: [String]
  /// What networks of the kind usually tell apart.
  let usual: [String]

  /// - Throws: `FileError`, ``ClassNamesError`` for the file that `spec` names.
  init(_ spec: NetworkSpec, recorded: [String]?, usual: [String]) throws {
    given = try spec.classes.map { ($0, try ClassNames.read($0)) }
    self.recorded = recorded ?? []
    self.usual = usual
  }

  /// What the `count` outputs of the classifier of `model` mean; nil where nothing has as many.
  ///
  /// - Throws: ``ClassNamesError/otherNumber(path:names:model:outputs:)``.
  func names(_ count: Int, of model: String) throws(ClassNamesError) -> [String]? {
    guard let given else {
      return [recorded, usual].first { $0.count == count && count > 0 }
    }
    guard given.names.count == count else {
      throw .otherNumber(
        path: given.path, names: given.names.count, model: model, outputs: count)
    }
    return given.names
  }
}

/// Why a file does not name the classes of a network.
public enum ClassNamesError: ExplainedError, Equatable {
  case noText(path: String)
  case empty(path: String)
  case tooMany(path: String, names: Int)
  case otherNumber(path: String, names: Int, model: String, outputs: Int)

  public var explanation: String {
    switch self {
    case .noText(let path): "\(path) is not text: one class name per line was expected"
    case .empty(let path): "\(path) is empty: one class name per line was expected"
    case .tooMany(let path, let names):
      "\(path) has \(names) lines: at most \(ClassNames.mostNames) names of classes were expected"
    case .otherNumber(let path, let names, let model, let outputs):
      "\(path) names \(names.counted("class", "classes")), but \(model) has "
        + "\(outputs.counted("class", "classes")): "
        + "one name per line for each was expected"
    }
  }
}
