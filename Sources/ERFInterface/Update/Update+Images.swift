// The images panel: which images there are, over which the maps are averaged, and their thumbnails.

import ERFEngine

extension Model {
  func imageRefusal(_ command: CommandName) -> String? {
    let images = session.images
    let range = images.range
    if case .tensor = images.source {
      return command == .addImages ? nil : "a prepared tensor is used whole"
    }
    switch command {
    case .nextImage: return range.upperBound < images.available ? nil : "there is no image after"
    case .previousImage: return range.lowerBound > 0 ? nil : "there is no image before"
    case .increase:
      return range.upperBound < images.available ? nil : "there are no more images"
    case .decrease: return range.count > 1 ? nil : "at least one image is needed"
    case .addImages: return listing == nil ? nil : "the folder before is still being read"
    case .clear:
      return images.source == .builtIn ? "these are the built-in pictures" : nil
    default: return nil
    }
  }

  mutating func changeImages(_ command: CommandName) {
    let last = session.images.available - 1
    switch command {
    case .move(.up): lists.image = max(0, lists.image - 1)
    case .move(.down): lists.image = min(last, lists.image + 1)
    case .leap(.up): lists.image = max(0, lists.image - 10)
    case .leap(.down): lists.image = min(last, lists.image + 10)
    case .choose:
      session.images.first = max(0, min(lists.image, last))
      session.images.count = session.images.range.count
    case .increase: session.images.count = session.images.range.count + 1
    case .decrease: session.images.count = session.images.range.count - 1
    case .addImages: overlay = .prompt(Prompt(purpose: .addImages, text: ""))
    case .clear:
      session.images = ImageChoice()
      lists.image = 0
    default: break
    }
  }

  mutating func stepImage(_ step: Int) {
    session.images.first = session.images.range.lowerBound + step
    lists.image = session.images.first
  }

  /// Files join those of the user; the built-in pictures give way to them.
  mutating func foundImages(_ id: RequestID, _ paths: [String], _ failure: String?) {
    guard listing == id else { return }
    listing = nil
    if let failure { return tell(.failure, failure) }
    var files: [String] = []
    if case .files(let earlier) = session.images.source { files = earlier }
    let new = paths.filter { !files.contains($0) }
    guard !new.isEmpty else { return tell(.note, "these images are there already") }
    lists.image = files.count
    session.images.first = files.count
    session.images.source = .files(files + new)
    tell(.note, "\(new.count) \(new.count == 1 ? "image" : "images") added; > averages over more")
  }

  // MARK: Thumbnails

  /// Thumbnails around the selected one, and the picture that lies under the maps.
  mutating func pursuePictures() -> [Effect] {
    var wanted: [PictureName] = []
    if session.screen.hasUnderlay {
      wanted += [session.images.picture(session.images.range.lowerBound)].compactMap { $0 }
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
