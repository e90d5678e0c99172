/// What a forward pass is to keep.
enum Keep: Sendable {
  /// Nothing: only the output is wanted.
  case nothing
  /// What the gradient with respect to the input needs.
  case inputGradient
  /// Also what the gradients with respect to the parameters need.
  case allGradients
}

/// What one operator keeps of a forward pass for its gradients.
///
/// Linear operators keep nothing for the input gradient, and their input for those of parameters.
enum Kept: Sendable {
  case nothing
  case signs(SignBits)
  case derivative(Tensor)
  case winners(WinningTaps)
  case input(Tensor)
}
