/// One change to a stage of a network.
public struct StageEdit: Sendable, Hashable {
  public enum Change: Sendable, Hashable {
    /// Side of the large kernels, odd.
    case kernel(Int)
    /// Side of the kernel in parallel to a depth-wise one, odd; nil: none.
    case smallKernel(Int?)
    case dilation(Int)
    /// Whether blocks add their input to their output.
    case shortcuts(Bool)
    /// Number of blocks.
    case depth(Int)

    /// What of the stage it changes.
    public var field: StageField {
      switch self {
      case .kernel: .kernel
      case .smallKernel: .smallKernel
      case .dilation: .dilation
      case .shortcuts: .shortcuts
      case .depth: .depth
      }
    }
  }

  /// From 0.
  public var stage: Int
  public var change: Change

  public init(stage: Int, _ change: Change) {
    self.stage = stage
    self.change = change
  }
}

/// Why an edit does not apply to a network.
public enum EditError: ExplainedError, Equatable {
  case noStage(Int, of: Int)
  case nothingToEdit(StageEdit)
  /// A family of networks does not leave it open.
  case fixed(StageField, of: String)
  case even(Int)
  /// A number that no stage can have.
  case outside(StageEdit, ClosedRange<Int>)

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
      case .shortcuts(false): "stage \(edit.stage + 1) has no shortcuts"
      case .shortcuts(true): "shortcuts cannot be put into stage \(edit.stage + 1)"
      case .depth: "the number of blocks of stage \(edit.stage + 1) is fixed"
      }
    case .even(let side): "a kernel of \(side) has no centre: expected an odd number"
    case .outside(let edit, let range):
      "stage \(edit.stage + 1): \(edit.change): "
        + "expected \(range.lowerBound) to \(range.upperBound)"
    case .fixed(let field, let model): "\(field.label) of \(model) is fixed"
    }
  }
}

extension StageEdit.Change: CustomStringConvertible {
  /// For messages: `kernel 31`.
  public var description: String {
    switch self {
    case .kernel(let side): "kernel \(side)"
    case .smallKernel(let side): side.map { "small kernel \($0)" } ?? "no small kernel"
    case .dilation(let step): "dilation \(step)"
    case .shortcuts(let are): are ? "shortcuts" : "no shortcuts"
    case .depth(let blocks): "depth \(blocks)"
    }
  }
}

extension StageField {
  /// For messages: `the kernel`.
  public var label: String {
    switch self {
    case .kernel: "the kernel"
    case .smallKernel: "the small kernel"
    case .dilation: "the dilation"
    case .shortcuts: "the choice of shortcuts"
    case .depth: "the depth"
    }
  }
}
