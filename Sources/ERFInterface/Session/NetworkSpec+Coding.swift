// Networks of a session as JSON: source, weights, edits and fit as values of their own. What version 1
// wrote, ids and words alone, is read too.

import ERFEngine

extension NetworkSpec {
  /// - Parameter hash: that of its weights, or of the saved map in its place, where their file had one as the
  ///   session was written.
  init(_ field: JSONField, hash: inout String?) throws(SessionError) {
    // A model's name alone stands for it with the weights that one would expect.
    if case .text(let model) = field.value {
      self.init(shown: model)
      try requireDesign(field)
      return
    }
    guard case .object(let fields) = field.value, fields["model"] != nil else {
      self = try field.object { (reader) throws(SessionError) in
        try NetworkSpec(&reader, hash: &hash)
      }
      return
    }
    self = try field.object { (reader) throws(SessionError) in
      try NetworkSpec(version1: &reader)
    }
  }

  private init(
    _ reader: inout JSONObjectReader, hash: inout String?
  ) throws(SessionError) {
    let field = try reader.required("source")
    let (source, mapHash) = try NetworkSource.withHash(field)
    var weights: (source: WeightsSource, key: String?, hash: String?)?
    if let field = reader.field("weights") { weights = try WeightsSource.withKey(field) }
    self.init(shown: source, weights: weights?.source)
    weightsKey = weights?.key
    hash = savedMap == nil ? weights?.hash : mapHash
    try readOptions(&reader)
    if let field = reader.field("fit") { fit = try WeightFit(field) }
    if let size = reader.field("zeroesUnreached") { zeroesUnreached = try InputSize(size) }
    try requireDesign(field)
    guard let list = reader.field("edits") else { return }
    for stage in try list.list(0...100) { edits += try StageEdit.list(stage) }
    try requireDesign(list)
  }

  mutating func readOptions(_ reader: inout JSONObjectReader) throws(SessionError) {
    allowsMissingHead = try reader.field("allowsMissingHead")?.bool() ?? false
    ignoresExtra = try reader.field("ignoresExtra")?.bool() ?? false
    if let prepared = reader.field("preprocessing") {
      preprocessing = try PreprocessingChoice(prepared)
    }
    classes = try reader.field("classes")?.text()
  }

  /// Files are looked into when they are opened, ids and edits of built-in networks here.
  func requireDesign(_ field: JSONField) throws(SessionError) {
    guard case .catalogue = source else { return }
    do {
      _ = try NetworkDesign(self)
    } catch {
      throw .refused(path: field.path, reason: "\(error)")
    }
  }

  func json(hash: String?) -> JSONValue {
    var fields: [String: JSONValue] = [
      "weights": weights.json(key: weightsKey, hash: savedMap == nil ? hash : nil), "fit": fit.json,
    ]
    fields["source"] = source.json(hash: savedMap == nil ? nil : hash)
    if isEdited { fields["edits"] = .list(edits.json) }
    if allowsMissingHead { fields["allowsMissingHead"] = .bool(true) }
    if ignoresExtra { fields["ignoresExtra"] = .bool(true) }
    if preprocessing != .own { fields["preprocessing"] = preprocessing.json }
    if let classes { fields["classes"] = .text(classes) }
    if let zeroesUnreached { fields["zeroesUnreached"] = zeroesUnreached.json }
    return .object(fields)
  }
}

