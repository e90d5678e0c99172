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

/// A network's choices, stage by stage: a value to edit, whose `id` names the result.
///
///     var design = try NetworkDesign(model: "replknet-13")
///     design.stages[2].kernel = 31
///     design.id  // replknet:kernels=13,13,31,13:...
public struct NetworkDesign: Sendable, Equatable {
  private enum Origin: Sendable {
    case builtIn(any Architecture)
    case exported(ExportedDesign)
  }

  private var origin: Origin

  /// - Throws: `ModelError` for an id that names no network; for that of an exported graph what opening
  ///   its file throws.
  public init(model id: String) throws {
    if let exported = ExportedID(id) {
      origin = .exported(try ExportedDesign(exported))
    } else {
      origin = .builtIn(try ModelCatalogue.architecture(id))
    }
  }

  /// The canonical id of the network as it is designed now.
  public var id: String {
    switch origin {
    case .builtIn(let architecture): architecture.id
    case .exported(let design): design.id
    }
  }

  /// What this family of networks leaves open.
  public var openFields: Set<StageField> {
    switch origin {
    case .builtIn(let architecture): type(of: architecture).openFields
    case .exported: ExportedDesign.openFields
    }
  }

  /// Whether `field` can be chosen for this stage: in an exported graph some stages have no kernels, or
  /// no shortcuts.
  public func isOpen(_ field: StageField, stage: Int) -> Bool {
    switch origin {
    case .builtIn: openFields.contains(field)
    case .exported(let design): design.isOpen(field, stage: stage)
    }
  }

  /// What convolutions the stages of an exported graph have; empty for built-in networks, whose stages
  /// have kernels of one kind.
  public var convolutions: [[SpatialConvolutions]] {
    if case .exported(let design) = origin { design.convolutions } else { [] }
  }

  /// One entry a stage; their number is fixed. Values outside the limits make an `id` that is refused.
  public var stages: [StageDesign] {
    get {
      switch origin {
      case .builtIn(let architecture): architecture.stages
      case .exported(let design): design.stages
      }
    }
    set {
      precondition(newValue.count == stages.count, "the number of stages is fixed")
      switch origin {
      case .builtIn(var architecture):
        architecture.stages = newValue
        origin = .builtIn(architecture)
      case .exported(var design):
        design.stages = newValue
        origin = .exported(design)
      }
    }
  }

  /// The design with `field` of `stage` one step further up or down; nil at the end of its range and
  /// where the family does not leave it open.
  public func stepping(_ field: StageField, stage: Int, up: Bool) -> NetworkDesign? {
    guard isOpen(field, stage: stage) else { return nil }
    var next = self
    let step = up ? 1 : -1
    var design = stages[stage]
    switch field {
    case .kernel:
      design.kernel += 2 * step
      guard StageDesign.kernels.contains(design.kernel) else { return nil }
    case .smallKernel:
      // none, 3, 5, ... up to the large kernel
      let side = (design.parallelKernel ?? 1) + 2 * step
      guard side >= 1, side <= design.kernel else { return nil }
      design.smallKernel = side == 1 ? nil : side
    case .dilation:
      design.dilation += step
      guard StageDesign.dilations.contains(design.dilation) else { return nil }
    case .shortcuts:
      guard design.hasShortcuts != up else { return nil }
      design.hasShortcuts = up
    case .depth:
      design.depth += step
      guard StageDesign.depths.contains(design.depth) else { return nil }
    }
    next.stages[stage] = design
    return next
  }

  public static func == (left: NetworkDesign, right: NetworkDesign) -> Bool {
    left.id == right.id
  }
}

extension Architecture {
  /// The member of the family that this is after `edits`.
  ///
  /// - Throws: `EditError` for a stage that it does not have, or a number that is fixed in the family.
  func edited(by edits: [StageEdit]) throws(EditError) -> any Architecture {
    var edited = self
    for edit in edits {
      guard stages.indices.contains(edit.stage) else {
        throw .noStage(edit.stage, of: stages.count)
      }
      let (field, side): (StageField, Int) =
        switch edit.change {
        case .kernel(let side): (.kernel, side)
        case .smallKernel(let side): (.smallKernel, side ?? 1)
        case .dilation: (.dilation, 1)
        case .noShortcuts: (.shortcuts, 1)
        }
      guard Self.openFields.contains(field) else { throw .nothingToEdit(edit) }
      guard side % 2 == 1 else { throw .even(side) }
      edited.stages[edit.stage].apply(edit.change)
    }
    return edited
  }
}

extension StageDesign {
  fileprivate mutating func apply(_ change: StageEdit.Change) {
    switch change {
    case .kernel(let side): kernel = side
    case .smallKernel(let side): smallKernel = side
    case .dilation(let step): dilation = step
    case .noShortcuts: hasShortcuts = false
    }
  }
}
