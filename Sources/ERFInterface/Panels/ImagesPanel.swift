// The images panel: which images there are, and over which the maps are averaged.

import ERFEngine

extension PanelName {
  public static let images = PanelName("images")
}

enum ImagesPanel: Panel {
  static let name = PanelName.images
  static let summary = "what the maps are averaged over"
  static let place = PanelPlace.input
  static let likedRows = 13

  static let commands = [
    row(
      .move(.up), [.up, key("k")], label: "Up k", footerKey: "arrows", footer: "select", rank: 5,
      "the image above"),
    row(.move(.down), [.down, key("j")], label: "Down j", "the image below"),
    row(.leap(.up), [.pageUp], "ten images up"),
    row(.leap(.down), [.pageDown], "ten images down"),
    row(.choose, [.enter], footer: "use", rank: 2, "the selected image is the first used"),
    row(
      .increase, [key(">"), key(".")], label: ">", footer: "more", rank: 3,
      "average over one image more"),
    row(
      .decrease, [key("<"), key(",")], label: "<", footer: "fewer", rank: 4,
      "average over one image fewer"),
    row(.addImages, [key("A")], footer: "add", rank: 3, "add an image, or a folder of them"),
    row(
      .clear, [.backspace], label: "Backspace", footer: "built-in", rank: 7,
      "the built-in pictures again"),
  ]

  static func draw(_ model: Model, in area: Area, on frame: inout Frame) {
    frame.drawImages(model, in: area)
  }

  static func plan(_ command: CommandName, _ model: Model) -> Plan {
    let images = model.session.images
    switch command {
    case .move(.up): return .edit { select($0.lists.image - 1, in: &$0) }
    case .move(.down): return .edit { select($0.lists.image + 1, in: &$0) }
    case .leap(.up): return .edit { select($0.lists.image - 10, in: &$0) }
    case .leap(.down): return .edit { select($0.lists.image + 10, in: &$0) }
    case .addImages:
      return model.listing == nil
        ? .edit { $0.overlay = .prompt(Prompt(purpose: .addImages, text: "")) }
        : .refuse("the folder before is still being read")
    default: break
    }
    if case .tensor = images.source { return .refuse(Model.wholeTensor) }
    switch command {
    case .choose: return .edit { use(in: &$0) }
    case .increase:
      return images.range.count < images.available
        ? .edit { widen(in: &$0) } : .refuse("there are no more images")
    case .decrease:
      return images.range.count > 1
        ? .edit { $0.session.images.count = images.range.count - 1 }
        : .refuse("at least one image is needed")
    case .clear:
      guard images.source != .builtIn else { return .refuse("these are the built-in pictures") }
      return .edit { model in
        let dropped = images.available
        model.session.images = ImageChoice()
        model.lists.image = 0
        model.tell(.note, "dropped \(dropped.counted("picture")): the built-in ones again")
      }
    default: return .nothing
    }
  }

  /// A click selects, another uses what is selected.
  static func point(_ pointer: Pointer, in area: Area, _ model: inout Model) -> [Effect]? {
    guard pointer.action == .click else { return nil }
    let layout = ImagesLayout(model, in: area)
    guard layout.list.contains(pointer),
      let entry = layout.entries.last(where: { $0.row <= pointer.row })
    else { return [] }
    if model.lists.image == entry.index { use(in: &model) }
    model.lists.image = entry.index
    return []
  }

  private static func select(_ index: Int, in model: inout Model) {
    let before = model.lists.image
    let last = model.session.images.available - 1
    model.lists.image = max(0, min(last, index))
    guard model.lists.image == before else { return }
    model.notice = Notice(.note, index < 0 ? "this is the first image" : "this is the last image")
  }

  /// By the image after those in use, or before them where they are the last.
  private static func widen(in model: inout Model) {
    let range = model.session.images.range
    let isLast = range.upperBound >= model.session.images.available
    model.session.images.first = isLast ? range.lowerBound - 1 : range.lowerBound
    model.session.images.count = range.count + 1
  }

  private static func use(in model: inout Model) {
    let before = model.session.images
    model.session.images.first = max(
      0, min(model.lists.image, model.session.images.available - 1))
    model.session.images.count = model.session.images.range.count
    if model.session.images == before {
      model.notice = Notice(.note, "the selected image is the first used already")
    }
  }
}

extension Model {
  static let wholeTensor = "a prepared tensor is used whole"

  /// What the next image or the one before comes to.
  func imagePlan(step: Int) -> Plan {
    if isOfSavedMaps { return .refuse("saved maps keep their images") }
    let images = session.images
    if case .tensor = images.source { return .refuse(Self.wholeTensor) }
    if images.range.count > 1, images.range.count == images.available {
      let all = images.available == 2 ? "both" : "all \(images.available)"
      return .refuse("\(all) images are averaged already")
    }
    if step > 0, images.range.upperBound >= images.available {
      return .refuse("there is no image after")
    }
    if step < 0, images.range.lowerBound == 0 { return .refuse("there is no image before") }
    return .edit { model in
      model.session.images.first = model.session.images.range.lowerBound + step
      model.lists.image = model.session.images.first
    }
  }
}
