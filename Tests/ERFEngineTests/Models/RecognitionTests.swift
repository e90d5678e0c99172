import TestSupport
import Testing

@testable import ERFEngine

/// Networks from the names and shapes of their parameters alone.
@Suite struct RecognitionTests {
  private static let tiny = "layers=1,1,2,1:channels=8,16,32,64"

  /// What shapes tell comes back; a small kernel that is larger than the large one was never there.
  @Test(
    arguments: [
      "replknet:kernels=31,29,27,13:\(tiny):small=5:dw=1:classes=10",
      "replknet:kernels=13,9:layers=1,3:channels=8,12:small=0:dw=1.5:classes=7",
      "resnet:block=basic:layers=2,2,2,2:width=8:classes=10",
      "resnet:block=bottleneck:layers=1,1:width=4:kernels=3,7:classes=5", "resnet-18",
      "resnet-50", "resnet20-cifar", "resnet-cifar:layers=1,2,1:kernels=5:classes=7",
      "mobilenetv2", "mobilenetv2:width=0.25:classes=10",
      "mobilenetv2:width=0.35:kernels=3,5,13,7:small=0,3,3,0:classes=10", "efficientnet-lite0",
      "efficientnet-lite1", "efficientnet-lite2",
      "efficientnet-lite:width=0.5:depth=1.4:classes=3",
    ] + RepLKNet.variants.map { $0.ids[0] })
  func namesAndShapesTell(_ id: String) throws {
    for merged in [false, true] {
      let weights = try weights(of: id, merged: merged)
      // Merged kernels do not tell whether there was a small one.
      let expected =
        merged
        ? id.replacing("small=0:dw", with: "small=5:dw").replacing(":small=0,3,3,0", with: "")
        : id
      #expect(ModelCatalogue.recognise(weights).map(\.id) == [expected], "merged: \(merged)")
    }
  }

  private func weights(of id: String, merged: Bool) throws -> WeightDictionary {
    let source = PlaceholderParameters(merged: merged)
    let inventory = try ParameterInventory(
      of: ModelCatalogue.architecture(id), holds: source.holds)
    return WeightDictionary(prefix: "", shapes: inventory.entries.mapValues(\.shape))
  }

  @Test func backbonesAreRecognised() throws {
    let whole = try weights(of: "resnet-18", merged: false)
    let backbone = WeightDictionary(
      prefix: "", shapes: whole.shapes.filter { !$0.key.hasPrefix("fc.") })
    #expect(ModelCatalogue.recognise(backbone).map(\.id) == ["resnet-18"])
  }

  @Test func strangeShapesAreNoNetwork() {
    for shapes: [String: Shape] in [
      [:], ["conv1.weight": [64]], ["conv1.weight": [64, 3, 7, 7]],
      ["stem.0.conv.weight": [1 << 40, 3, 3, 3], "stages.0.blocks.9999.x": []],
      ["features.0.0.weight": [32, 3, 3, 3]], ["_conv_stem.weight": []],
    ] {
      #expect(ModelCatalogue.recognise(WeightDictionary(prefix: "", shapes: shapes)).isEmpty)
    }
  }
}
