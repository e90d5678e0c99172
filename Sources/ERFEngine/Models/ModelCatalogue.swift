/// All network ids, and the parsing of free variants such as
/// `replknet:kernels=31,29,27,13:layers=1,1,2,1:channels=8,16,32,64:small=5:dw=1:classes=10`.
public enum ModelCatalogue {
  /// Every fixed id, in the order to list them.
  public static let ids: [String] =
    RepLKNet.variants.flatMap { [$0.id] + $0.aliases } + ResNet.variants.map(\.id)
    + CifarResNet.depths.map { "resnet\($0)-cifar" } + ["mobilenetv2"]

  /// The forms of free variants, for help.
  public static let freeForms = [
    "replknet:kernels=31,29,27,13:layers=2,2,18,2:channels=128,256,512,1024:small=5:dw=1"
      + ":classes=1000",
    "resnet:block=bottleneck:layers=3,4,6,3:width=64:classes=1000",
    "resnet-cifar:depth=20:classes=10",
    "mobilenetv2:width=1:classes=1000",
  ]

  /// The architecture that `id` names, whatever its case.
  static func architecture(_ id: String) throws(ModelError) -> any Architecture {
    let id = id.lowercased()
    if let found = fixed(id) { return found }
    var fields = try FieldParser(id)
    let architecture: any Architecture
    switch fields.family {
    case "replknet": architecture = try replknet(&fields)
    case "resnet":
      architecture = ResNet(
        block: try fields.choice("block", of: ResNet.Block.allCases, default: .bottleneck),
        layers: try fields.list("layers", 1...200, default: [3, 4, 6, 3], counts: 1...6),
        width: try fields.number("width", 1...1024, default: 64),
        classes: try fields.number("classes", 1...100_000, default: 1000))
    case "resnet-cifar":
      let depth = try fields.number("depth", 8...1202, default: 20)
      guard (depth - 2) % 6 == 0 else {
        throw .badValue(
          id: id, field: "depth", value: "\(depth)", expected: "6n + 2, such as 20 or 56")
      }
      architecture = CifarResNet(
        depth: depth, classes: try fields.number("classes", 1...100_000, default: 10))
    case "mobilenetv2":
      architecture = MobileNetV2(
        width: try fields.decimal("width", 0.05...4, default: 1),
        classes: try fields.number("classes", 1...100_000, default: 1000))
    default: throw .unknown(id: id, nearest: nearest(to: id))
    }
    try fields.finish()
    return architecture
  }

  private static func fixed(_ id: String) -> (any Architecture)? {
    if let variant = RepLKNet.variants.first(where: { $0.id == id || $0.aliases.contains(id) }) {
      return variant.network
    }
    // torchvision writes resnet50, papers ResNet-50.
    if let variant = ResNet.variants.first(where: {
      $0.id == id || $0.id.split(separator: "-").joined() == id
    }) {
      return variant.network
    }
    if let depth = CifarResNet.depths.first(where: { "resnet\($0)-cifar" == id }) {
      return CifarResNet(depth: depth)
    }
    return id == "mobilenetv2" ? MobileNetV2() : nil
  }

  private static func replknet(_ fields: inout FieldParser) throws(ModelError) -> RepLKNet {
    let odd = "odd numbers from 1 to 63"
    let kernels = try fields.list("kernels", 1...63, default: nil, counts: 1...6)
    for kernel in kernels where kernel % 2 == 0 {
      throw .badValue(id: fields.id, field: "kernels", value: "\(kernel)", expected: odd)
    }
    let small = try fields.number("small", 0...63, default: 5)
    guard small == 0 || small % 2 == 1 else {
      throw .badValue(
        id: fields.id, field: "small", value: "\(small)", expected: "0 (none) or an odd number")
    }
    let standard = kernels.count == 4
    let network = RepLKNet(
      kernels: kernels,
      layers: try fields.list(
        "layers", 1...200, default: standard ? [2, 2, 18, 2] : nil, counts: 1...6),
      channels: try fields.list(
        "channels", 1...8192, default: standard ? [128, 256, 512, 1024] : nil, counts: 1...6),
      smallKernel: small == 0 ? nil : small,
      depthwiseRatio: try fields.decimal("dw", 0.25...8, default: 1),
      classes: try fields.number("classes", 1...100_000, default: 1000))
    guard network.layers.count == kernels.count && network.channels.count == kernels.count else {
      throw .unequalLengths(id: fields.id, fields: ["kernels", "layers", "channels"])
    }
    for channels in network.channels where Double(channels) * network.depthwiseRatio < 1 {
      throw .badValue(
        id: fields.id, field: "dw", value: network.depthwiseRatio.shortText,
        expected: "at least one depth-wise channel for \(channels) channels")
    }
    return network
  }

  /// The known id that differs in the fewest letters, where that is few.
  static func nearest(to id: String) -> String? {
    let ranked = ids.map { (id: $0, distance: editDistance($0, id)) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(2, id.count / 3) ? best.id : nil
  }
}

/// The smallest number of insertions, deletions and replacements between two words.
public func editDistance(_ left: String, _ right: String) -> Int {
  let right = Array(right)
  var row = Array(0...right.count)
  for (i, letter) in left.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in right.enumerated() {
      let above = row[j + 1]
      row[j + 1] = min(above + 1, row[j] + 1, diagonal + (letter == other ? 0 : 1))
      diagonal = above
    }
  }
  return row[right.count]
}
