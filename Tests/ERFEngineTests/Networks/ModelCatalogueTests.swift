import Testing

@testable import ERFEngine

@Suite struct ModelCatalogueTests {
  @Test func everyListedIdNamesANetwork() throws {
    for id in ModelCatalogue.ids {
      #expect(throws: Never.self) { try ModelCatalogue.architecture(id) }
      #expect(
        try ModelCatalogue.architecture(id.uppercased()).id
          == ModelCatalogue.architecture(id).id)
    }
    for id in ModelCatalogue.freeForms {
      #expect(throws: Never.self) { try ModelCatalogue.architecture(id) }
    }
  }

  @Test(arguments: [
    ("RepLKNet-13", "replknet-13"), ("replknet-31b", "replknet-31"), ("ResNet50", "resnet-50"),
    ("replknet:kernels=31,29,27,13", "replknet-31"),
    (
      "replknet:kernels=31,29,27,13:small=0",
      "replknet:kernels=31,29,27,13:layers=2,2,18,2:channels=128,256,512,1024:small=0:dw=1:classes=1000"
    ),
    ("resnet:block=basic:layers=2,2,2,2", "resnet-18"), ("resnet-cifar:depth=56", "resnet56-cifar"),
    ("resnet-cifar:depth=26", "resnet-cifar:depth=26:classes=10"),
  ]) func canonicalIds(_ pair: (String, String)) throws {
    #expect(try ModelCatalogue.architecture(pair.0).id == pair.1)
    #expect(try ModelCatalogue.architecture(pair.1).id == pair.1)
  }

  @Test(arguments: [
    "", ":", "resnet", "replknet", "replknet:", "replknet:kernels", "replknet:kernels=",
    "replknet:kernels=4", "replknet:kernels=3,3", "replknet:kernels=3,3,3,3:layers=1",
    "replknet:kernels=65,3,3,3", "replknet:kernels=-3,3,3,3", "replknet:kernels=3,,3,3",
    "replknet:kernels=3,3,3,3:small=4", "replknet:kernels=3,3,3,3:dw=0", "replknet:dw=1",
    "replknet:kernels=3,3,3,3:kernels=3,3,3,3", "replknet:kernels=3,3,3,3:colour=red",
    "resnet:block=round", "resnet:width=99999999999999999999", "resnet-cifar:depth=21",
    "replknet:kernels=3,3,3,3:dw=nan", "replknet:kernels=3:layers=1:channels=1:dw=0.5",
  ]) func badIdsAreExplained(_ id: String) {
    let error = #expect(throws: ModelError.self) { try ModelCatalogue.architecture(id) }
    #expect(error?.isUsageError == true)
    #expect(error?.explanation.contains("\n") == false)
  }

  @Test func misspeltIdsSuggestTheNearest() {
    #expect(ModelCatalogue.nearest(to: "replknett-31") == "replknet-31")
    #expect(ModelCatalogue.nearest(to: "reslknet-13") == "replknet-13")
    #expect(ModelCatalogue.nearest(to: "transformer-of-another-kind") == nil)
    #expect(editDistance("kitten", "sitting") == 3)
  }
}
