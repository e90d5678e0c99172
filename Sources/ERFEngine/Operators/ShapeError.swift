/// Inputs that an operator cannot take.
enum ShapeError: ExplainedError, Equatable {
  case channels(expected: Int, found: Shape)
  case tooSmall(input: Shape, window: Int)
  case unequal(Shape, Shape)

  var explanation: String {
    switch self {
    case .channels(let expected, let found):
      "expected \(expected) input channels, found \(found.channels) in \(found)"
    case .tooSmall(let input, let window):
      "a \(input.height)x\(input.width) map is too small for a window of \(window)"
    case .unequal(let left, let right):
      "shapes \(left) and \(right) do not go together"
    }
  }
}
