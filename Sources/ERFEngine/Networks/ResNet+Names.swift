// What other libraries call a ResNet's parameters.

extension ResNet {
  /// The CIFAR networks that everybody trains call the downsampling a shortcut; and torchvision's
  /// modules by their numbers in an `nn.Sequential`.
  static let otherNames = [
    ParameterNames(landmark: "conv1.weight", translation: shortcuts),
    ParameterNames.sequential(
      landmark: "4.0.conv1.weight",
      [
        "0": "conv1", "1": "bn1", "4": "layer1", "5": "layer2", "6": "layer3", "7": "layer4",
        "9": "fc", "10": "fc",
      ]),
  ]

  @Sendable
  private static func shortcuts(_ shapes: [String: Shape]) -> ParameterNames.Translation? {
    guard shapes.keys.contains(where: { $0.contains(".shortcut.") }) else { return nil }
    return { name in name.replacing(".shortcut.", with: ".downsample.") }
  }
}
