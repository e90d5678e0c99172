/// What people and two networks decide, for reference beside other networks: the cue-conflict experiment
/// of Geirhos et al. (ICLR 2019), 1200 conflicting stimuli.
///
/// Counted from the decision files that the authors published (rgeirhos/texture-vs-shape, raw-data/
/// style-transfer-512-nomask-experiment and, for the networks, ...-trained-CNNs).
public enum PublishedDecisions {
  /// All ten human observers, pooled: 9236 decisions for shape and 398 for texture.
  public static let humans = bias(
    "humans", observers: 10,
    shape: [443, 501, 717, 581, 348, 672, 671, 561, 680, 705, 529, 553, 571, 483, 574, 647],
    texture: [53, 35, 2, 19, 51, 9, 18, 24, 6, 3, 33, 21, 35, 59, 19, 11])

  public static let resNet50 = bias(
    "ResNet-50", shape: [0, 2, 6, 1, 5, 36, 21, 2, 4, 37, 10, 2, 6, 0, 6, 24],
    texture: [40, 38, 25, 44, 34, 28, 30, 38, 41, 15, 39, 37, 44, 43, 39, 37])

  public static let alexNet = bias(
    "AlexNet", shape: [4, 2, 23, 1, 2, 28, 19, 2, 15, 33, 11, 3, 4, 0, 7, 28],
    texture: [43, 31, 17, 34, 35, 30, 31, 37, 36, 15, 36, 37, 46, 44, 32, 33])

  /// Counts by category in alphabetical order; each has 75 conflicting stimuli.
  private static func bias(
    _ subject: String, observers: Int = 1, shape: [Int], texture: [Int]
  ) -> ShapeBias {
    ShapeBias(
      subject: subject,
      counts: zip(shape, texture).map {
        CueCounts(shape: $0, texture: $1, neither: 75 * observers - $0 - $1)
      })
  }
}
