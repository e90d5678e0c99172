// Telling a RepLKNet by the names and shapes of a file's parameters.

extension RepLKNet {
  static let landmark = "stem.0.conv.weight"
  static let head = "head"

  /// Kernels, widths and depths from shapes. What shapes do not tell is as usual: no dilation, all
  /// shortcuts, a small kernel of 5 where kernels are merged already.
  init?(recognising weights: WeightDictionary) {
    guard let stem = weights[Self.landmark], stem.rank == 4 else { return nil }
    let count = weights.count("stages.")
    guard count > 0 else { return nil }
    channels = [stem[0]]
    for stage in 0..<count - 1 {
      guard let shape = weights["transitions.\(stage).0.conv.weight"], shape.rank == 4 else {
        return nil
      }
      channels.append(shape[0])
    }
    stages = []
    for stage in 0..<count {
      guard let design = Self.stage(stage, in: weights) else { return nil }
      stages.append(design)
    }
    depthwiseRatio = Self.ratio(weights["stages.0.blocks.0.pw1.conv.weight"], over: channels[0])
    classes = weights.classes(head: Self.head) ?? 1000
    preprocessing = .imageNet
    let isMerged = weights["stages.0.blocks.0.large_kernel.lkb_reparam.weight"] != nil
    let same = Self.variants.map(\.network).first { isSame($0, merged: isMerged) }
    guard let variant = same else { return }
    // Networks of other numbers of classes are trained like the variant that they were made from.
    preprocessing = variant.preprocessing
    stages = variant.stages
  }

  private static func stage(_ stage: Int, in weights: WeightDictionary) -> StageDesign? {
    let blocks = weights.count("stages.\(stage).blocks.")
    let scopes = stride(from: 0, to: blocks, by: 2).map {
      "stages.\(stage).blocks.\($0).large_kernel."
    }
    let merged = weights.kernel(scopes.map { $0 + "lkb_reparam.weight" })
    guard let kernel = merged ?? weights.kernel(scopes.map { $0 + "lkb_origin.conv.weight" })
    else { return nil }
    let small = weights.kernel(scopes.map { $0 + "small_conv.conv.weight" })
    return StageDesign(
      kernel: kernel, smallKernel: merged == nil ? small : 5, depth: (blocks + 1) / 2)
  }

  /// The ratio that gives back the width of the depth-wise convolution.
  private static func ratio(_ shape: Shape?, over channels: Int) -> Double {
    guard let width = shape?.extents.first, channels > 0 else { return 1 }
    let ratio = Double(width) / Double(channels)
    return Int(Double(channels) * ratio) == width ? ratio : ratio.nextUp
  }

  /// Whether `variant` has the same parameters but for its head and the kernels that merging takes away.
  private func isSame(_ variant: RepLKNet, merged: Bool) -> Bool {
    variant.channels == channels && variant.depthwiseRatio == depthwiseRatio
      && variant.stages.count == stages.count
      && zip(variant.stages, stages).allSatisfy {
        $0.kernel == $1.kernel && $0.depth == $1.depth
          && (merged || $0.parallelKernel == $1.parallelKernel)
      }
  }
}
