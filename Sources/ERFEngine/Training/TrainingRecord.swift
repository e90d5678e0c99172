#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a file of weights says of its training.
public struct TrainingRecord: Sendable, Hashable {
  /// Side of the inputs that the network was measured at.
  public let size: Int
  /// The largest side that it was trained at.
  public let largestSize: Int
  /// Names by class; empty where the file has none.
  public let classes: [String]
  /// Share of the held-out pictures that were named rightly.
  public let accuracy: Double?

  /// nil: the metadata tells of no training.
  public init?(metadata: [String: String]) {
    struct Sizes: Decodable {
      let size: Int?
    }
    let named = metadata[Key.size].flatMap { Int($0) }
    // Files of the first version have the size in their recipe alone.
    let old = metadata[Key.recipe].flatMap {
      try? JSONDecoder().decode(Sizes.self, from: Data($0.utf8)).size
    }
    guard let size = named ?? old, (1...1 << 16).contains(size) else { return nil }
    self.size = size
    let largest = metadata[Key.largest].flatMap { Int($0) } ?? size
    largestSize = min(1 << 16, max(size, largest))
    classes = metadata[Key.classes].map { $0.split(separator: "\n").map(String.init) } ?? []
    accuracy = metadata[Key.accuracy].flatMap { Double($0) }
  }

  /// What the file that `spec` names says; nil: nothing, or there is no file.
  public init?(of spec: NetworkSpec) {
    let metadata: [String: String]?
    switch spec.weights {
    case .random: return nil
    case .trained:
      metadata = (spec.weightsModel ?? spec.model).flatMap {
        try? ShippedWeights.metadata(of: $0)
      }
    case .file(let path) where path.lowercased().hasSuffix(".safetensors"):
      metadata = try? Checkpoint(path: path).metadata
    // No other format has metadata.
    case .file: return nil
    }
    guard let metadata else { return nil }
    self.init(metadata: metadata)
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

  /// What to know of the fields of the network `model`: `trained at 96 px; 37, 83 and 85 % of the
  /// kernel weights of stages 2, 3 and 4 met no pixel`. nil: every weight did.
  public func reachNote(model: String) -> String? {
    let size = InputSize(height: largestSize, width: largestSize)
    guard let reach = try? KernelReach(model: model, size: size), !reach.isWhole else { return nil }
    return "trained at \(largestSize) px; " + reach.unreachedText + " met no pixel"
  }
}

extension KernelReach {
  /// `83 % of the kernel weights of stage 3`, `37 and 85 % of the kernel weights of stages 2 and 4`.
  public var unreachedText: String {
    let parts = stages.enumerated().filter { $1.reached < $1.weights }
    let shares = parts.map { "\(max(1, Int((100 * (1 - $1.share)).rounded())))" }
    let numbers = parts.map { "\($0.offset + 1)" }
    return "\(Self.list(shares)) % of the kernel weights of stage\(numbers.count > 1 ? "s" : "") "
      + Self.list(numbers)
  }

  private static func list(_ words: [String]) -> String {
    guard words.count > 1, let last = words.last else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }
}
