// Networks of the same names and shapes in one library: timm's own EfficientNet-Lites, and TensorFlow's.

extension FileHints {
  /// Where an EfficientNet-Lite under timm's names was trained, by its name in the file or else the file's
  /// own; nil: nothing tells, or two names that differ.
  var liteStyle: EfficientNetLite.Style? {
    guard hasTimmNames else { return nil }
    let inside = names.compactMap(Self.liteStyle)
    let told = Set(inside.isEmpty ? [fileName].compactMap(Self.liteStyle) : inside)
    return told.count == 1 ? told.first : nil
  }

  /// timm calls them `efficientnet_lite0` and `tf_efficientnet_lite0`.
  private static func liteStyle(_ name: String) -> EfficientNetLite.Style? {
    guard name.contains("efficientnet_lite") else { return nil }
    return name.contains("tf_efficientnet_lite") ? .tensorFlow : .torch
  }

  /// What remains open where nothing tells which of the two `network` is.
  func twinDoubts(about network: any Architecture) -> [String] {
    guard let network = network as? EfficientNetLite, network.style == .tensorFlow, hasTimmNames,
      liteStyle == nil
    else { return [] }
    var twin = network
    twin.style = .torch
    return [
      "it is opened as TensorFlow's \(network.id): timm's own \(twin.id) has the same names and shapes, "
        + "and other padding, norms and preparation of pictures"
    ]
  }
}
