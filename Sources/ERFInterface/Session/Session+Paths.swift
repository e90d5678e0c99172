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
  /// steps up and links. Paths of files in or below `folder` count from there, however they were given, others
  /// from the root.
  ///
  /// - Parameter resolved: a path from the root without links and steps up.
  public func written(
    to folder: String, from current: String, resolved: (String) -> String = { $0 }
  ) -> Session {
    let own = folder.pathParts
    func inside(_ path: String) -> String? {
      let parts = path.pathParts.filter { $0 != "." }
      guard parts.count > own.count, !parts.contains(".."),
        zip(own, parts).allSatisfy({ $0.utf8.elementsEqual($1.utf8) })
      else { return nil }
      return parts.dropFirst(own.count).joined(separator: "/")
    }
    return withPaths { path in
      let isWhole = path.hasPrefix("/")
      let isStepUp = path.pathParts.contains("..")
      if folder == current, !isWhole, !isStepUp { return path }
      let whole = isWhole ? path : (current == "/" ? current : current + "/") + path
      let plain = resolved(whole)
      // With steps up it would lead through the folder, which may be moved.
      return inside(whole) ?? inside(plain) ?? (isStepUp ? plain : whole)
    }
  }

  /// What a file at `path` is to hold.
  func encoded(at path: String) throws -> [UInt8] {
    guard let current = Folder.current else { return try encoded() }
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? current
    return try written(
      to: Folder.whole(folder.hasPrefix("/") ? folder : current + "/" + folder), from: current,
      resolved: Self.resolved
    ).encoded()
  }

  /// The path of a file by its folder's without links: the file itself may be one that is meant to stay.
  private static func resolved(_ path: String) -> String {
    let parts = path.pathParts
    if parts.last == ".." { return Folder.whole(path) }
    return Folder.whole("/" + parts.dropLast().joined(separator: "/")) + "/"
      + parts.suffix(1).joined()
  }

  private func withPaths(_ change: (String) -> String) -> Session {
    var session = self
    session.networks = networks.map { $0.withPaths(change) }
    session.gallery = gallery.map { $0.withPaths(change) }
    session.weightsHashes = weightsHashes.withNetworks { $0.withPaths(change) }
    let steps = keptSteps.map { (change($0.key), $0.value) }
    session.keptSteps = Dictionary(steps) { first, _ in first }
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
