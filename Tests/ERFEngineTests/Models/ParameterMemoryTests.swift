import Synchronization
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct ParameterMemoryTests {
  private static let model =
    "replknet:kernels=13,9,7,5:layers=1,1,1,1:channels=8,12,16,20:classes=5"

  private func spec(kernel: Int, seed: UInt64 = 1) throws -> NetworkSpec {
    var design = try NetworkDesign(model: Self.model)
    design.stages[3].kernel = kernel
    var spec = NetworkSpec(model: design.id, weights: .random(seed: seed))
    spec.weightsModel = Self.model
    spec.fit = .interpolate
    return spec
  }

  /// Counts what it is asked for.
  private final class CountingSource: ParameterSource {
    let asked = Mutex<[String]>([])

    func holds(_ key: String, _ kind: OptionalParameter) -> Bool { true }

    func parameter(_ key: String, shape: Shape, initializer: Initializer) -> Tensor {
      asked.withLock { $0.append(key) }
      return Tensor(shape: shape, elements: [Float](repeating: 1, count: shape.count))
    }
  }

  private func origin(_ model: String) -> ParameterMemory.Origin {
    ParameterMemory.Origin(model: model, weights: .trained, weightsKey: nil, version: nil)
  }

  @Test func anEditedNetworkIsTheSameWithAndWithout() throws {
    let memory = ParameterMemory()
    for (kernel, seed) in [(5, 1), (3, 1), (9, 1), (9, 2), (3, 1)] as [(Int, UInt64)] {
      let spec = try spec(kernel: kernel, seed: seed)
      let remembered = try Network(spec, memory: memory)
      #expect(try remembered.weightsHash == Network(spec).weightsHash, "\(kernel), seed \(seed)")
    }
    #expect(memory.bytes > 0)
  }

  @Test func asksItsSourceOnce() throws {
    let memory = ParameterMemory()
    let source = CountingSource()
    func ask(_ key: String, _ shape: Shape) throws {
      _ = try memory.remembering(source, of: origin("a"))
        .parameter(key, shape: shape, initializer: .constant(0))
    }
    try ask("one", [4])
    try ask("two", [4])
    try ask("one", [4])
    #expect(source.asked.withLock { $0 } == ["one", "two"])
    try ask("one", [2, 2])
    #expect(source.asked.withLock { $0 } == ["one", "two", "one"], "another shape, another tensor")
    #expect(memory.bytes == 32)
    _ = try memory.remembering(source, of: origin("b"))
      .parameter("two", shape: [4], initializer: .constant(0))
    #expect(source.asked.withLock { $0 }.count == 4, "another origin has other values")
  }

  @Test func forgetsTheNetworkThatWasNotOpenedForLongest() throws {
    let memory = ParameterMemory(limit: 64)
    let source = CountingSource()
    for model in ["a", "b", "a", "c"] {
      _ = try memory.remembering(source, of: origin(model))
        .parameter("weight", shape: [6], initializer: .constant(0))
    }
    #expect(memory.bytes == 48)
    for model in ["a", "c", "b"] {
      _ = try memory.remembering(source, of: origin(model))
        .parameter("weight", shape: [6], initializer: .constant(0))
    }
    #expect(source.asked.withLock { $0 }.count == 4, "only b had to be asked for again")
    _ = try memory.remembering(source, of: origin("d"))
      .parameter("weight", shape: [60], initializer: .constant(0))
    #expect(memory.bytes <= 64, "what is larger than the limit is not kept")
  }
}
