/// One change to a stage of a network.
public struct StageEdit: Sendable, Hashable {
  public enum Change: Sendable, Hashable {
    /// Side of the large kernels, odd.
    case kernel(Int)
    /// Side of the kernel in parallel to a depth-wise one, odd; nil: none.
    case smallKernel(Int?)
    case dilation(Int)
    /// Blocks no longer add their input to their output.
    case noShortcuts
  }

  /// From 0.
  public var stage: Int
  public var change: Change

  public init(stage: Int, _ change: Change) {
    self.stage = stage
    self.change = change
  }
}

/// Why an edit is none of a network.
public enum EditError: ExplainedError, Equatable {
  case noStage(Int, of: Int)
  case nothingToEdit(StageEdit)
  case even(Int)

  public var isUsageError: Bool { true }

  public var explanation: String {
    switch self {
    case .noStage(let stage, let count):
      "there is no stage \(stage + 1): the network has \(count)"
    case .nothingToEdit(let edit):
      switch edit.change {
      case .kernel, .dilation: "stage \(edit.stage + 1) has no kernels larger than 1x1"
      case .smallKernel:
        "stage \(edit.stage + 1) has no depth-wise kernels to put smaller ones beside"
      case .noShortcuts: "stage \(edit.stage + 1) has no shortcuts"
      }
    case .even(let side): "a kernel of \(side) has no centre: expected an odd number"
    }
  }
}
