#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Saving and resuming. A file holds the network as it would be used under `model.`, so that every other
/// command takes it, and under `optimizer.` what going on needs besides.
extension Trainer {
  private static let model = "model."
  private static let optimizer = "optimizer."
  /// Endings of what the optimizer holds for every parameter: its moments and, where the network is a
  /// moving average, the parameter as of the latest step.
  private static let (first, second, latest) = (".first", ".second", ".latest")

  /// Names in the metadata beside those of `TrainingRecord`, which go into converted files too.
  private enum Field {
    static let model = "model"
    static let program = "program"
    static let log = "log"
  }

  private typealias Key = TrainingRecord.Key

  /// Writes the state in one step, so that the file is the old or the new one at any time.
  ///
  /// - Parameters:
  ///   - program: what made it, for the metadata.
  ///   - command: the same, as it was called.
  ///   - outputs: as ``AtomicFile`` takes them.
  /// - Throws: `FileError`.
  public func save(
    to path: String, program: String, command: String, among outputs: OutputVersions? = nil
  ) throws {
    var tensors = state.best.stateDictionary.map { (key: Self.model + $0.key, value: $0.value) }
    if state.average != nil {
      tensors += state.program.stateDictionary.map {
        (Self.optimizer + $0.key + Self.latest, $0.value)
      }
    }
    for (ending, moments) in [
      (Self.first, state.moments.first), (Self.second, state.moments.second),
    ] {
      for (node, values) in zip(state.program.nodes, moments) {
        for (name, value) in zip(node.op.parameterShapes.map(\.name), values) {
          tensors.append((Self.optimizer + node.scope + "." + name + ending, value))
        }
      }
    }
    var metadata = try record(program: program, command: command)
    metadata[Field.log] = try Self.text(state.log)
    try SafetensorsWriter(tensors: tensors, type: .float32, metadata: metadata)
      .write(to: path, among: outputs)
  }

  private func record(program: String, command: String) throws -> [String: String] {
    var metadata = [
      "format": "pt", Field.model: recipe.model, Field.program: program, Key.command: command,
      Key.date: Date.now.formatted(.iso8601.year().month().day()),
      Key.recipe: try Self.text(recipe), Key.steps: "\(state.step)",
      Key.classes: data.classes.joined(separator: "\n"), Key.size: "\(recipe.size)",
    ]
    // What was met so far, not what is planned; and what the weights to begin with had met.
    let largest = [
      startRecord?.largestSize, recipe.sizes.largest(ofFirst: step, seed: recipe.seed),
    ]
    if let largest = largest.compactMap(\.self).max() { metadata[Key.largest] = "\(largest)" }
    if let accuracy = state.log.heldOut { metadata[Key.accuracy] = "\(accuracy)" }
    if !data.hash.isEmpty { metadata[Key.dataHash] = data.hash }
    if !doubts.isEmpty { metadata[FileHints.doubtsKey] = doubts.joined(separator: "\n") }
    return metadata
  }

  /// Writes the network alone, under its usual names.
  ///
  /// - Parameters:
  ///   - maker: what made it, for the metadata; nil: it says nothing.
  ///   - outputs: as for `save`.
  /// - Throws: `FileError`.
  public func saveNetwork(
    to path: String, madeBy maker: (program: String, command: String)? = nil,
    among outputs: OutputVersions? = nil
  ) throws {
    let metadata = try maker.map { try record(program: $0.program, command: $0.command) }
    try SafetensorsWriter(
      tensors: state.best.stateDictionary, type: .float32,
      metadata: metadata ?? ["format": "pt", Field.model: recipe.model]
    ).write(to: path, among: outputs)
  }

  /// Takes over the state that `save` wrote to `path`. The recipe may have more steps than the saved
  /// one: the run goes on to their end.
  ///
  /// - Throws: `CheckpointError`, `TrainingError.notATraining`, `.otherRecipe` and `.otherPictures`.
  public mutating func resume(from path: String) throws {
    let file = try Checkpoint(path: path)
    guard let log = file.metadata[Field.log],
      let step = file.metadata[Key.steps].flatMap({ Int($0) }),
      let log = try? Self.value(log, TrainingLog.self)
    else { throw TrainingError.notATraining(path: path) }
    let recipe = try continued(file)
    var state = TrainingState(self.state.program, recipe: recipe)
    let averages = recipe.averaging > 0
    state.program = try Self.program(
      recipe,
      from: averages
        ? SavedParameters(file: file, prefix: Self.optimizer, ending: Self.latest)
        : SavedParameters(file: file, prefix: Self.model))
    if averages {
      state.average = try Self.program(
        recipe, from: SavedParameters(file: file, prefix: Self.model))
    }
    state.moments = OptimizerMoments(
      first: try moments(in: file, Self.first), second: try moments(in: file, Self.second))
    (state.step, state.log) = (step, log)
    let kept = FileHints.doubts(keptIn: file)
    if !kept.isEmpty { doubts = kept }
    take(state)
  }

