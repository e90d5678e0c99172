/// What one decision maker said to one stimulus: a row of a decision file.
public struct CueDecision: Sendable, Hashable {
  /// Which of the two cues a decision follows.
  public enum Cue: Sendable, Hashable { case shape, texture, neither }

  /// Who decided: `resnet50`, `subject-01`.
  public var subject: String
  /// File name of the stimulus, without the prefix of decision files.
  public var image: String
  public var shape: ObjectCategory
  public var texture: ObjectCategory
  /// Nil: no answer, or one that is not among the 16 categories.
  public var response: ObjectCategory?
  /// What was answered where that is not one of the 16 categories: such a decision counts for no cue, and
  /// not for neither of them.
  public var foreignResponse: String?

  /// The shape that the image's name tells, where `shape` is another one.
  public var namedShape: ObjectCategory?

  public init(
    subject: String, image: String, shape: ObjectCategory, texture: ObjectCategory,
    response: ObjectCategory?, foreignResponse: String? = nil,
    namedShape: ObjectCategory? = nil
  ) {
    self.subject = subject
    self.image = image
    self.shape = shape
    self.texture = texture
    self.response = response
    self.foreignResponse = foreignResponse
    self.namedShape = namedShape
  }

  public var isConflict: Bool { shape != texture }

  /// Nil: the answer is not one of the 16 categories.
  ///
  /// - Precondition: the cues conflict.
  public var cue: Cue? {
    precondition(isConflict)
    guard foreignResponse == nil else { return nil }
    switch response {
    case shape: return .shape
    case texture: return .texture
    default: return .neither
    }
  }
}
