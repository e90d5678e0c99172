/// The small trained networks that ship with the program; `make assets` trains them.
public enum ShippedWeights {
  private static let suffix = ".safetensors"

  /// Canonical ids of the networks that have some.
  public static let models = Assets.names.filter { $0.hasSuffix(suffix) }.map {
    String($0.dropLast(suffix.count))
  }

  /// What the weights' file says of their making.
  ///
  /// - Throws: `ModelError.noTrainedWeights`.
  public static func metadata(of model: String) throws -> [String: String] {
    try checkpoint(of: ModelCatalogue.architecture(model)).metadata
  }

  static func checkpoint(of architecture: any Architecture) throws -> Checkpoint {
    guard models.contains(architecture.id) else {
      throw ModelError.noTrainedWeights(architecture.id, models: models)
    }
    return try Checkpoint(asset: architecture.id + suffix)
  }
}
