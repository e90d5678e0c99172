#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a file of weights says of its training.
public struct TrainingRecord: Sendable, Hashable {
  /// Side of the inputs that the network was measured at.
  public let size: Int
  /// The largest side that it, or the weights that its training began with, met in training.
  public let largestSize: Int
  /// Names by class; empty where the file has none.
  public let classes: [String]
  /// Share of the held-out pictures that were named rightly.
  public let accuracy: Double?
  /// Whether it was trained on the silhouettes that the program draws, and on no photograph.
  public let isOfShapes: Bool

  /// How many of the steps that were planned were done, where those are fewer.
  public let progress: Progress?

  /// Steps that were done, of so many.
  public struct Progress: Sendable, Hashable {
    public let step: Int
    public let steps: Int

    /// `38 of 300 steps`.
    public var text: String { "\(step) of \(steps.counted("step"))" }
  }

  /// nil: the metadata tells of no training.
  public init?(metadata: [String: String]) {
    struct Sizes: Decodable {
      let size: Int?
    }
    struct Plan: Decodable {
      let steps: Int
    }
    struct Pictures: Decodable {
      struct Kind: Decodable {
        struct Shapes: Decodable {}
        let shapes: Shapes?
      }
      let data: Kind
    }
    func recipe<Part: Decodable>(_ type: Part.Type) -> Part? {
      metadata[Key.recipe].flatMap { try? JSONDecoder().decode(type, from: Data($0.utf8)) }
    }
    let named = metadata[Key.size].flatMap { Int($0) }
    // Files of the first version have the size in their recipe alone.
    let old = recipe(Sizes.self)?.size
    guard let size = named ?? old, (1...1 << 16).contains(size) else { return nil }
    self.size = size
    let largest = metadata[Key.largest].flatMap { Int($0) } ?? size
    largestSize = (1...1 << 16).contains(largest) ? largest : size
    classes =
      metadata[Key.classes].map { $0.unicodeScalars.split(separator: "\n").map { String($0) } }
      ?? []
    accuracy = metadata[Key.accuracy].flatMap { Double($0) }
    let (done, planned) = (metadata[Key.steps].flatMap { Int($0) }, recipe(Plan.self)?.steps)
    progress =
      if let done, let planned, (0..<planned).contains(done) {
        Progress(step: done, steps: planned)
      } else {
        nil
      }
    isOfShapes = recipe(Pictures.self)?.data.shapes != nil
  }

  enum Key {
    static let recipe = "training.recipe"
    static let steps = "training.steps"
    static let accuracy = "training.accuracy"
    static let command = "training.command"
    static let date = "training.date"
    static let classes = "training.classes"
    static let size = "training.size"
    static let largest = "training.largest_size"
    static let dataHash = "training.data_hash"
  }
}
