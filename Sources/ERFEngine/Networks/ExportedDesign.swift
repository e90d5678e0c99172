/// The stages of an exported graph, and what is chosen for them.
struct ExportedDesign: Sendable {
  let path: String
  /// As the file has them.
  let original: [StageDesign]
  var stages: [StageDesign]
  /// The graph as the file has it.
  private let blueprint: Blueprint
  /// Of the stages as they were when this was made.
  let convolutions: [[SpatialConvolutions]]

  /// What an exported graph leaves open.
  static let openFields: Set<StageField> = [.kernel, .dilation, .shortcuts]

  var id: String { ExportedID.text(path, stages, original: original) }

  /// Whether `field` of a stage is there to be chosen.
  func isOpen(_ field: StageField, stage: Int) -> Bool { original[stage].isOpenInExports(field) }

  /// Reads the graph's structure.
  ///
  /// - Throws: `ONNXError`, `FileError`, ``ModelError`` for edits that do not fit.
  init(_ id: ExportedID) throws {
    let file = try ONNXGraphs.shared.network(path: id.path).blueprint
    let original = file.stageDesigns
    try self.init(file, path: id.path, edits: id.stages(original).edits(from: original))
  }

  /// The graph at `path` after `edits`.
  ///
  /// - Throws: `ONNXError`, `FileError`, ``EditError``, `CancellationError`.
  init(path: String, edits: [StageEdit], cancellation: Cancellation = Cancellation()) throws {
    let file = try ONNXGraphs.shared.network(path: path, cancellation: cancellation).blueprint
    try self.init(file, path: path, edits: edits)
  }

  /// The same after `edits`.
  ///
  /// - Throws: ``EditError``.
  func edited(by edits: [StageEdit]) throws -> ExportedDesign {
    try ExportedDesign(blueprint, path: path, edits: self.edits + edits)
  }

  private init(_ file: Blueprint, path: String, edits: [StageEdit]) throws {
    self.path = path
    blueprint = file
    original = file.stageDesigns
    stages = try original.editedExport(by: edits, path: path)
    convolutions = try file.edited(by: edits, fit: .crop).spatialConvolutions
  }

  /// The edits that turn the file's stages into these.
  var edits: [StageEdit] { stages.edits(from: original) }
}

extension StageDesign {
  /// Whether `field` can be chosen for this stage of an exported graph, as its file has it.
  fileprivate func isOpenInExports(_ field: StageField) -> Bool {
    switch field {
    case .kernel, .dilation: kernel > 0
    case .shortcuts: hasShortcuts
    case .smallKernel, .depth: false
    }
  }
}

extension [StageDesign] {
  /// Those of the exported graph at `path` after `edits`.
  ///
  /// - Throws: ``EditError``.
  func editedExport(by edits: [StageEdit], path: String) throws(EditError) -> [StageDesign] {
    try edited(by: edits) { edit throws(EditError) in
      guard ExportedDesign.openFields.contains(edit.change.field) else {
        throw .fixed(edit.change.field, of: path.fileName)
      }
      guard self[edit.stage].isOpenInExports(edit.change.field) else { throw .nothingToEdit(edit) }
    }
  }
}

extension Blueprint {
  /// What can be chosen for each stage: the side and dilation of its largest kernels, 0 where it has none
  /// to choose, and whether blocks have shortcuts.
  var stageDesigns: [StageDesign] {
    stages.indices.map { stage in
      let large = largeKernels(ofStage: stage)
      let dilations = large.compactMap { index -> Int? in
        if case .sliding(let window) = nodes[index].op.window { window.dilation } else { nil }
      }
      let blocks = Set(nodes.filter { $0.stage == stage && $0.role == .block }.map(\.block))
      return StageDesign(
        kernel: large.first.flatMap { nodes[$0].kernelSide } ?? 0,
        dilation: dilations.max() ?? 1,
        hasShortcuts: nodes.indices.contains { isShortcut($0, ofStage: stage) },
        depth: blocks.count)
    }
  }
}
