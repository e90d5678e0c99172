// Changes of the session's networks, each of which can be undone.

import ERFEngine

extension Model {
  static let needsTwo = "there is one network; give two to compare"
  static let noWeights = "a saved map has no weights to choose"

  /// Changes the active network.
  mutating func edit(_ change: (inout NetworkSpec) -> Void) {
    replace(active, by: change)
  }

  /// Changes what a side holds. Which scale was asked for is about the networks that were there and their
  /// edits: gradients of another one are in other units, and one of the maps would be dark.
  mutating func replace(_ side: Int, by change: (inout NetworkSpec) -> Void) {
    let before = session.networks
    var after = before
    change(&after[side])
    // There would be nothing to undo.
    guard after != before else { return }
    history.record(before)
    session.networks = after
    guard session.networks[side].source != before[side].source else { return }
    session.screen.hasSharedScale = nil
    // It told of the network that was there.
    session.title = ""
  }

  /// A and B change places, each with its map and with all that is under way for it.
  mutating func swapSides() {
    session.networks.swapAt(0, 1)
    sides.swapAt(0, 1)
    shapeBias.sides.swapAt(0, 1)
    if let side = film?.side { film?.side = 1 - side }
    if let side = openingFile?.side { openingFile?.side = 1 - side }
  }

  /// Puts a network of the catalogue into the active place.
  mutating func open(_ id: String) { edit { $0 = NetworkSpec(shown: id) } }

  /// Another seed for what is random of the active network.
  mutating func take(seed: UInt64) {
    let letter = Self.letter(active)
    guard session.networks[active].savedMap == nil else {
      notice = Notice(.note, Self.noWeights)
      return
    }
    guard let network = session.networks[active].withSeed(seed) else {
      notice = Notice(
        .note, "\(letter)'s weights are not random: W switches to random ones, which take a seed")
      return
    }
    guard network != session.networks[active] else {
      notice = Notice(.note, "\(letter) has seed \(seed) already")
      return
    }
    edit { $0 = network }
    notice = Notice(.note, "\(letter) has seed \(seed) now; u undoes it")
  }

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
