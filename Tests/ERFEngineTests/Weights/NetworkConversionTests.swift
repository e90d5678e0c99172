import TestSupport
import Testing

@testable import ERFEngine

@Suite struct NetworkConversionTests {
  private static let fixture = Fixtures.path("replknet-tiny.safetensors")
  private static let model = "replknet:kernels=13,9:layers=1,1:channels=8,12:small=5:dw=1:classes=5"

  private let folder: TemporaryFolder
  private var path: String { folder.file("out.safetensors") }

  init() throws { folder = try TemporaryFolder() }

  private func convert(
    _ spec: NetworkSpec, _ change: (inout NetworkConversion) -> Void = { _ in }
  ) throws -> NetworkConversion.Report {
    var conversion = NetworkConversion(network: spec)
    change(&conversion)
    return try conversion.write(to: path, program: "test")
  }

  @Test func copiesBitForBit() throws {
    let spec = NetworkSpec(file: Self.fixture)
    let report = try convert(spec)
    #expect(report.model == Self.model && report.difference == 0 && report.largest > 0)
    let written = try Network(NetworkSpec(file: path))
    #expect(try written.weightsHash == Network(spec).weightsHash)
    let file = try Safetensors(path: path)
    #expect(file.metadata["model"] == Self.model && file.metadata["steps"] == "f32")
    #expect(try file.metadata["source_hash"] == Network(spec).weightsHash)
    #expect(file.metadata["format"] == "pt")
  }

  /// What opens without its classifier does so again once it is written.
  @Test(arguments: ["fcn", "moco"]) func backbonesOpenAsTheirSources(_ name: String) throws {
    var spec = NetworkSpec(file: Fixtures.path("names/\(name).pth"))
    spec.allowsMissingHead = name == "moco"
    let report = try convert(spec)
    #expect(report.difference == 0 && report.largest > 0)
    let written = try Network(NetworkSpec(file: path))
    #expect(written.weightsChoice?.lacksClassifier == true)
    #expect(try written.weightsHash == Network(spec).weightsHash)
    #expect(try Safetensors(path: path).metadata["classifier"] == "none")
  }

