/// What can be chosen for one stage of a network.
public struct StageDesign: Sendable, Hashable {
  /// Side K of the stage's spatial kernels, odd: RepLKNet's large kernels, the 3x3 of a residual block,
  /// the depth-wise kernel of an inverted residual; 0: the stage of an exported graph that has none.
  public var kernel: Int
  /// Side of the kernel that is trained in parallel and merged (the paper's guideline 3), odd; nil: none.
  public var smallKernel: Int?
  /// Distance between the taps of the spatial kernels.
  public var dilation: Int
  /// Whether blocks add their input to their output (guideline 2).
  public var hasShortcuts: Bool
  /// Number of blocks.
  public var depth: Int

  public init(
    kernel: Int, smallKernel: Int? = nil, dilation: Int = 1, hasShortcuts: Bool = true, depth: Int
  ) {
    self.kernel = kernel
    self.smallKernel = smallKernel
    self.dilation = dilation
    self.hasShortcuts = hasShortcuts
    self.depth = depth
  }

  /// The small kernel where there is one: a side that is not larger than the large kernel's.
  public var parallelKernel: Int? {
    guard let smallKernel, smallKernel <= kernel else { return nil }
    return smallKernel
  }

  /// Sides that kernels can have; odd ones only, so that they have a centre.
  public static let kernels = 1...63
  public static let dilations = 1...32
  public static let depths = 1...200
}

/// The choices of a `StageDesign`; a family of networks leaves some of them open.
public enum StageField: String, Sendable, CaseIterable {
  case kernel, smallKernel, dilation, shortcuts, depth
}

extension [StageDesign] {
  /// The edits that turn `original` into these, stage by stage.
  func edits(from original: [StageDesign]) -> [StageEdit] {
    zip(original, self).enumerated().flatMap { stage, pair in
      pair.1.changes(from: pair.0).map { StageEdit(stage: stage, $0) }
    }
  }

  /// The same after `edits`.
  ///
  /// - Parameter check: of an edit of a stage that is there, with a number that stages can have: whether
  ///   the network leaves it open.
  /// - Throws: `EditError`.
  func edited(
    by edits: [StageEdit], check: (StageEdit) throws(EditError) -> Void
  ) throws(EditError) -> [StageDesign] {
    var edited = self
    for edit in edits {
      guard indices.contains(edit.stage) else { throw .noStage(edit.stage, of: count) }
      try check(edit)
      try edit.requireRange()
      edited[edit.stage].apply(edit.change)
    }
    return edited
  }
}

extension StageDesign {
  /// The changes that turn `before` into this.
  fileprivate func changes(from before: StageDesign) -> [StageEdit.Change] {
    var changes: [StageEdit.Change] = []
    // Dilation first: afterwards a kernel of 1 may be none to find any more.
    if dilation != before.dilation { changes.append(.dilation(dilation)) }
    if kernel != before.kernel { changes.append(.kernel(kernel)) }
    if smallKernel != before.smallKernel { changes.append(.smallKernel(smallKernel)) }
    if hasShortcuts != before.hasShortcuts { changes.append(.shortcuts(hasShortcuts)) }
    if depth != before.depth { changes.append(.depth(depth)) }
    return changes
  }

  fileprivate mutating func apply(_ change: StageEdit.Change) {
    switch change {
    case .kernel(let side): kernel = side
    case .smallKernel(let side): smallKernel = side
    case .dilation(let step): dilation = step
    case .shortcuts(let are): hasShortcuts = are
    case .depth(let blocks): depth = blocks
    }
  }
}

extension StageEdit {
  /// - Throws: `EditError` for a number that no stage can have.
  func requireRange() throws(EditError) {
    switch change {
    case .kernel(let side), .smallKernel(let side?):
      guard StageDesign.kernels.contains(side) else {
        throw .outside(self, StageDesign.kernels)
      }
      guard side % 2 == 1 else { throw .even(side) }
    case .dilation(let step):
      guard StageDesign.dilations.contains(step) else {
        throw .outside(self, StageDesign.dilations)
      }
    case .depth(let blocks):
      guard StageDesign.depths.contains(blocks) else { throw .outside(self, StageDesign.depths) }
    case .smallKernel(nil), .shortcuts: break
    }
  }
}
