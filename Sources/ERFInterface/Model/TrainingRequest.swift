// What a run of training is asked for.

public import ERFEngine

/// Which network is trained on what.
public struct TrainingRequest: Sendable, Equatable {
  public var network: NetworkSpec
  /// A folder with one folder of pictures per class, or with `train` and `val`; nil: the built-in shapes.
  public var folder: String?
  public var threads: Int?

  public init(network: NetworkSpec, folder: String?, threads: Int?) {
    self.network = network
    self.folder = folder
    self.threads = threads
  }
}
