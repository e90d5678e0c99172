// What mmengine's configuration tells of a residual network: strides, dilations and style.

extension FileHints {
  /// The settings of a residual backbone, with mmengine's defaults for what is left out.
  struct Residual {
    /// nil: the file tells them in a way that is not read.
    let strides: [Int]?
    let dilations: [Int]?
    let isCaffeStyle: Bool
    /// Whether the first block of a dilated stage has half its dilation, as in torchvision.
    let contractsDilation: Bool
    /// Dilations of each block of the last stage.
    let hasGrid: Bool
  }

  /// nil: the file says nothing of a residual backbone, or of several that differ.
  var residual: Residual? {
    guard let section = backbones.first, backbones.count == 1 else { return nil }
    let isResidual =
      if case .word(let type)? = section["type"] {
        ["resnet", "resnext"].contains(where: type.lowercased().contains)
      } else {
        section["strides"] != nil || section["dilations"] != nil || section["style"] != nil
      }
    guard isResidual else { return nil }
    return Residual(
      strides: Self.numbers(section["strides"], usual: [1, 2, 2, 2]),
      dilations: Self.numbers(section["dilations"], usual: [1, 1, 1, 1]),
      isCaffeStyle: section["style"] == .word("caffe"),
      contractsDilation: section["contract_dilation"] == .word("True"),
      hasGrid: section["multi_grid"].map { $0 != .word("None") } ?? false)
  }

  private static func numbers(_ value: ConfigurationText.Value?, usual: [Int]) -> [Int]? {
    guard let value else { return usual }
    guard case .numbers(let numbers) = value, numbers.count == usual.count else { return nil }
    return numbers
  }

  /// What the configuration tells, or leaves open, that the ids of networks cannot say.
  func configurationDoubts(about told: any Architecture) -> [String] {
    guard let network = told as? ResNet else { return [] }
    if backbones.count > 1 {
      return [
        "the file's configuration describes \(backbones.count) different backbones: strides and "
          + "dilations are taken as those of \(told.id)"
      ]
    }
    guard let section = backbones.first else { return [] }
    guard let residual else {
      guard case .word(let type)? = section["type"] else { return [] }
      return [
        "the file's configuration calls the backbone \(WeightsMismatch.printable(type)), and it is "
          + "opened as \(told.id): they may differ where shapes do not show it"
      ]
    }
    guard let strides = residual.strides, let dilations = residual.dilations,
      network.strides == strides, network.stages.map(\.dilation) == dilations
    else {
      return [
        "the strides or dilations of the file's configuration could not be read or taken over: they "
          + "are taken as those of \(told.id)"
      ]
    }
    var doubts: [String] = []
    let differing = network.stages.indices.dropFirst().filter { stage in
      let whole = dilations[stage]
      let first = residual.contractsDilation && whole > 1 ? whole / 2 : whole
      return network.dilation(stage: stage, block: 0) != first
    }
    if !differing.isEmpty {
      let stages = differing.map { "\($0 + 1)" }.joined(separator: ", ")
      doubts.append(
        "by the file's configuration the first blocks of \(differing.count > 1 ? "stages" : "stage") "
          + "\(stages) have other dilations than in "
          + "\(told.id), whose map is a little narrower or wider")
    }
    if network.block == .basic, dilations.contains(where: { $0 > 1 }) {
      doubts.append(
        "the file's configuration describes basic blocks whose second convolution has no dilation, unlike "
          + "in \(told.id), whose map is wider")
    }
    if residual.hasGrid {
      doubts.append(
        "the file's configuration gives each block of the last stage a dilation of its own, "
          + "multi_grid, which \(told.id) does not")
    }
    return doubts
  }
}
