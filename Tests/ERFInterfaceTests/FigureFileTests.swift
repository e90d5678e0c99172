// Files of figures and of their tables: what they are called, and what they say of maps that lack
// something.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct FigureFileTests {
  private func stem(_ model: Model) -> String {
    ExportNaming.figureStem(Figure(model).networks, model.designs)
  }

  /// Runs that were stopped have size and layer in the name, as finished ones, and the part that they
  /// are.
  @Test func stoppedRunsAreNamedByTheirPart() {
    var model = makeModel(["RepLKNet-13-nano", "RepLKNet-31-nano"])
    model.session.images.count = 9
    model.finish(model.pursue(), images: 9)
    let names = "replknet-13-nano_replknet-31-nano_224_stage4"
    #expect(stem(model) == names)
    for (side, part) in [(0, "partial"), (1, "4-of-9")] {
      model.sides[side].shown?.result = nil
      model.sides[side].shown?.images = 4
      #expect(stem(model) == "\(names)_\(part)")
    }
  }

  /// The place in the name is the networks', not that of a saved map beside them.
  @Test func figuresBesideMapsAreNamedByTheNetworks() {
    #expect(stem(makeModelBesideAMap()) == "map.npy_replknet-13-nano_224_stage4")
  }

  /// What no square holds is said, as on the page; a blank is what nobody knows.
  @Test func areasThatNothingHoldsAreNone() throws {
    var model = makeModel(["RepLKNet-13-nano"])
    let flat = ERFMap(height: 64, width: 64, values: [Double](repeating: 1, count: 4096))
    model.sides[0].shown?.metrics = ERFMetrics(flat)
    let table = Figure(model).table
    try #require(table.count == 2)
    let cells = Dictionary(uniqueKeysWithValues: zip(table[0], table[1]))
    #expect(cells["area_99"] == "none" && cells["side_99_px"] == "none")
    #expect(Double(cells["area_50"] ?? "") != nil && cells["notes"]?.isEmpty == true)
  }

  /// Of one map all that its answer rests on is said before.
  @Test func theAnswerOfOneMapRepeatsNothing() throws {
    let model = makeModel(["RepLKNet-13"])
    #expect(model.verdict?.caveats.isEmpty == false)
    let caption = Figure(model).caption
    #expect(caption.contains(" of the input. Colours: "), "\(caption)")
    #expect(caption.contains("[random:0, untrained, hash "))
  }
}
