/// All network ids, and the parsing of free variants such as
/// `replknet:kernels=31,29,27,13:layers=1,1,2,1:channels=8,16,32,64:small=5:dw=1:classes=10`.
public enum ModelCatalogue {
  static let families: [any Architecture.Type] = [
    RepLKNet.self, ResNet.self, CifarResNet.self, MobileNetV2.self, EfficientNetLite.self,
  ]

  /// Every fixed id, in the order to list them.
  public static let ids: [String] = families.flatMap { fixedIDs(of: $0) }

  /// The forms of free variants, for help.
  public static let freeForms = families.map { $0.freeForm }

  /// The architecture of that name, whatever its case.
  static func architecture(_ name: String) throws(ModelError) -> any Architecture {
    let id = name.lowercased()
    for family in families {
      if let found = fixed(id, of: family) { return found }
    }
    guard let family = families.first(where: { id.hasPrefix($0.family + ":") }) else {
      throw .unknown(id: name, nearest: nearest(to: id))
    }
    var fields = try FieldParser(id)
    let architecture = try family.init(&fields)
    try fields.finish()
    return architecture
  }

  private static func fixedIDs(of family: (some Architecture).Type) -> [String] {
    family.variants.flatMap(\.ids)
  }

  /// The variant called `id`, with or without dashes: torchvision writes resnet50, papers ResNet-50.
  private static func fixed<Family: Architecture>(
    _ id: String, of family: Family.Type
  ) -> Family? {
    family.variants.first { variant in
      variant.ids.contains { $0 == id || $0.split(separator: "-").joined() == id }
    }?.network
  }

  /// The known id that differs in the fewest letters, where that is few.
  static func nearest(to id: String) -> String? {
    nearestWord(to: id, among: ids)
  }
}

/// The known word that differs from `word` in the fewest letters, where that is few.
public func nearestWord(to word: String, among known: [String]) -> String? {
  // Nothing known is nearly as long, and distances to it would take a while.
  guard word.utf8.count <= 200 else { return nil }
  let ranked = known.map { (word: $0, distance: editDistance($0, word.lowercased())) }
  guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
  return best.distance <= max(2, word.count / 3) ? best.word : nil
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
