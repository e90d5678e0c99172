/// What people decide, for reference beside networks: all ten observers of the cue-conflict
/// experiment of Geirhos et al. (ICLR 2019), 1200 conflicting stimuli each, pooled.
///
/// Counted from the decision files that the authors published (rgeirhos/texture-vs-shape,
/// raw-data/style-transfer-512-nomask-experiment): 9236 decisions for shape and 398 for texture.
public enum HumanObservers {
  public static let observers = 10

  private static let decided: [(category: ObjectCategory, shape: Int, texture: Int)] = [
    (.airplane, 443, 53), (.bear, 501, 35), (.bicycle, 717, 2), (.bird, 581, 19),
    (.boat, 348, 51), (.bottle, 672, 9), (.car, 671, 18), (.cat, 561, 24), (.chair, 680, 6),
    (.clock, 705, 3), (.dog, 529, 33), (.elephant, 553, 21), (.keyboard, 571, 35),
    (.knife, 483, 59), (.oven, 574, 19), (.truck, 647, 11),
  ]

  /// The observers as one decision maker.
  public static let pooled = ShapeBias(
    subject: "humans",
    // 75 conflicting stimuli a category.
    counts: decided.map {
      CueCounts(
        shape: $0.shape, texture: $0.texture,
        neither: 75 * observers - $0.shape - $0.texture)
    })
}