extension NetworkSource {
  /// `{"catalogue": ID}` or `{"file": PATH}`, of a saved map `{"file": PATH, "hash": HASH}`.
  fileprivate static func withHash(
    _ field: JSONField
  ) throws(SessionError) -> (source: NetworkSource, hash: String?) {
    try field.object { (reader) throws(SessionError) in
      switch (reader.field("catalogue"), reader.field("file")) {
      case (let id?, nil): return (.catalogue(try id.text()), nil)
      case (nil, let file?):
        let path = try file.text()
        guard SavedMap.isSaved(path) else { return (.file(path), nil) }
        return (.file(path), try reader.field("hash")?.text())
      default: throw field.expected(#"{"catalogue": ID} or {"file": PATH}"#)
      }
    }
  }

  fileprivate func json(hash: String?) -> JSONValue {
    switch self {
    case .catalogue(let id): return .object(["catalogue": .text(id)])
    case .file(let path):
      var fields = ["file": JSONValue.text(path)]
      if let hash { fields["hash"] = .text(hash) }
      return .object(fields)
    }
  }
}

// MARK: Edits

extension StageEdit {
  /// What is changed of one stage, counted from 1: `{"stage": 3, "kernel": 31}`.
  fileprivate static func list(_ field: JSONField) throws(SessionError) -> [StageEdit] {
    try field.object { (reader) throws(SessionError) in
      let stage = try reader.required("stage").integer(1...100) - 1
      var changes: [Change] = []
      // In the order in which designs tell of changes.
      if let step = reader.field("dilation") {
        changes.append(.dilation(try step.integer(StageDesign.dilations)))
      }
      if let side = reader.field("kernel") {
        changes.append(.kernel(try side.integer(StageDesign.kernels)))
      }
      if let small = reader.field("small") {
        let side = try small.integer(0...StageDesign.kernels.upperBound)
        changes.append(.smallKernel(side == 0 ? nil : side))
      }
      if let are = reader.field("shortcuts") { changes.append(.shortcuts(try are.bool())) }
      if let blocks = reader.field("depth") {
        changes.append(.depth(try blocks.integer(StageDesign.depths)))
      }
      return changes.map { StageEdit(stage: stage, $0) }
    }
  }
}

extension [StageEdit] {
  /// One object a stage.
  fileprivate var json: [JSONValue] {
    Set(map(\.stage)).sorted().map { stage in
      var fields = ["stage": JSONValue.number(Double(stage + 1))]
      for edit in self where edit.stage == stage {
        switch edit.change {
        case .kernel(let side): fields["kernel"] = .number(Double(side))
        case .smallKernel(let side): fields["small"] = .number(Double(side ?? 0))
        case .dilation(let step): fields["dilation"] = .number(Double(step))
        case .shortcuts(let are): fields["shortcuts"] = .bool(are)
        case .depth(let blocks): fields["depth"] = .number(Double(blocks))
        }
      }
      return .object(fields)
    }
  }
}

// MARK: Weights

extension WeightsSource {
  /// `"trained"`, `{"random": SEED}` or `{"file": PATH, "key": KEY, "hash": HASH}`.
  fileprivate static func withKey(
    _ field: JSONField
  ) throws(SessionError) -> (source: WeightsSource, key: String?, hash: String?) {
    if case .text = field.value {
      guard case .text("trained") = field.value else {
        throw field.expected(#""trained", {"random": SEED} or {"file": PATH}"#)
      }
      return (.trained, nil, nil)
    }
    return try field.object { (reader) throws(SessionError) in
      if let seed = reader.field("random") { return (.random(seed: try seed.seed()), nil, nil) }
      let path = try reader.required("file")
      guard try !path.text().isEmpty else { throw path.expected("the path of a file") }
      let key = try reader.field("key")?.text()
      return (.file(try path.text()), key, try reader.field("hash")?.text())
    }
  }

  fileprivate func json(key: String?, hash: String?) -> JSONValue {
    switch self {
    case .trained: return .text("trained")
    case .random(let seed): return .object(["random": .seed(seed)])
    case .file(let path):
      var fields = ["file": JSONValue.text(path)]
      if let key { fields["key"] = .text(key) }
      if let hash { fields["hash"] = .text(hash) }
      return .object(fields)
    }
  }
}

extension WeightFit {
  /// `"crop"`, `"interpolate"` or `{"reinitialise": SEED}`.
  fileprivate init(_ field: JSONField) throws(SessionError) {
    switch field.value {
    case .text("crop"): self = .crop
    case .text("interpolate"): self = .interpolate
    case .object:
      self = .reinitialise(
        seed: try field.object { (reader) throws(SessionError) in
          try reader.required("reinitialise").seed()
        })
    default: throw field.expected(#""crop", "interpolate" or {"reinitialise": SEED}"#)
    }
  }

  fileprivate var json: JSONValue {
    switch self {
    case .crop: .text("crop")
    case .interpolate: .text("interpolate")
    case .reinitialise(let seed): .object(["reinitialise": .seed(seed)])
    }
  }

  /// For people.
  var name: String {
    switch self {
    case .crop: "crop"
    case .interpolate: "interpolate"
    case .reinitialise(let seed): "reinitialise:\(seed)"
    }
  }
}

extension JSONField {
  /// A whole number, as digits in quotes where it is too large for other programs' numbers.
  fileprivate func seed() throws(SessionError) -> UInt64 {
    if case .text(let digits) = value, let seed = UInt64(digits) { return seed }
    guard case .number(let number) = value, let seed = UInt64(exactly: number) else {
      throw expected("a whole number that is not negative")
    }
    return seed
  }
}

extension JSONValue {
  fileprivate static func seed(_ seed: UInt64) -> JSONValue {
    seed < 1 << 49 ? .number(Double(seed)) : .text("\(seed)")
  }
}
