// What is on the screen where nothing else was asked for.

import ERFEngine

extension Session {
  /// The paper's comparison in miniature: two networks that differ in their kernels alone, trained, on an
  /// input that is large enough to tell them apart, over several pictures.
  public static var first: Session {
    var session = Session(models: ["RepLKNet-13-nano", "RepLKNet-31-nano"])
    session.size = InputSize(height: firstSize, width: firstSize)
    session.images.count = firstImages
    session.screen = .opening
    return session
  }

  /// Pixels a side.
  public static let firstSize = 1024
  public static let firstImages = 4
}

extension ScreenChoice {
  /// How networks are shown that are named on the command line: with their squares, and on a scale on
  /// which gradients of any size are seen.
  public static var opening: ScreenChoice {
    var screen = ScreenChoice()
    screen.areas = .squares
    screen.curve = .decades
    return screen
  }
}
