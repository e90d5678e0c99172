// Changes of the session's networks, each of which can be undone.

import ERFEngine

extension Model {
  static let needsTwo = "there is one network; give two to compare"

  /// The active network's design; nil where its id names none.
  var design: NetworkDesign? { try? NetworkDesign(model: session.networks[active].id) }

  /// Changes the active network.
  mutating func edit(_ change: (inout NetworkChoice) -> Void) {
    history.record(session.networks)
    change(&session.networks[active])
  }

  /// Puts a network of the catalogue into the active place.
  mutating func open(_ id: String) { edit { $0 = NetworkChoice(model: id) } }

  /// Another network of the catalogue in the active place, with seeded random weights; aliases count
  /// once.
  mutating func stepNetwork(_ step: Int) {
    let ids = Self.catalogue
    let present = (try? NetworkDesign(model: session.networks[active].model))?.id
    let place = ids.firstIndex { $0 == present } ?? (step > 0 ? ids.count - 1 : 0)
    open(ids[(place + step + ids.count) % ids.count])
  }

  private static let catalogue = ModelCatalogue.ids.filter {
    (try? NetworkDesign(model: $0))?.id == $0
  }
}
