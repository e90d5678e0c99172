// The images panel: which images there are, over which the maps are averaged, and their thumbnails.

import ERFEngine

extension Model {
  /// Files join those of the user; the built-in pictures give way to them.
  mutating func foundImages(
    _ id: RequestID, _ paths: [String], _ leftOut: ImageList.LeftOut, _ failure: String?
  ) {
    guard listing == id else { return }
    listing = nil
    let isTold = complain(id, failure)
    if let failure {
      if !isTold { tell(.failure, failure) }
      return
    }
    var files: [String] = []
    if case .files(let earlier) = session.images.source { files = earlier }
    let known = Set(files.map(PathKey.init))
    let new = paths.filter { !known.contains(PathKey($0)) }
    guard !new.isEmpty else {
      return tell(.note, ["these images are there already"] + leftOut.lines)
    }
    let replaced = session.images.source.replacedByFiles
    add(new, to: files)
    let images = session.images
    let more = images.range.count < images.available ? ", > for more" : ""
    let added =
      "\(new.count.counted("image")) \(replaced.map { "in place of \($0)" } ?? "added"): "
      + "\(images.range.count) of \(images.available) chosen\(more)"
    tell(leftOut == .init() ? .note : .warning, [added] + leftOut.lines)
  }

  /// One image more is averaged over with those before it, where they are the last ones; of a folder the
  /// mean begins with its first.
  private mutating func add(_ new: [String], to files: [String]) {
    let range = session.images.range
    lists.image = files.count
    session.images.source = .files(files + new)
    guard new.count == 1, !files.isEmpty, range.upperBound == files.count else {
      session.images.first = files.count
      return
    }
    session.images.first = range.lowerBound
    session.images.count = range.count + 1
  }

  // MARK: Thumbnails

  /// Thumbnails around the selected one, and the picture that lies under the maps.
  mutating func pursuePictures() -> [Effect] {
    var wanted: [PictureName] = []
    if session.screen.hasUnderlay || (focus == .prediction && session.screen.isZoomed) {
      wanted += [session.images.picture(session.images.range.lowerBound)].compactMap { $0 }
    }
    if session.screen.hasUnderlay {
      // Where the first one is damaged, it is another.
      wanted += sides.compactMap { side in side.shown.flatMap { underlay($0) } }
    }
    if focus == .images {
      let near = max(0, lists.image - Self.thumbnails)...lists.image + Self.thumbnails
      wanted += near.compactMap { session.images.picture($0) }
    }
    var effects: [Effect] = []
    for name in wanted where pictures[name] == nil {
      guard pictures.awaited.insert(name).inserted else { continue }
      effects.append(.drawPicture(name))
    }
    return effects
  }

  /// So many on either side of the selected one are drawn.
  private static let thumbnails = 20
}

extension ImageChoice.Source {
  /// Those of `paths` that lead to other files than those that are here, by whatever path.
  func others(of paths: [String]) -> [String] {
    guard case .files(let present) = self else { return paths }
    let known = Set(present.map { PathKey(Folder.whole($0)) })
    return paths.filter { !known.contains(PathKey(Folder.whole($0))) }
  }

  /// What files take the place of; nil where they join others.
  fileprivate var replacedByFiles: String? {
    switch self {
    case .builtIn: "the built-in ones"
    case .tensor: "the prepared tensor"
    case .files: nil
    }
  }
}
