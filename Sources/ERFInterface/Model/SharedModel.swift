/// The model that a drawing looks at, kept once: with all that it holds, a copy in each of the drawing's own copies
/// would cost a hundred counts of references.
@propertyWrapper
struct SharedModel: Sendable {
  private final class Box: Sendable {
    let model: Model

    init(_ model: Model) { self.model = model }
  }

  private let box: Box

  init(wrappedValue: Model) { box = Box(wrappedValue) }

  @inline(__always)
  var wrappedValue: Model { box.model }
}
