// Small versions of the images to choose from, for thumbnails and for what lies under the maps.

public import ERFEngine

/// One of the images to choose from.
public enum PictureName: Sendable, Hashable {
  case builtIn(Int)
  case file(String)

  /// Files are compared by the bytes of their paths.
  public static func == (left: PictureName, right: PictureName) -> Bool {
    switch (left, right) {
    case (.builtIn(let index), .builtIn(let other)): index == other
    case (.file(let path), .file(let other)): PathKey.areSame(path, other)
    default: false
    }
  }
}

/// A picture as far as it is known.
public enum Picture: Sendable, Equatable {
  case small(Image)
  /// Why it cannot be shown.
  case failed(String)
}

/// The pictures drawn small so far.
public struct Pictures: Sendable {
  private var known: [PictureName: Picture] = [:]
  /// In the order in which they came.
  private var order: [PictureName] = []
  var awaited: Set<PictureName> = []

  /// Longest side in pixels: twice what a panel shows of one.
  static let side = 160
  private static let limit = 256

  subscript(name: PictureName) -> Picture? { known[name] }

  mutating func keep(_ picture: Picture, as name: PictureName) {
    awaited.remove(name)
    if known.updateValue(picture, forKey: name) == nil { order.append(name) }
    if order.count > Self.limit { known[order.removeFirst()] = nil }
  }
}

extension Picture {
  /// Loads an image and makes it small.
  static func load(_ name: PictureName) -> Picture {
    do {
      let image =
        switch name {
        case .builtIn(let index): BuiltInImages.image(at: index)
        case .file(let path): try Image.load(path: path)
        }
      let longest = max(image.height, image.width, 1)
      func part(_ length: Int) -> Int {
        max(1, min(length, length * Pictures.side / longest))
      }
      let size = InputSize(height: part(image.height), width: part(image.width))
      return .small(image.resized(to: size, filter: .bicubic))
    } catch {
      return .failed(String(describing: error).sanitised)
    }
  }
}

extension ImageChoice {
  /// Nil of a prepared tensor.
  func picture(_ index: Int) -> PictureName? {
    guard (0..<available).contains(index) else { return nil }
    switch source {
    case .builtIn: return .builtIn(index)
    case .files(let paths): return .file(paths[index])
    case .tensor: return nil
    }
  }
}

extension Model {
  func picture(_ index: Int) -> Picture? { session.images.picture(index).flatMap { pictures[$0] } }
}
