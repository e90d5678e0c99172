import TestSupport
import Testing

@testable import ERFEngine

/// The hash of what a file computes with: all of it, whatever is asked of the graph.
@Suite struct ONNXHashTests {
  private let folder = try? TemporaryFolder()

  /// A trunk of two convolutions, and beside it one that leads nowhere.
  private func model(
    side: [Float] = [Float](repeating: 0.5, count: 144), trunk: Float = 1, shape: Int = 7,
    dilation: Int = 1, activation: String = "Relu", document: String = ""
  ) throws -> String {
    let bytes = ONNXBytes.model { graph in
      graph.tensor("w", [4, 3, 3, 3], (0..<108).map { trunk * (Float($0 * 5 % 7) - 2.5) })
      graph.tensor("v", [4, 4, 3, 3], (0..<144).map { Float($0 % 5) - 2 })
      graph.tensor("u", [4, 4, 3, 3], side)
      graph.message(5) { tensor in
        tensor.head("shape", type: 7, [1])
        tensor.data(9, ONNXBytes.little(Int64(shape)))
      }
      graph.picture("x", [1, 3, 32, 32])
      for (input, weight, output) in [("x", "w", "c"), ("c", "v", "y"), ("c", "u", "q")] {
        graph.message(1) { node in
          node.text(1, input)
          node.text(1, weight)
          node.text(2, output)
          node.text(4, "Conv")
          node.attribute("strides", .integers([2, 2]))
          node.attribute("pads", .integers([1, 1, 1, 1]))
          if output == "y" { node.attribute("dilations", .integers([dilation, dilation])) }
          node.text(6, document)
        }
      }
      graph.node(activation, ["q"], ["r"])
      graph.message(12) { $0.text(1, "y") }
    }
    return try #require(folder).write(bytes, to: "model.onnx")
  }

  private func hash(
    _ path: String, value: String? = nil, size: Int = 32, weights: WeightsSource? = nil
  ) throws -> String {
    var spec = NetworkSpec(file: path).bound(to: InputSize(height: size, width: size))
    spec.exportedValue = value
    if let weights { spec.weights = weights }
    return try Network(spec).weightsHash
  }

  @Test func layersAndSizesDoNotMatter() throws {
    let path = try model()
    let whole = try hash(path)
    for value in ["c", "q"] { #expect(try hash(path, value: value) == whole, "\(value)") }
    #expect(try hash(path, value: "q", size: 64) == whole)
    let random = try hash(path, weights: .random(seed: 1))
    #expect(try random != whole && hash(path, value: "q", weights: .random(seed: 1)) == random)
    #expect(try hash(path, weights: .random(seed: 2)) != random)
  }

  /// A hash is a pass over all weights: nobody makes it who opens the file alone, and nobody twice.
  @Test func hashesAreMadeOnceAndNotOnOpening() throws {
    let path = try model()
    let count = WorkCount()
    try ONNXGraphs.$shared.withValue(ONNXGraphs()) {
      try WorkCount.$current.withValue(count) {
        _ = try OpenedNetwork(NetworkSpec(file: path))
        #expect(count[.hash] == 0)
        let whole = try hash(path)
        for value in ["c", "q"] { #expect(try hash(path, value: value, size: 64) == whole) }
        #expect(count[.hash] == 1)
      }
    }
  }

  /// What a file became since it was opened is not what the network runs with.
  @Test func filesThatChangedHaveNoHash() throws {
    let path = try model()
    let opened = try ONNXGraphs.$shared.withValue(ONNXGraphs()) {
      try OpenedNetwork(NetworkSpec(file: path))
    }
    let folder = try #require(folder)
    _ = try folder.write(folder.read("model.onnx") + [0], to: "model.onnx")
    let error = #expect(throws: ONNXError.self) { try Network(opened) }
    #expect(error?.explanation.contains("it was changed while it was read") == true)
  }

  /// Weights that no layer needs are weights of the file. Nothing but the hash tells two graphs of equal
  /// weights apart: maps of a network and of the same with another dilation were averaged together.
  @Test func allThatIsComputedWithMattersAndNothingElse() throws {
    let whole = try hash(model())
    let others = [
      try hash(model(trunk: 2)), try hash(model(side: [Float](repeating: 0.25, count: 144))),
      try hash(model(shape: 14)), try hash(model(dilation: 3)),
      try hash(model(activation: "Sigmoid")),
    ]
    #expect(Set(others + [whole]).count == others.count + 1)
    #expect(try hash(model(document: "what people say of it")) == whole)
  }

  /// Names of decisions, converted files and trained ones give the hash that maps bear.
  @Test func everybodyMeansTheSameHash() throws {
    let folder = try #require(folder)
    let spec = NetworkSpec(file: Fixtures.path("onnx/resnet-ts.onnx"))
    let opened = try OpenedNetwork(spec)
    let network = try Network(spec)
    #expect(try CueConflictBenchmark.subject(opened) == CueConflictBenchmark.subject(network))
    let path = folder.path + "/out.safetensors"
    _ = try NetworkConversion(network: spec).write(opened, to: path, program: "test")
    #expect(try Checkpoint(path: path).metadata["source_hash"] == network.weightsHash)
  }

  /// Kernels that were made of the file's are others; those that are spread out are the file's.
  @Test func editsOfKernelsMatter() throws {
    let path = Fixtures.path("onnx/convnext-ts.onnx")
    func hash(_ id: String) throws -> String {
      try Network(NetworkSpec(editedExport: id)).weightsHash
    }
    let whole = try hash(path)
    #expect(try hash(path + ":dilation=2") == whole)
    let (small, mixed) = (try hash(path + ":kernels=5"), try hash(path + ":kernels=5,7,7"))
    #expect(Set([whole, small, mixed]).count == 3)
    var spec = NetworkSpec(file: path)
    spec.zeroesUnreached = InputSize(height: 48, width: 48)
    #expect(try Network(spec).weightsHash != whole)
  }

  /// Pieces are hashed apart, and each byte counts.
  @Test func partsOfFilesAreHashed() throws {
    var bytes = (0..<700_003).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    let folder = try #require(folder)
    func words(_ range: Range<Int>, threads: Int = 1) throws -> [UInt64] {
      try MappedFile(path: folder.write(bytes, to: "bytes"))
        .contentWords(range, workers: Workers(threads: threads)) ?? []
    }
    let whole = try words(3..<700_001)
    #expect(whole.count == 4 && whole[0] == 699_998)
    #expect(try words(3..<700_001, threads: 3) == whole)
    #expect(try words(3..<700_002) != whole && words(4..<700_002) != whole)
    for place in [3, 300_000, 700_000] {
      bytes[place] ^= 1
      #expect(try words(3..<700_001) != whole, "\(place)")
      bytes[place] ^= 1
    }
    bytes[2] ^= 1
    #expect(try words(3..<700_001) == whole)
    #expect(try words(3..<700_004).isEmpty)
    #expect(try words(5..<5) == [0])
  }
}
