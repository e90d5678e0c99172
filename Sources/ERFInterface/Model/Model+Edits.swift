// Changes of the session's networks, each of which can be undone.

import ERFEngine

extension Model {
  static let needsTwo = "there is one network; give two to compare"

  /// Changes the active network.
  mutating func edit(_ change: (inout NetworkSpec) -> Void) {
    history.record(session.networks)
    change(&session.networks[active])
  }

  /// Puts a network of the catalogue into the active place.
  mutating func open(_ id: String) { edit { $0 = NetworkSpec(shown: id) } }

  /// Another network of the catalogue in the active place, with seeded random weights; aliases count
  /// once.
  mutating func stepNetwork(_ step: Int) {
    let ids = Self.catalogue
    let present = originalDesign(active)?.id
    let place = ids.firstIndex { $0 == present } ?? (step > 0 ? ids.count - 1 : 0)
    open(ids[(place + step + ids.count) % ids.count])
  }

  private static let catalogue = ModelCatalogue.ids.filter {
    (try? NetworkDesign(model: $0))?.id == $0
  }
}
