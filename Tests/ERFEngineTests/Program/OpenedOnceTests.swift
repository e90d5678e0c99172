import TestSupport
import Testing

@testable import ERFEngine

/// A file is opened once, its blueprint built once, its program made once.
@Suite struct OpenedOnceTests {
  private static let file = Fixtures.path("resnet-tiny.safetensors")

  private func request(_ edit: (inout ERFRequest) -> Void = { _ in }) -> ERFRequest {
    var request = ERFRequest(
      network: NetworkSpec(file: Self.file),
      size: InputSize(height: 64, width: 64), threads: 1)
    edit(&request)
    return request
  }

  private func counts(_ body: () throws -> Void) rethrows -> [Int] {
    let count = WorkCount()
    try WorkCount.$current.withValue(count) { try body() }
    return [count[.file], count[.blueprint], count[.program]]
  }

  @Test func oneRunOpensItsFileOnce() throws {
    let found = try counts {
      let validated = try request().validated()
      _ = try ERFComputer().compute(validated)
    }
    #expect(found == [1, 1, 1])
    #expect(try counts { _ = try ERFComputer().compute(request()) } == [1, 1, 1])
    #expect(try counts { try request().validate() } == [1, 1, 0])
  }

  /// Validated once as well; and of several files the index is read once.
  @Test func oneRunIsValidatedOnce() throws {
    for (path, files) in [(Self.file, 1), (Fixtures.path("names/shards"), 3)] {
      var request = request()
      request.network = NetworkSpec(file: path)
      let count = WorkCount()
      try WorkCount.$current.withValue(count) { _ = try ERFComputer().compute(request) }
      #expect(count[.validation] == 1)
      #expect(count[.index] == (files > 1 ? 1 : 0))
      #expect([count[.file], count[.blueprint], count[.program]] == [files, 1, 1])
    }
  }

  /// In the explorer: other units and stages of a network that is loaded open nothing.
  @Test func anotherUnitOpensNothing() throws {
    let computer = ERFComputer()
    let keeping = request { $0.keepsForward = true }
    #expect(try counts { _ = try computer.compute(keeping) } == [1, 1, 1])
    let other = request {
      $0.keepsForward = true
      $0.unit = Unit(row: 0, column: 0)
      $0.tap = "stage1"
    }
    #expect(try counts { _ = try computer.compute(other) } == [0, 0, 0])
  }

  @Test func otherWaysInOpenOnceToo() throws {
    let spec = request().network
    #expect(
      try counts {
        let probe = ShapeBiasProbe(ShapeBiasRequest(size: 64))
        _ = try Network(probe.opened(spec))
      } == [1, 1, 1])
    #expect(
      try counts {
        let opened = try OpenedNetwork(spec)
        try opened.requireMemoryForward()
        _ = try Classifier(Network(opened))
      } == [1, 1, 1])
    #expect(try counts { _ = try StageKernels.stages(of: spec) } == [1, 1, 0])
    #expect(try counts { _ = try Network(spec) } == [1, 1, 1])
    #expect(try counts { _ = try spec.modelID() } == [1, 1, 0])
  }

  /// One who needs the kernels, the layers and a field of a network, as the explorer does.
  @Test func whoeverAsksTheFileIsOpenedOnce() throws {
    let computer = ERFComputer()
    let spec = request().network
    let found = try counts {
      _ = try NetworkDesign(computer.open(spec))
      _ = try NetworkSummary(
        computer.open(spec), size: InputSize(height: 64, width: 64))
      _ = try StageKernels.stages(of: computer.open(spec))
      _ = try computer.compute(request())
      _ = try computer.network(spec)
    }
    #expect(found == [1, 1, 1])
  }

  /// Edits are other networks of the same file; one that was replaced is opened anew.
  @Test func editsOpenNoFile() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      try Fixtures.bytes("resnet-tiny.safetensors"), to: "net.safetensors")
    let computer = ERFComputer()
    var spec = try NetworkSpec(file: path).named { try computer.open($0) }
    let found = try counts {
      _ = try computer.open(spec)
      spec.edits = [StageEdit(stage: 0, .kernel(5))]
      _ = try computer.open(spec)
    }
    #expect(found[0] == 0)
    _ = try folder.write(try Fixtures.bytes("resnet-tiny.safetensors"), to: "net.safetensors")
    spec.edits = []
    #expect(try counts { _ = try computer.open(spec) }[0] == 1)
  }
}
