/// A network without an id of its own, told by the one with an id that is most like it.
public struct NamedNetwork: Sendable, Equatable {
  /// `replknet-13-nano`
  public let id: String
  /// What differs from that: `classes 16`.
  public let differences: [String]

  /// Nil for networks that have ids, and for those that are not built in.
  public init?(nearestTo id: String) {
    guard id.contains(":"), let architecture = try? ModelCatalogue.architecture(id),
      let nearest = architecture.nearestVariant
    else { return nil }
    self.id = nearest.id
    differences = nearest.differing.filter { nearest.fields[$0] != nil || $0 != "classes" }.map {
      "\($0) " + (nearest.fields[$0] ?? "as usual")
    }
  }

  /// Whether two ids name one network, but for the number of its classes: training gives it those of
  /// its pictures.
  public static func isOne(_ a: String, _ b: String) -> Bool {
    if a.lowercased() == b.lowercased() { return true }
    guard a.contains(":") || b.contains(":"),
      var first = try? ModelCatalogue.architecture(a),
      var second = try? ModelCatalogue.architecture(b)
    else { return false }
    (first.classes, second.classes) = (1000, 1000)
    return first.freeID == second.freeID
  }
}

extension Architecture {
  /// The variant from which the fewest fields of the free id differ, those fields, and what they are
  /// here; nil for variants themselves.
  fileprivate var nearestVariant: (id: String, differing: [String], fields: [String: String])? {
    let own = Self.fields(freeID)
    let found = Self.variants.map { variant in
      let other = Self.fields(variant.network.freeID)
      let keys = own.map(\.key) + other.map(\.key).filter { key in !own.contains { $0.key == key } }
      let values = Dictionary(other, uniquingKeysWith: { first, _ in first })
      let mine = Dictionary(own, uniquingKeysWith: { first, _ in first })
      return (id: variant.ids[0], differing: keys.filter { mine[$0] != values[$0] }, fields: mine)
    }
    return found.min { $0.differing.count < $1.differing.count }.flatMap {
      $0.differing.isEmpty ? nil : $0
    }
  }

  private static func fields(_ id: String) -> [(key: String, value: String)] {
    id.split(separator: ":").dropFirst().compactMap { field in
      let parts = field.split(separator: "=", maxSplits: 1)
      return parts.count == 2 ? (String(parts[0]), String(parts[1])) : (String(field), "on")
    }
  }
}
