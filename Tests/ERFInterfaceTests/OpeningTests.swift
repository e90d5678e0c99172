// Files are opened by a worker: the loop goes on, waits for what they hold, and can be told not to.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine
@testable import ERFInterface

@Suite struct OpeningTests {
  private let folder: TemporaryFolder
  private let size = InputSize(height: 48, width: 48)
  /// What other tests read at the same time is kept elsewhere.
  private let graphs = ONNXGraphs()

  init() throws { folder = try TemporaryFolder() }

  /// A file that nobody has opened yet.
  private func file(_ name: String = "resnet-ts") throws -> String {
    let path = folder.file("\(name).onnx")
    try Data(Fixtures.bytes("onnx/\(name).onnx")).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func model(_ paths: [String]) -> Model {
    var session = Session(networks: paths.map { NetworkSpec(shown: $0) })
    session.size = size
    return Model(session: session, display: Display())
  }

  private func openings(_ effects: [Effect]) -> [RequestID] {
    effects.compactMap { if case .open(let id, _, _, _) = $0 { id } else { nil } }
  }

  private func screen(_ model: Model) -> String { view(model, size: model.size).text }

  private func facts(_ path: String) throws -> NetworkFacts {
    try NetworkFacts(NetworkSpec(file: path), size: size)
  }

  /// How often graphs were read meanwhile.
  private func reads(_ body: () throws -> Void) rethrows -> Int {
    let count = WorkCount()
    try WorkCount.$current.withValue(count) {
      try ONNXGraphs.$shared.withValue(graphs) { try body() }
    }
    return count[.graph]
  }

  @Test func theLoopOpensNothing() throws {
    let path = try file()
    let read = reads {
      var model = model([path])
      let effects = update(&model, .opened)
      #expect(openings(effects).count == 1 && effects.computed.isEmpty)
      #expect(screen(model).contains("opening resnet-ts.onnx"))
      #expect(model.isComputing && model.design == nil)
      for key in "1234567890".unicodeScalars {
        _ = model.type(key)
        _ = screen(model)
      }
      _ = model.type("3")
      _ = model.type(">")
      #expect(model.notice?.lines == ["resnet-ts.onnx is still being opened"])
    }
    #expect(read == 0)
  }

  @Test func whatIsKnownRuns() throws {
    let path = try file()
    var model = model([path])
    let ids = openings(update(&model, .opened))
    let effects = update(&model, .known(ids[0], try facts(path), design: nil))
    #expect(effects.computed.map(\.tap) == ["stage3"] && openings(effects).isEmpty)
    #expect(model.facts(0)?.stages.map(\.output.stride) == [4, 8, 16])
    #expect(!screen(model).contains("opening"))
  }

  /// The run says what is wrong with the file.
  @Test func whatDoesNotOpenFailsWhereItRuns() throws {
    let path = folder.file("damaged.onnx")
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
    var model = model([path])
    let ids = openings(update(&model, .opened))
    let effects = update(&model, .known(ids[0], nil, design: nil))
    #expect(effects.computed.count == 1)
    _ = update(&model, .failed(effects.ids[0], "it is damaged"))
    #expect(screen(model).contains("it is damaged") && !model.isComputing)
    #expect(openings(update(&model, .resized(model.size))).isEmpty)
  }

  @Test func staleAnswersAreDropped() throws {
    let path = try file()
    var model = model([path])
    let ids = openings(update(&model, .opened))
    #expect(update(&model, .known(RequestID(ids[0].number + 100), nil, design: nil)).isEmpty)
    #expect(model.opening(0) == "resnet-ts.onnx")
    // Another size: the answer for the one before is of no use.
    model.session.size = InputSize(height: 64, width: 64)
    let next = update(&model, .resized(model.size))
    #expect(next.cancelled == ids && openings(next).count == 1)
    #expect(update(&model, .known(ids[0], try facts(path), design: nil)).isEmpty)
    #expect(model.isUnopened(0))
  }

  @Test func undoBringsBackWhatWasThere() throws {
    let path = try file()
    var model = makeModel(["RepLKNet-13"])
    let shown = model.sides[0].shown?.id
    model.edit { $0 = NetworkSpec(shown: path) }
    let effects = update(&model, .resized(model.size))
    let ids = openings(effects)
    #expect(ids.count == 1 && effects.computed.isEmpty)
    let undone = model.type("u")
    #expect(undone.cancelled == ids && undone.computed.isEmpty && openings(undone).isEmpty)
    #expect(model.sides[0].shown?.isComplete == true && model.sides[0].shown?.id != shown)
    #expect(update(&model, .known(ids[0], try facts(path), design: nil)).isEmpty)
    #expect(model.session.networks[0].model == "RepLKNet-13" && !model.isComputing)
  }

  /// The size that a file brought goes with it, and comes back with it.
  @Test func undoBringsBackTheSize() throws {
    var model = makeModel(["RepLKNet-13"])
    let before = model.session
    var choice = NetworkSpec(shown: try file("vit-ts"))
    choice.preprocessing.isBlueFirst = true
    model.edit { $0 = choice }
    model.finish(update(&model, .resized(model.size)))
    #expect(model.session.size == size && model.sides[0].shown?.request.size == size)
    let undone = model.type("u")
    let words = "A is RepLKNet-13, not vit-ts.onnx; the input is 224 px"
    #expect(model.notice?.lines == ["undone: \(words)"])
    model.finish(undone)
    #expect(model.session.networks == before.networks && model.session.size == before.size)
    #expect(model.sides[0].shown?.request.size == before.size)
    let redone = update(&model, .key(.control("r")))
    let others = "A is vit-ts.onnx, not RepLKNet-13; the input is 48 px"
    #expect(model.notice?.lines == ["redone: \(others)"])
    model.finish(redone)
    #expect(model.session.networks == [choice] && model.session.size == size)
    #expect(model.sides[0].shown?.request.size == size)
    _ = model.type("u")
    #expect(model.session.networks == before.networks && model.session.size == before.size)
  }

  /// A size that was chosen since stays; one that a file brought which then failed does not.
  @Test func sizesOfTheUserAreNotUndone() throws {
    var model = model([try file()])
    model.finish(update(&model, .opened))
    model.edit { $0 = NetworkSpec(shown: "RepLKNet-13") }
    model.finish(update(&model, .resized(model.size)))
    model.finish(model.type("+"))
    let larger = model.session.size
    _ = model.type("u")
    #expect(larger != size && model.session.size == larger)

    let path = try file("vit-ts")
    model = makeModel(["RepLKNet-13"])
    let before = model.session
    model.edit { $0 = NetworkSpec(shown: path) }
    let ids = openings(update(&model, .resized(model.size)))
    var facts = try facts(path)
    facts.refusal = "it was exported for 48x48"
    let effects = update(&model, .known(ids[0], facts, design: nil))
    #expect(model.session.size == size)
    _ = update(&model, .failed(effects.ids[0], "no room"))
    #expect(model.session.networks == before.networks && model.session.size == before.size)
  }

  @Test func openingIsCancelled() throws {
    let path = try file()
    var model = model([path])
    let ids = openings(update(&model, .opened))
    let effects = update(&model, .key(.escape))
    #expect(effects.cancelled == ids && openings(effects).isEmpty)
    #expect(!model.isComputing && model.sides[0].isCancelled)
    #expect(screen(model).contains("cancelled"))
    #expect(update(&model, .cancelled(ids[0])).isEmpty)
    #expect(openings(model.type("r")).count == 1)
  }

  /// A file that is given up gives way to the network before it, which `w` would write.
  @Test func cancelledFilesGiveWay() throws {
    let path = try file()
    var model = makeModel(["RepLKNet-13"])
    let shown = model.sides[0].shown?.id
    model.edit { $0 = NetworkSpec(shown: path) }
    model.openingFile = OpeningFile(
      side: 0, network: model.session.networks[0], path: path, text: path, folder: "")
    let ids = openings(update(&model, .resized(model.size)))
    let effects = update(&model, .key(.escape))
    #expect(ids.count == 1 && effects.cancelled == ids)
    #expect(model.session.networks[0].model == "RepLKNet-13" && effects.computed.isEmpty)
    #expect(model.sides[0].shown?.id == shown && !model.sides[0].isStale)
    #expect(screen(model).contains("cancelled; A stays RepLKNet-13"))
    // The same file is opened when it is asked for again.
    model.edit { $0 = NetworkSpec(shown: path) }
    #expect(openings(update(&model, .resized(model.size))).count == 1)
    // What changes nothing is nothing to undo.
    let before = model.history
    model.edit { $0 = NetworkSpec(shown: path) }
    #expect(model.history == before)
  }

  /// What can be chosen belongs to the model: no file that others open pushes it out.
  @Test func undoKeepsTheStagesOfManyFiles() throws {
    let bytes = try Data(Fixtures.bytes("onnx/resnet-ts.onnx"))
    let paths = (0..<20).map { folder.file("net-\($0).onnx") }
    for path in paths { try bytes.write(to: URL(fileURLWithPath: path)) }
    var model = model([paths[0]])
    model.finish(update(&model, .opened))
    for path in paths.dropFirst() {
      model.edit { $0 = NetworkSpec(shown: path) }
      model.finish(update(&model, .resized(model.size)))
    }
    _ = model.type("3")
    for path in paths.dropLast().reversed() {
      #expect(openings(model.type("u")).isEmpty && model.session.networks[0].model == path)
      #expect(model.design?.stages.map(\.kernel) == [3, 3, 3])
      #expect(!screen(model).contains("no stages to edit"))
    }
  }

  /// `r` computes from the files as they are now.
  @Test func anotherFileHasOtherStages() throws {
    let path = try file()
    var model = model([path])
    model.finish(update(&model, .opened))
    _ = model.type("3")
    model.finish(model.type(">"))
    #expect(model.design?.stages.map(\.kernel) == [5, 3, 3])
    #expect(screen(model).contains("edited: s1 k5"))
    let before = model.facts(0)?.parameters
    try Data(Fixtures.bytes("onnx/convnext-ts.onnx")).write(to: URL(fileURLWithPath: path))
    let effects = model.type("r")
    #expect(openings(effects).count == 2 && effects.computed.isEmpty)
    // Until it is open the old stages stay on screen.
    #expect(model.design?.stages.map(\.kernel) == [5, 3, 3])
    model.finish(effects)
    _ = model.type("U")
    let design = try NetworkDesign(NetworkSpec(file: path))
    #expect(design.stages.map(\.kernel) == [7, 7, 7] && model.design?.stages == design.stages)
    #expect(model.facts(0)?.parameters != before)
    // And one that holds no network has none.
    try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
    model.finish(model.type("r"))
    #expect(model.design == nil && model.facts(0) == nil)
  }

  /// A network whose file fixes its size stands at that beside one of another.
  @Test func filesKeepTheSizeThatTheyFix() throws {
    let (free, fixed) = (try file(), try file("vit-ts"))
    var model = model([free, fixed])
    model.finish(update(&model, .opened))
    #expect(model.sides.map { $0.shown?.request.size } == [size, size])
    model.finish(model.type("+"))
    let larger = InputSize(height: 64, width: 64)
    #expect(model.session.size == larger && model.inputSize(1) == size)
    #expect(model.sides.map { $0.shown?.request.size } == [larger, size])
    #expect(model.verdict?.kind == .notComparable)
    #expect(model.verdict?.headline.contains("A at 64 px, B at 48 px") == true)
    #expect(screen(model).contains("64 px") && screen(model).contains("48 px"))
    let words = "B stays at 48: \(fixed) was exported for 48x48, not 64x64"
    #expect(model.log.count { $0.text.hasPrefix(words) } == 1)
    model.finish(model.type("-"))
    #expect(model.sides.map { $0.shown?.request.size } == [size, size])
  }

  /// Where no network takes a size it is not what is asked for, nor written.
  @Test(arguments: [["vit-ts"], ["vit-ts", "swin-ts"]])
  func sizesThatNobodyTakesAreNotAskedFor(_ names: [String]) throws {
    var model = model(try names.map { try file($0) })
    model.finish(update(&model, .opened))
    model.finish(model.type("+"))
    #expect(model.session.size == size)
    #expect(model.sides.allSatisfy { $0.shown?.request.size == size })
    #expect(!model.isComputing && model.sides.allSatisfy { !$0.isStale && $0.failure == nil })
    #expect(try Session(decoding: model.session.encoded()).size == size)
    let lines = model.notice?.lines ?? []
    #expect(lines.map { String($0.prefix(1)) } == Array(["A", "B"].prefix(names.count)))
    let line = try #require(lines.first)
    #expect(line.contains(" stays at 48: ") && line.contains("export it at that size"))
    #expect(line.split(separator: ".onnx was exported").count == 2, "\(line)")
    // What is known by now is said again.
    model.notice = nil
    model.finish(model.type("+"))
    let again = model.session.size == size ? model.notice?.lines.joined() ?? "" : "another size"
    #expect(again.components(separatedBy: " stays at 48: ").count == names.count + 1, "\(again)")
  }

  /// Of two files, each of a size of its own, the first one's is asked for.
  @Test func twoFilesOfTwoSizes() throws {
    let (free, fixed) = (try file(), try file("vit-ts"))
    var model = model([free, fixed])
    model.session.size = InputSize(height: 96, width: 64)
    let ids = openings(update(&model, .opened))
    var first = try NetworkFacts(NetworkSpec(file: free), size: InputSize(height: 96, width: 64))
    _ = update(&model, .known(ids[0], first, design: nil))
    var second = try NetworkFacts(NetworkSpec(file: fixed), size: size)
    second.refusal = "it was exported for 48x48"
    _ = update(&model, .known(ids[1], second, design: nil))
    #expect(model.request(0).size == InputSize(height: 96, width: 64))
    #expect(model.request(1).size == size)
    first.refusal = "it was exported for 96x64"
    model.session.size = InputSize(height: 128, width: 96)
    let next = openings(update(&model, .resized(model.size)))
    _ = update(&model, .known(next[0], first, design: nil))
    _ = update(&model, .known(next[1], second, design: nil))
    #expect(model.session.size == InputSize(height: 96, width: 64))
    #expect(model.request(1).size == size)
  }

  /// Whoever gave up waiting keeps the worker from reading.
  @Test func cancellationReachesTheReading() throws {
    let network = NetworkSpec(file: try file())
    let cancellation = Cancellation()
    cancellation.cancel()
    let read = reads {
      #expect(throws: CancellationError.self) {
        try LocalEngine().facts(of: network, size: size, cancellation: cancellation)
      }
      #expect(throws: CancellationError.self) {
        try NetworkDesign(network, cancellation: cancellation)
      }
      #expect(throws: CancellationError.self) {
        try NetworkFacts(network, size: size, cancellation: cancellation)
      }
    }
    #expect(read == 0)
  }

  /// Keys that edit an exported graph answer at once; what the edit costs is counted by a worker.
  @Test func editsWaitForNothing() throws {
    let path = try file()
    var model = model([path])
    model.finish(update(&model, .opened))
    let read = reads {
      _ = model.type("3")
      let first = model.type(">")
      #expect(openings(first).count == 1 && first.computed.isEmpty)
      #expect(screen(model).contains("parameters being counted"))
      #expect(!screen(model).contains("cannot be built"))
      let second = model.type(">")
      #expect(second.cancelled == openings(first) && openings(second).count == 1)
      #expect(model.design?.stages[0].kernel == 7 && screen(model).contains(" 7"))
      let undone = model.type("u")
      #expect(model.design?.stages[0].kernel == 5 && openings(undone).count == 1)
    }
    #expect(read == 0)
  }

  /// Two networks in one file, which is opened once; the same file twice in a row as well.
  @Test func bothSidesShareAnOpening() throws {
    let path = try file()
    var model = model([path, path])
    let ids = openings(update(&model, .opened))
    #expect(ids.count == 1 && model.opening(1) == "resnet-ts.onnx")
    #expect(update(&model, .known(ids[0], try facts(path), design: nil)).computed.count == 2)
  }

  @Test func theGraphIsReadOnce() throws {
    let path = try file()
    let engine = LocalEngine()
    let spec = NetworkSpec(file: path)
    let request = ERFRequest(network: spec, size: size, threads: 1)
    let read = try reads {
      _ = try engine.facts(of: spec, size: size, cancellation: Cancellation())
      #expect(try engine.design(of: spec, cancellation: Cancellation()).stages.count == 3)
      _ = try engine.compute(request, cancellation: Cancellation()) { _ in }
      #expect(spec.exportedSize == size)
    }
    #expect(read == 1)
    // Another file at the same path is another graph.
    try Data(Fixtures.bytes("onnx/convnext-ts.onnx")).write(to: URL(fileURLWithPath: path))
    let again = try reads {
      let facts = try engine.facts(of: spec, size: size, cancellation: Cancellation())
      #expect(facts.stages.map(\.output.map.height) == [12, 6, 3])
    }
    #expect(again == 1)
  }

  /// Whoever asks for a graph that is being read waits for it.
  @Test func readersOfOneFileShareIt() async throws {
    let path = try file("swin-ts")
    let count = WorkCount()
    try await WorkCount.$current.withValue(count) {
      try await ONNXGraphs.$shared.withValue(graphs) {
        try await withThrowingTaskGroup(of: Int.self) { group in
          for _ in 0..<6 {
            group.addTask { try OpenedNetwork(NetworkSpec(file: path)).blueprint.nodes.count }
          }
          var found: Set<Int> = []
          for try await nodes in group { found.insert(nodes) }
          #expect(found.count == 1)
        }
      }
    }
    #expect(count[.graph] == 1)
  }
}
