/// What the outputs of a classifier mean, where their number tells.
public enum ClassNames {
  /// The 1000 classes of ImageNet-1K in the order of the networks' outputs.
  public static let imageNet = Assets.lines("imagenet-classes.txt")

  /// The classes of CIFAR-10 in the order of its labels.
  public static let cifar10 = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  /// What the `count` outputs of a classifier mean: what the weights' file says, or else what they
  /// usually are; nil where neither has as many.
  static func likeliest(_ record: TrainingRecord?, usual: [String], count: Int) -> [String]? {
    [record?.classes ?? [], usual].first { $0.count == count && count > 0 }
  }
}