  /// The recipe of a file that this training goes on from.
  ///
  /// - Throws: as `resume(from:)`.
  private func continued(_ file: Checkpoint) throws -> TrainingRecipe {
    guard let saved = file.metadata[Key.recipe],
      let recipe = try? Self.value(saved, TrainingRecipe.self)
    else { throw TrainingError.notATraining(path: file.path) }
    var moved = recipe
    if let hash = file.metadata[Key.dataHash], case .folder = recipe.data,
      case .folder(let folder) = self.recipe.data
    {
      guard hash == data.hash else {
        throw TrainingError.otherPictures(folder: folder, expected: hash, found: data.hash)
      }
      // The same pictures are the same data, wherever they lie.
      moved.data = self.recipe.data
    }
    try self.recipe.requireContinuing(moved, path: file.path)
    return recipe
  }

  /// Whether the file at `path` holds weights of this training, such as its best ones so far.
  public func isOwn(_ path: String) -> Bool {
    (try? continued(Checkpoint(path: path))) != nil
  }

  /// Whether the file at `path` holds weights of this training after no more steps than it has done by now, so that
  /// nothing is lost where it is replaced.
  public func isAhead(of path: String) -> Bool {
    guard let file = try? Checkpoint(path: path), (try? continued(file)) != nil,
      let done = file.metadata[Key.steps].flatMap({ Int($0) })
    else { return false }
    return done <= step
  }

  /// The command that wrote the training at `path`; nil where it says none.
  public static func command(savedIn path: String) -> String? {
    (try? Checkpoint(path: path))?.metadata[Key.command]
  }

  /// Refuses to replace what is there, a training that has not come to its end above all.
  ///
  /// - Throws: `TrainingError.unfinished` and `.exists`.
  public static func requireNothing(at path: String) throws {
    guard case .regular = FileKind(of: path) else { return }
    guard let file = try? Checkpoint(path: path),
      let recipe = file.metadata[Key.recipe].flatMap({ try? value($0, TrainingRecipe.self) }),
      let step = file.metadata[Key.steps].flatMap({ Int($0) }), step < recipe.steps
    else { throw TrainingError.exists(path: path) }
    throw TrainingError.unfinished(path: path, step: step, steps: recipe.steps)
  }

  private func moments(in file: Checkpoint, _ ending: String) throws -> [[Tensor]] {
    try state.program.nodes.map { node in
      guard let op = node.op as? any LearningOperator else { return [] }
      let source = SavedParameters(file: file, prefix: Self.optimizer, ending: ending)
      return try op.parameterShapes.prefix(op.learntCount).map {
        try source.parameter(
          Slot(key: node.scope + "." + $0.name, shape: $0.shape, initializer: .constant(0)))
      }
    }
  }

  private static func text(_ value: some Encodable) throws -> String {
    String(decoding: try JSONText.compact(value), as: UTF8.self)
  }

  private static func value<Value: Decodable>(_ text: String, _ type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }
}

/// Parameters of a training checkpoint, between a prefix and an ending.
private struct SavedParameters: ParameterSource {
  let file: Checkpoint
  let prefix: String
  var ending = ""

  func parameter(_ slot: Slot) throws -> Tensor {
    let key = prefix + slot.key + ending
    let tensor = try file.tensor(key)
    guard tensor.shape == slot.shape else {
      throw CheckpointError.malformed(
        path: file.path, reason: "\(key) is \(tensor.shape), expected \(slot.shape)")
    }
    return tensor
  }
}

extension TrainingRecipe {
  /// Whether a run of this recipe can go on from one of `saved`, which may have fewer steps.
  ///
  /// - Throws: `TrainingError.otherRecipe` with the first field that differs.
  fileprivate func requireContinuing(_ saved: TrainingRecipe, path: String) throws(TrainingError) {
    var saved = saved
    // A network may have been given an id of its own since.
    if let id = try? ModelCatalogue.architecture(saved.model).id { saved.model = id }
    if saved.steps < steps { saved.steps = steps }
    guard saved != self else { return }
    let (mine, theirs) = (Mirror(reflecting: self), Mirror(reflecting: saved))
    for (one, other) in zip(mine.children, theirs.children) {
      let (asked, was) = ("\(one.value)", "\(other.value)")
      if asked != was {
        throw .otherRecipe(path: path, field: one.label ?? "", saved: was, asked: asked)
      }
    }
  }
}
