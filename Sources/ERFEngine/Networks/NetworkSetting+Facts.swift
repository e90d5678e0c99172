extension NetworkSetting.Facts {
  /// What `network` has, which may be without its classifier.
  init(_ network: any Architecture, hasClassifier: Bool) {
    let residual = network as? ResNet
    strides = residual?.strides
    dilations = residual?.stages.map(\.dilation)
    outputStride = Self.outputStride(of: network)
    isCaffeStyle = residual?.block == .bottleneck ? residual?.isCaffeStyle : nil
    hasStemPooling = residual.map { $0.stem == .large }
    activations = Self.activations(of: network)
    isTensorFlow = (network as? EfficientNetLite)?.style == .tensorFlow
    epsilon = isTensorFlow ? 1e-3 : 1e-5
    self.hasClassifier = hasClassifier
  }

  private static func outputStride(of network: any Architecture) -> Int? {
    switch network {
    case let network as ResNet: network.stem == .large ? 4 * network.strides.reduce(1, *) : nil
    case is MobileNetV2, is EfficientNetLite: 32
    default: nil
    }
  }

  private static func activations(of network: any Architecture) -> Set<String> {
    switch network {
    case is MobileNetV2, is EfficientNetLite: ["relu6"]
    case is RepLKNet: ["relu", "gelu"]
    default: ["relu"]
    }
  }
}
