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

    func parameter(_ slot: Slot) -> Tensor {
      asked.withLock { $0.append(slot.key) }
      return Tensor(
        shape: slot.shape, elements: [Float](repeating: 1, count: slot.shape.count))
    }
  }

  private func ask(
    _ source: CountingSource, _ memory: ParameterMemory, _ origin: String, _ key: String,
    _ shape: Shape
  ) throws {
    let loader = ParameterLoader(source, memory: memory.shelf(of: origin))
    _ = try loader.value(.slot(Slot(key: key, shape: shape, initializer: .constant(0))))
  }

  @Test func anEditedNetworkIsTheSameWithAndWithout() throws {
    let memory = ParameterMemory()
    for (kernel, seed) in [(5, 1), (3, 1), (9, 1), (9, 2), (3, 1)] as [(Int, UInt64)] {
      let spec = try spec(kernel: kernel, seed: seed)
      let opened = try OpenedNetwork(spec)
      let remembered = try Network(opened, opened.loader(memory: memory))
      #expect(try remembered.weightsHash == Network(spec).weightsHash, "\(kernel), seed \(seed)")
    }
    #expect(memory.bytes > 0)
  }

  @Test func asksItsSourceOnce() throws {
    let memory = ParameterMemory()
    let source = CountingSource()
    try ask(source, memory, "a", "one", [4])
    try ask(source, memory, "a", "two", [4])
    try ask(source, memory, "a", "one", [4])
    #expect(source.asked.withLock { $0 } == ["one", "two"])
    try ask(source, memory, "a", "one", [2, 2])
    #expect(source.asked.withLock { $0 } == ["one", "two", "one"], "another shape, another tensor")
    #expect(memory.bytes == 48)
    try ask(source, memory, "b", "two", [4])
    #expect(source.asked.withLock { $0 }.count == 4, "another origin has other values")
  }

  @Test func forgetsTheNetworkThatWasNotOpenedForLongest() throws {
    let memory = ParameterMemory(limit: 64)
    let source = CountingSource()
    for model in ["a", "b", "a", "c"] {
      try ask(source, memory, model, "weight", [6])
    }
    #expect(memory.bytes == 48)
    for model in ["a", "c", "b"] {
      try ask(source, memory, model, "weight", [6])
    }
    #expect(source.asked.withLock { $0 }.count == 4, "only b had to be asked for again")
    try ask(source, memory, "d", "weight", [60])
    #expect(memory.bytes <= 64, "what is larger than the limit is not kept")
  }
}