  @Test(arguments: [(true, false), (false, true), (true, true)])
  func mergedAndFusedNetworksComputeTheSame(_ steps: (merge: Bool, fuse: Bool)) throws {
    for id in [
      Self.model, "replknet:kernels=7,5:layers=1,1:channels=8,12:small=0:dw=1.5:classes=5",
      "mobilenetv2:width=0.25:kernels=7:small=3:classes=10", "resnet20-cifar",
    ] {
      let isFixture = id == Self.model
      let report = try convert(
        NetworkSpec(model: id, weights: isFixture ? .file(Self.fixture) : .random(seed: 3))
      ) {
        $0.merges = steps.merge
        $0.fuses = steps.fuse
      }
      #expect(report.difference <= 1e-5 * report.largest, "\(id)")
      let names = try Safetensors(path: path).keys
      #expect(
        names.contains { $0.contains("small") }
          == (!steps.merge && id.contains("small=")
            && !id.contains("small=0")),
        "\(id)")
      if isFixture {
        let merged = names.contains("stages.0.blocks.0.large_kernel.lkb_reparam.weight")
        #expect(merged == steps.merge)
        #expect(names.contains("stages.0.blocks.0.pw1.conv.bias") == steps.fuse)
      }
    }
  }

  @Test(
    arguments: [
      (NetworkConversion.StoredType.f16, 0x1p-11), (.bf16, 0x1p-8),
    ] as [(NetworkConversion.StoredType, Float)])
  func roundsToNearest(_ kind: (type: NetworkConversion.StoredType, error: Float)) throws {
    let spec = NetworkSpec(file: Self.fixture)
    let report = try convert(spec) { $0.storedType = kind.type }
    #expect(report.difference > 0 && report.difference < 0.05 * report.largest)
    let source = try Safetensors(path: Fixtures.path("replknet-tiny.safetensors"))
    let file = try Safetensors(path: path)
    for key in file.keys {
      let before = try source.tensor("weights/" + key).elements
      let after = try file.tensor(key).elements
      let isNear = zip(before, after).allSatisfy {
        abs($0 - $1) <= kind.error * abs($0) + 0x1p-25
      }
      #expect(isNear, "\(key)")
    }
  }

  /// Weights beyond the range of the type would become infinite, and the file useless.
  @Test func whatWouldOverflowIsNotWritten() throws {
    let source = folder.file("large.safetensors")
    let graph = try Network.trainingForm(NetworkSpec(file: Self.fixture))
    var tensors = graph.stateDictionary
    let key = "head.weight"
    let place = try #require(tensors.firstIndex { $0.key == key })
    tensors[place].value = Tensor(generated: tensors[place].value.shape) { Float($0) * 1e4 }
    try SafetensorsWriter(tensors: tensors, type: .float32, metadata: [:]).write(to: source)
    let spec = NetworkSpec(file: source)
    #expect(throws: NetworkConversion.Failure.overflow(key: key, value: 70000, .f16)) {
      try convert(spec) { $0.storedType = .f16 }
    }
    #expect(folder.names == ["large.safetensors"])
    _ = try convert(spec) { $0.storedType = .bf16 }
    #expect(throws: NetworkConversion.Failure.noRegularFile(path: "/dev/null")) {
      try NetworkConversion(network: spec).write(to: "/dev/null", program: "test")
    }
  }

  /// Four convolutions, the last of which is called `last` and has the weights `weights`.
  private func graph(last: String, weights: String) throws -> String {
    let bytes = ONNXBytes.model { graph in
      graph.weights("s.weight", [4, 3, 3, 3])
      for name in ["c.weight", "d.weight"] { graph.weights(name, [4, 4, 3, 3]) }
      graph.tensor("e.weight", [4, 4, 3, 3], [Float](repeating: 0.25, count: 144))
      graph.picture("x", [1, 3, 32, 32])
      for (input, weight, output, name, stride) in [
        ("x", "s.weight", "a", "/s/Conv", 2), ("a", "c.weight", "b", "/c/Conv", 1),
        ("b", "d.weight", "g", "/d/Conv", 2), ("g", weights, "y", last, 1),
      ] {
        graph.message(1) { node in
          node.text(1, input)
          node.text(1, weight)
          node.text(2, output)
          node.text(3, name)
          node.text(4, "Conv")
          node.attribute("strides", .integers([stride, stride]))
          node.attribute("pads", .integers([1, 1, 1, 1]))
        }
      }
      graph.message(12) { $0.text(1, "y") }
    }
    return try folder.write(bytes, to: "net.onnx")
  }

  /// A layer that is used again has its weights once, as in PyTorch; weights that two layers share have two names
  /// there.
  @Test(arguments: [
    ("/c_1/Conv", ["c", "d", "s"]), ("/c/Conv_1", ["c", "d", "s"]),
    ("/t/Conv", ["c", "d", "s", "t"]), ("/c_x/Conv", ["c", "c_x", "d", "s"]),
  ]) func layersThatAreUsedAgainAreWrittenOnce(_ last: String, _ layers: [String]) throws {
    let report = try convert(NetworkSpec(file: graph(last: last, weights: "c.weight")))
    #expect(report.difference == 0 && report.largest > 0 && report.tensors == layers.count)
    #expect(try Set(Safetensors(path: path).keys) == Set(layers.map { $0 + ".weight" }))
  }

  @Test func otherWeightsOfOneNameAreNotWritten() throws {
    let source = try graph(last: "/c/Conv_1", weights: "e.weight")
    #expect(throws: NetworkConversion.Failure.sameNames(path: source, key: "c.weight")) {
      try convert(NetworkSpec(file: source))
    }
    #expect(folder.names == ["net.onnx"])
  }

  /// The released code's merging, as PyTorch did it.
  @Test(.enabled(if: GoldenFolder.exists, "no golden vectors beside the repository"))
  func mergesAsTheReleasedCode() throws {
    let golden = GoldenFolder.root + "/replknet-31"
    _ = try convert(NetworkSpec(file: golden + ".safetensors")) {
      $0.merges = true
    }
    let expected = try Safetensors(path: golden + "-merged.weights.safetensors")
    let found = try Safetensors(path: path)
    #expect(found.keys == expected.keys)
    for key in expected.keys {
      #expect(try relativeError(found.tensor(key), expected.tensor(key)) < 1e-5, "\(key)")
    }
  }
}

@Suite struct ElementEncodingTests {
  /// Every half and every bfloat16 comes back as it was; between two of them lies the nearer one.
  @Test func shortFloatsComeBack() {
    let changed = (UInt16.min...UInt16.max).filter { bits in
      let half = ElementType.float(half: bits)
      let brain = Float(bitPattern: UInt32(bits) << 16)
      return !half.isNaN && ElementType.half(of: half) != bits
        || !brain.isNaN && ElementType.brainFloat(of: brain) != bits
    }
    #expect(changed.isEmpty)
    #expect(ElementType.float(half: ElementType.half(of: .nan)).isNaN)
    #expect(Float(bitPattern: UInt32(ElementType.brainFloat(of: .nan)) << 16).isNaN)
  }

  /// Ties go to even: 1 + 2^-11 lies between 1 and 1 + 2^-10.
  @Test func tiesGoToEven() {
    #expect(ElementType.float(half: ElementType.half(of: 1 + 0x1p-11)) == 1)
    #expect(ElementType.float(half: ElementType.half(of: 1 + 0x3p-11)) == 1 + 0x1p-9)
    #expect(ElementType.half(of: 65519) == 0x7BFF && ElementType.half(of: 65520) == 0x7C00)
    #expect(ElementType.half(of: 0x1p-25) == 0 && ElementType.half(of: 0x3p-25) == 2)
    #expect(ElementType.brainFloat(of: 1 + 0x1p-8) == 0x3F80)
    #expect(ElementType.brainFloat(of: 1 + 0x3p-8) == 0x3F82)
  }
}
