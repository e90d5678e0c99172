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

  /// What `spec` says: the network of its source with its edits.
  ///
  /// - Throws: `ModelError`, `EditError`; `CheckpointError` where a file has to say which network it is;
  ///   `CancellationError`.
  public init(_ spec: NetworkSpec, cancellation: Cancellation = Cancellation()) throws {
    let named = try spec.named { try OpenedNetwork($0, cancellation: cancellation) }
    switch named.source {
    case .catalogue(let id):
      origin = .builtIn(try ModelCatalogue.architecture(id).edited(by: spec.edits))
    case .file(let path):
      origin = .exported(
        try ExportedDesign(path: path, edits: spec.edits, cancellation: cancellation))
    }
  }

  /// That of a network that is open.
  ///
  /// - Throws: as `init(_:cancellation:)`.
  public init(_ opened: OpenedNetwork) throws {
    if let path = opened.spec.exportedGraph {
      origin = .exported(try ExportedDesign(path: path, edits: opened.spec.edits))
    } else {
      origin = .builtIn(try ModelCatalogue.architecture(opened.id))
    }
  }

  /// The same after `edits`; no file is read for it.
  ///
  /// - Throws: `EditError`.
  public func edited(by edits: [StageEdit]) throws -> NetworkDesign {
    var edited = self
    switch origin {
    case .builtIn(let architecture):
      edited.origin = .builtIn(try architecture.edited(by: edits))
    case .exported(let design): edited.origin = .exported(try design.edited(by: edits))
    }
    return edited
  }

  /// The canonical id of the network as it is designed now.
  public var id: String {
    switch origin {
    case .builtIn(let architecture): architecture.id
    case .exported(let design): design.id
    }
  }

  /// The id with all numbers spelt out: an edited network is not called by the name of one that has weights of
  /// its own.
  public var spelledOut: String {
    switch origin {
    case .builtIn(let architecture): architecture.freeID
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

extension NetworkDesign {
  /// The edits that turn `original` into this, in the order of stages; nil where no edits of stages do:
  /// another family, other channels or classes.
  public func edits(from original: NetworkDesign) -> [StageEdit]? {
    guard stages.count == original.stages.count else { return nil }
    let edits = stages.edits(from: original.stages)
    switch (origin, original.origin) {
    case (.builtIn, .builtIn(let architecture)):
      return (try? architecture.edited(by: edits))?.id == id ? edits : nil
    case (.exported(let design), .exported(let before)):
      return PathKey.areSame(design.path, before.path) ? edits : nil
    default: return nil
    }
  }
}

extension Architecture {
  /// The member of the family that this is after `edits`.
  ///
  /// - Throws: `EditError` for a stage that it does not have, or a number that is fixed in the family or
  ///   out of range.
  func edited(by edits: [StageEdit]) throws(EditError) -> any Architecture {
    var edited = self
    edited.stages = try stages.edited(by: edits) { edit throws(EditError) in
      guard Self.openFields.contains(edit.change.field) else {
        throw .fixed(edit.change.field, of: id)
      }
    }
    return edited
  }
}
