// Hashes of what a run reads, by which another run over other contents of the same names is told apart.

extension FNV1a {
  /// Of names and of the contents of the files that bear them, which are read for it once. An empty path is
  /// that of no file.
  static func contents(of files: some Sequence<(name: String, path: String)>) -> String {
    var hash = FNV1a()
    for file in files {
      hash.add(file.name.utf8 + [0])
      if !file.path.isEmpty { hash.add(fileAt: file.path) }
    }
    return hash.text
  }

  /// Mixes in the contents of the file at `path`, or that it cannot be read.
  fileprivate mutating func add(fileAt path: String) {
    guard let file = try? MappedFile(path: path) else { return add(word: .max) }
    add(word: UInt64(file.count))
    let whole = file.count / 8 * 8
    for place in stride(from: 0, to: whole, by: 8) {
      guard let word = file.word(at: place) else { return add(word: .max) }
      add(wide: word)
    }
    add(file.bytes(whole..<file.count) ?? [])
    file.forgetPages()
  }
}

extension NetworkInputs {
  /// Hash (16 hexadecimal digits) of the names of all inputs and the sizes of their files, in order.
  var listHash: String {
    FNV1a.list(of: (0..<count).lazy.map { (name($0), bytes($0)) })
  }

  /// Hash (16 hexadecimal digits) of the names of all inputs and of the contents of their files, which
  /// are read for it once.
  public var contentsHash: String {
    FNV1a.contents(of: (0..<count).lazy.map { (name($0), path($0)) })
  }
}

extension SavedMap {
  /// Hash (16 hexadecimal digits) of the contents of the file that holds the map called `name`.
  static func fileHash(of name: String) -> String {
    var hash = FNV1a()
    hash.add(fileAt: file(of: name))
    return hash.text
  }
}

extension NetworkSpec {
  /// Hash (16 hexadecimal digits) of the contents of the files that the network and its weights come
  /// from; empty where they come from none.
  public var filesHash: String {
    let files = files
    guard !files.isEmpty else { return "" }
    var hash = FNV1a()
    for path in files { hash.add(fileAt: path) }
    return hash.text
  }

  /// Hash (16 hexadecimal digits) of the file that names the classes; empty where there is none.
  public var classesHash: String {
    guard let classes else { return "" }
    var hash = FNV1a()
    hash.add(fileAt: classes)
    return hash.text
  }

  /// An exported graph with the files of its weights, or what a checkpoint lies in.
  public var files: [String] {
    if let exportedGraph {
      let beside = (try? ONNXGraphs.shared.model(path: exportedGraph))?.dataPaths ?? []
      return [exportedGraph] + beside
    }
    guard case .file(let path) = weights else { return [] }
    return Checkpoint.files(of: path)
  }

  /// Every file that opening it reads: those, the one that names it, and its classes.
  public var inputs: [String] {
    var paths = files + [classes].compactMap(\.self)
    if case .file(let path) = source { paths.append(SavedMap.file(of: path)) }
    if case .file(let path) = weights { paths.append(path) }
    return paths
  }
}
