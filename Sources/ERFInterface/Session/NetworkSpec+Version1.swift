// Networks as version 1 of the session format wrote them: ids and words. Read, and never written again.

import ERFEngine

extension NetworkSpec {
  /// Ids and words: `edited` is the free id that the edits make of `model`.
  init(version1 reader: inout JSONObjectReader) throws(SessionError) {
    let model = try reader.required("model")
    let weights = try reader.field("weights").map { (field) throws(SessionError) in
      try WeightsSource(version1: field)
    }
    self.init(shown: try model.text(), weights: weights)
    try requireDesign(model)
    if let edited = reader.field("edited") { try set(version1: edited) }
    weightsKey = try reader.field("weightsKey")?.text()
    try readOptions(&reader)
    if let field = reader.field("fit") { fit = try WeightFit(version1: field) }
  }

  private mutating func set(version1 field: JSONField) throws(SessionError) {
    let text = try field.text()
    do {
      let (wanted, original) = (try NetworkDesign(model: text), try NetworkDesign(model: model))
      guard let edits = wanted.edits(from: original) else {
        throw SessionError.refused(
          path: field.path, reason: "\(text.sanitised) is not an edit of \(model.sanitised)")
      }
      self.edits = edits
    } catch let error as SessionError {
      throw error
    } catch {
      throw .refused(path: field.path, reason: "\(error)")
    }
  }
}

extension WeightFit {
  /// `crop`, `interpolate` or `reinitialise:SEED`.
  fileprivate init(version1 field: JSONField) throws(SessionError) {
    let text = try field.text()
    if text == "crop" {
      self = .crop
    } else if text == "interpolate" {
      self = .interpolate
    } else if text.hasPrefix("reinitialise:"),
      let seed = UInt64(text.dropFirst("reinitialise:".count))
    {
      self = .reinitialise(seed: seed)
    } else {
      throw field.expected("crop, interpolate or reinitialise:SEED")
    }
  }
}

extension WeightsSource {
  /// `trained`, `random:SEED` or the path of a checkpoint.
  fileprivate init(version1 field: JSONField) throws(SessionError) {
    let text = try field.text()
    if text == "trained" {
      self = .trained
      return
    }
    guard text.hasPrefix("random:") else {
      guard !text.isEmpty else {
        throw field.expected("trained, random:SEED or the path of a file")
      }
      self = .file(text)
      return
    }
    guard let seed = UInt64(text.dropFirst("random:".count)) else {
      throw field.expected("random:SEED with a whole number")
    }
    self = .random(seed: seed)
  }
}
