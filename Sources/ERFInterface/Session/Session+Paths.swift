// Paths of files in a session: where it is read or written they count from its own folder, in the program
// from the folder that the program runs in.

import ERFEngine

extension Session {
  /// As it was read from a file in `folder`. A relative path is one from there, unless only the folder in
  /// which the program runs has such a file: that is how earlier programs wrote them.
  ///
  /// - Parameter exists: whether there is a file at a path.
  public func read(from folder: String, exists: (String) -> Bool) -> Session {
    guard !folder.isEmpty, folder != "." else { return self }
    return withPaths { path in
      guard !path.hasPrefix("/") else { return path }
      let beside = (folder.hasSuffix("/") ? folder : folder + "/") + path
      return exists(beside) || !exists(path) ? beside : path
    }
  }

  /// As a file in `folder` is to hold it, where the program runs in `current`; both begin with `/`, without
  /// steps up. Relative paths of files in or below `folder` count from there, others from the root.
  public func written(to folder: String, from current: String) -> Session {
    guard folder != current else { return self }
    let beginning = folder == "/" ? folder : folder + "/"
    return withPaths { path in
      guard !path.hasPrefix("/") else { return path }
      let whole = (current == "/" ? current : current + "/") + path
      let climbs = path.split(separator: "/").contains("..")
      return whole.hasPrefix(beginning) && !climbs
        ? String(whole.dropFirst(beginning.count)) : whole
    }
  }

  /// What a file at `path` is to hold.
  func encoded(at path: String) throws -> [UInt8] {
    guard let current = Folder.current else { return try encoded() }
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? current
    return try written(
      to: Folder.whole(folder.hasPrefix("/") ? folder : current + "/" + folder), from: current
    ).encoded()
  }

  private func withPaths(_ change: (String) -> String) -> Session {
    var session = self
    session.networks = networks.map { $0.withPaths(change) }
    session.gallery = gallery.map { $0.withPaths(change) }
    session.weightsHashes = weightsHashes.withNetworks { $0.withPaths(change) }
    switch images.source {
    case .builtIn: break
    case .files(let paths): session.images.source = .files(paths.map(change))
    case .tensor(let reference):
      // `FILE.safetensors#KEY`
      let isArray = reference.lowercased().hasSuffix(".npy")
      let sign = isArray ? nil : reference.lastIndex(of: "#")
      let end = sign ?? reference.endIndex
      session.images.source = .tensor(change(String(reference[..<end])) + reference[end...])
    }
    return session
  }
}

extension [NetworkSpec: String] {
  /// The same of other networks.
  func withNetworks(_ change: (NetworkSpec) -> NetworkSpec) -> Self {
    Dictionary(map { (change($0.key), $0.value) }) { first, _ in first }
  }
}

extension NetworkSpec {
  fileprivate func withPaths(_ change: (String) -> String) -> NetworkSpec {
    var spec = self
    if case .file(let path) = source { spec.source = .file(change(path)) }
    if case .file(let path) = weights { spec.weights = .file(change(path)) }
    spec.classes = classes.map(change)
    return spec
  }
}
