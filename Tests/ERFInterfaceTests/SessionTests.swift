// Sessions as files: nothing is lost, defaults, and what is wrong is named by its path.

import ERFEngine
import Foundation
import TestSupport
import Testing

@testable import ERFInterface

@Suite struct SessionTests {
  private func read(_ text: String) throws(SessionError) -> Session {
    try Session(decoding: Array(text.utf8))
  }

  /// Relative paths are those of the session's folder, unless only the program's has such files.
  @Test func pathsCountFromTheFolderOfTheFile() throws {
    let session = try read(
      #"""
      {"version": 2, "networks": [{"source": {"file": "nets/a.onnx"}, "classes": "names.txt"},
        {"source": {"catalogue": "replknet-3"}, "weights": {"file": "old.pth"}}],
        "gallery": ["replknet-31-nano"], "images": {"files": ["p.png", "/q.png"]}}
      """#)
    #expect(session.networks[0].weights == .file("nets/a.onnx"))
    let there: Set = ["s/nets/a.onnx", "nets/a.onnx", "old.pth"]
    let found = session.read(from: "s/") { there.contains($0) }
    #expect(found.networks[0].source == .file("s/nets/a.onnx"))
    #expect(found.networks[0].weights == .file("s/nets/a.onnx"))
    #expect(found.networks[0].classes == "s/names.txt")
    #expect(found.networks[1].weights == .file("old.pth"))
    #expect(found.images.source == .files(["s/p.png", "/q.png"]))
    #expect(found.gallery == session.gallery)
    func written(_ folder: String) -> Session { session.written(to: folder, from: "/home") }
    #expect(written("/home") == session)
    #expect(written("/home/nets").networks[0].source == .file("a.onnx"))
    #expect(written("/home/nets").networks[1].weights == .file("/home/old.pth"))
    #expect(written("/").images.source == .files(["home/p.png", "q.png"]))
    var tensors = session
    tensors.images.source = .tensor("t/x.safetensors#a")
    #expect(
      tensors.written(to: "/home/t", from: "/home").images.source == .tensor("x.safetensors#a"))
    #expect(
      tensors.read(from: "s") { $0 == "t/x.safetensors" }.images.source
        == .tensor("t/x.safetensors#a"))
  }

  /// A session beside its files can be moved with them, whatever way their paths were given.
  @Test func pathsFromTheRootCountFromTheFolderToo() throws {
    var session = Session(networks: [NetworkSpec(file: "/home/s/nets/a.pth")])
    session.networks[0].classes = "/home/s//names.txt"
    session.gallery = [NetworkSpec(file: "/link/b.pth"), NetworkSpec(file: "/home/sb/c.pth")]
    session.images.source = .files(["/home/s/./p.png", "/home/x/../s/q.png", "/home/s"])
    for current in ["/home/s", "/home", "/"] {
      let written = session.written(to: "/home/s", from: current) { path in
        ["/link/b.pth": "/home/s/b.pth", "/home/x/../s/q.png": "/home/s/q.png"][path] ?? path
      }
      #expect(written.networks[0].weights == .file("nets/a.pth"))
      #expect(written.networks[0].classes == "names.txt")
      #expect(
        written.gallery.map(\.weights) == [.file("b.pth"), .file("/home/sb/c.pth")])
      #expect(written.images.source == .files(["p.png", "q.png", "/home/s"]))
    }
  }

  /// Also where the program runs in that folder, and paths go by the folder above it.
  @Test func pathsWithStepsUpCountFromTheFolderToo() throws {
    let folder = try TemporaryFolder()
    for name in ["s", "s/nets", "out"] { try folder.makeFolder(name) }
    let (own, out) = (Folder.whole(folder.file("s")), Folder.whole(folder.file("out")))
    var session = Session(networks: [NetworkSpec(file: "../s/nets/a.pth")])
    session.gallery = [NetworkSpec(file: "../out/b.pth"), NetworkSpec(file: "./c.pth")]
    session.images.source = .files(["../s/p.png", "p.png", "nets/..", "../out"])
    let whole = [
      "\(own)/../s/nets/a.pth": "\(own)/nets/a.pth", "\(own)/../out/b.pth": "\(out)/b.pth",
      "\(own)/../s/p.png": "\(own)/p.png", "\(own)/nets/..": own, "\(own)/../out": out,
    ]
    let written = session.written(to: own, from: own) { whole[$0] ?? $0 }
    #expect(written.networks[0].weights == .file("nets/a.pth"))
    #expect(written.gallery.map(\.weights) == [.file("\(out)/b.pth"), .file("./c.pth")])
    #expect(written.images.source == .files(["p.png", "p.png", own, out]))
    // As it is resolved where it is written.
    session.networks = [NetworkSpec(file: "\(own)/../out/b.pth")]
    session.gallery = []
    session.images.source = .files(["\(own)/nets/../p.png", "\(own)/nets/.."])
    let kept = try Session(decoding: session.encoded(at: "\(own)/session.json"))
    #expect(kept.networks[0].weights == .file("\(out)/b.pth"))
    #expect(kept.images.source == .files(["p.png", own]))
  }

  /// So it is written, in a folder that is reached by a link, and read back.
  @Test func sessionsMoveWithTheirFiles() throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder("s")
    _ = try folder.write([1], to: "s/p.png")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: folder.file("s"))
    var session = Session(models: ["replknet-13-nano"])
    session.images.source = .files([folder.file("s/p.png")])
    let kept = try Session(decoding: session.encoded(at: folder.file("link/session.json")))
    #expect(kept.images.source == .files(["p.png"]))
    let found = kept.read(from: folder.file("moved")) { $0 == folder.file("moved/p.png") }
    #expect(found.images.source == .files([folder.file("moved/p.png")]))
  }

  @Test func nothingIsLost() throws {
    var model = makeModel()
    for scalar in "3b>>f2".unicodeScalars { _ = model.type(scalar) }
    for key: Key in [.up, .left, .character("s"), .character("c"), .character("z")] {
      _ = update(&model, .key(key))
    }
    model.session.title = "a title"
    model.session.screen.depthMeasure = .radius
    model.session.networks[0].weights = .file("/a/b.pth")
    model.session.networks[0].weightsKey = "model_ema"
    model.session.networks[1].allowsMissingHead = true
    model.session.networks[1].preprocessing.mean = [0.485, 104, -1]
    model.session.networks[1].preprocessing.deviation = [1, 0.229, 3]
    model.session.networks[1].preprocessing.range = PixelRange(black: -1, white: 1)
    model.session.networks[1].preprocessing.isBlueFirst = true
    model.session.networks[1].classes = "names.txt"
    model.session.networks[1].ignoresExtra = true
    model.session.networks[1].zeroesUnreached = InputSize(height: 96, width: 128)
    #expect(model.session.networks.contains { $0.isEdited })
    var edited = NetworkSpec(shown: "replknet-31", weights: .random(seed: .max))
    edited.edits = [
      StageEdit(stage: 1, .dilation(2)), StageEdit(stage: 1, .kernel(9)),
      StageEdit(stage: 1, .smallKernel(nil)), StageEdit(stage: 3, .shortcuts(false)),
      StageEdit(stage: 3, .depth(4)),
    ]
    model.session.gallery = [
      edited, NetworkSpec(shown: "nets/some.onnx"), NetworkSpec(shown: "map.npy"),
    ]
    model.session.images.source = .files(["x.png", "y.png"])
    model.session.images.count = 2
    model.session.size = InputSize(height: 96, width: 128)
    let back = try Session(decoding: model.session.encoded())
    #expect(back == model.session)
  }

  /// All networks of a session that have the layer show it, those of the gallery among them.
  @Test func namedLayersAreShownByAll() throws {
    let graph = NetworkSpec(shown: Fixtures.path("onnx/vit-ts.onnx"))
    var session = Session(networks: [graph, NetworkSpec(shown: "resnet-18")])
    session.gallery = [graph]
    session.target = Target(layer: "/patch/Conv_output_0")
    let back = try Session(decoding: session.encoded())
    #expect(back.target == session.target)
    for network in [back.networks[0], back.gallery[0]] {
      #expect(network.exportedValue == "/patch/Conv_output_0")
    }
    #expect(back.networks[1].exportedValue == nil)
  }

  /// A session knows the weights that its files had.
  @Test func otherWeightsThanBeforeAreToldOf() throws {
    let text = #"""
      {"version": 2, "networks": [{"source": {"catalogue": "RepLKNet-13"},
        "weights": {"file": "n/x.pth", "hash": "HASH"}}]}
      """#
    func opened(_ hash: String) throws -> Model {
      let session = try read(text.replacing("HASH", with: hash))
      var model = Model(session: session.read(from: "s") { _ in false }, display: Display())
      let effects = update(&model, .opened)
      let request = try #require(effects.computed.first)
      _ = update(&model, .prepared(effects.ids[0], makeSubject(request)))
      model.finish(effects)
      return model
    }
    let other = try opened("fedcba9876543210")
    let line =
      "x.pth is not the file that this session was saved with (#fedcba98, now #01234567)"
    #expect(other.notice == Notice(.warning, line) && other.replacedWeights == [line])
    // Written by hand it may be short, or in capitals.
    for same in ["0123456789abcdef", "0123456789ABCDEF", "01234567", "0123456789A"] {
      #expect(try opened(same).notice == nil)
    }
    let others = [
      "012345": "(#012345, now #01234567)",
      "0123456700000000": "(#0123456700000000, now #0123456789abcdef)",
    ]
    for (hash, words) in others {
      #expect(try opened(hash).replacedWeights.first?.hasSuffix(words) == true)
    }
    // What is written is the hash of what is seen.
    for model in [other, try opened("0123456789abcdef")] {
      let written = try JSONValue(decoding: model.lastingSession.encoded())
      let again = try Session(decoding: written.encoded())
      #expect(again == model.lastingSession)
      #expect(again.weightsHashes.map(\.value) == ["0123456789abcdef"])
      #expect(again.weightsHashes.keys.first?.weights == .file("s/n/x.pth"))
    }
    let plain = try read(text.replacing(#", "hash": "HASH""#, with: ""))
    #expect(plain.weightsHashes.isEmpty)
  }

  @Test func aFewWordsMakeASession() throws {
    let session = try read(#"{"version": 1, "networks": ["replknet-3", {"model": "resnet-18"}]}"#)
    #expect(session == Session(models: ["replknet-3", "resnet-18"]))
  }

  @Test(arguments: [
    ("[1", SessionError.notJSON),
    ("{}", .notSession),
    (
      #"{"version": 99, "networks": []}"#, .newer(version: 99, known: Session.version)
    ),
    (#"{"version": 1}"#, .missing(path: "networks")),
    (
      #"{"version": 1, "networks": []}"#,
      .field(path: "networks", expected: "a list of 1 to 2 entries", found: "a list of 0")
    ),
    (
      #"{"version": 1, "networks": [{"model": "replknet-3", "preprocessing": {"std": [1, 0, 1]}}]}"#,
      .field(
        path: "networks[0].preprocessing.std[1]",
        expected: "a number from \(Double(Float(1e-6))) to 100000.0", found: "0")
    ),
    (
      #"{"version": 1, "networks": [{"model": "replknet-3", "preprocessing": {"range": [1, 1]}}]}"#,
      .field(
        path: "networks[0].preprocessing.range", expected: "two different numbers",
        found: "a list of 2")
    ),
    (
      #"{"version": 1, "networks": ["replknet-3"], "input": 7.5}"#,
      .field(path: "input", expected: "a whole number from 8 to 4096", found: "7.5")
    ),
    (
      #"{"version": 2, "networks": ["replknet-3"], "images": {"files": ["photos"], "count": 2}}"#,
      .field(
        path: "images.count",
        expected:
          "a whole number from 1 to 1, as many as images.files lists (pictures, not folders)",
        found: "2")
    ),
    (
      #"{"version": 1, "networks": ["replknet-3", {"model": "resnet-18", "weights": "random:x"}]}"#,
      .field(
        path: "networks[1].weights", expected: "random:SEED with a whole number",
        found: "\"random:x\"")
    ),
    (
      #"{"version": 1, "networks": ["replknet-3"], "target": {"units": [[1, 2], [3, "a"]]}}"#,
      .field(
        path: "target.units[1][1]", expected: "a whole number from 0 to 4095", found: "\"a\"")
    ),
    (
      #"{"version": 1, "networks": ["replknet-3"], "screen": {"focus": "nowhere"}}"#,
      .field(
        path: "screen.focus",
        expected: "one of " + Panels.names.map(\.rawValue).joined(separator: ", "),
        found: "\"nowhere\"")
    ),
  ])
  func whatIsWrongIsNamed(_ text: String, _ error: SessionError) {
    #expect(throws: error) { try read(text) }
  }

  /// What version 1 wrote, with its ids in the place of edits, says what the same sessions say now.
  @Test(arguments: [
    "any-unit", "dilation", "kernel-sweep", "reparameterisation", "resnet-101-replknet-31",
    "shortcuts",
  ])
  func version1Opens(_ name: String) throws {
    let text = try PackageFiles.text("Tests/ERFInterfaceTests/Fixtures/Sessions1/\(name).json")
    let session = try read(text)
    #expect(session == (try read(try PackageFiles.text("Sessions/\(name).json"))))
    let again = String(decoding: try session.encoded(), as: UTF8.self)
    #expect(!again.contains("\"edited\"") && !again.contains("\"model\""))
    // The ids in the old text are those that the edits make.
    for network in session.networks + session.gallery where network.isEdited {
      #expect(text.contains("\"\(try network.modelID())\""), "\(network)")
    }
  }

  /// Words of a network as version 2 says them, and the errors for those that say nothing.
  @Test(arguments: [
    (#""weights": "random:1""#, "networks[0].weights is \"random:1\": expected"),
    (#""weights": {"random": -1}"#, "networks[0].weights.random is -1: expected"),
    (#""weights": {"file": ""}"#, "networks[0].weights.file is \"\": expected the path"),
    (#""fit": "stretch""#, "networks[0].fit is \"stretch\": expected"),
    (#""edits": [{"kernel": 3}]"#, "lacks the field networks[0].edits[0].stage"),
    (#""edits": [{"stage": 9, "kernel": 3}]"#, "networks[0].edits: there is no stage 9"),
    (#""edits": [{"stage": 1, "kernel": 4}]"#, "networks[0].edits: a kernel of 4 has no centre"),
    (#""edits": [{"stage": 1, "kernel": 65}]"#, "edits[0].kernel is 65: expected"),
    (#""edits": [{"stage": 1, "width": 3}]"#, "unknown field networks[0].edits[0].width"),
  ])
  func whatIsWrongWithANetworkIsNamed(_ pair: (field: String, words: String)) {
    let text =
      #"{"version": 2, "networks": [{"source": {"catalogue": "replknet-3"}, \#(pair.field)}]}"#
    let error = #expect(throws: SessionError.self) { try read(text) }
    #expect(error?.explanation.contains(pair.words) == true, "\(error?.explanation ?? "")")
  }

  @Test(arguments: [
    #"{"catalogue": "replknet-3", "file": "x.onnx"}"#, "{}", #"{"catalogue": "replknet-32"}"#, "7",
  ])
  func aSourceIsOneThing(_ source: String) {
    let text = #"{"version": 2, "networks": [{"source": \#(source)}]}"#
    let error = #expect(throws: SessionError.self) { try read(text) }
    #expect(error?.explanation.contains("networks[0].source") == true)
  }

  @Test func unknownFieldsAndNetworksAreNamed() {
    let misspelt = #"{"version": 1, "networks": [{"model": "replknet-3", "wieghts": "random:1"}]}"#
    #expect { try read(misspelt) } throws: { "\($0)".contains("networks[0].wieghts") }
    let unknown = #"{"version": 1, "networks": ["replknet-32"]}"#
    #expect { try read(unknown) } throws: {
      "\($0)".contains("networks[0]") && "\($0)".contains("did you mean replknet-3?")
    }
    let edited =
      #"{"version": 1, "networks": [{"model": "replknet-3", "edited": "replknet:kernels=4"}]}"#
    #expect { try read(edited) } throws: { "\($0)".contains("networks[0].edited") }
    let other =
      #"{"version": 1, "networks": [{"model": "replknet-3", "edited": "resnet-18"}]}"#
    #expect { try read(other) } throws: { "\($0)".contains("is not an edit of replknet-3") }
  }

  /// The ready-made sessions open, and their networks can be built.
  @Test(arguments: [
    "any-unit", "dilation", "kernel-sweep", "reparameterisation", "replknet-13-31",
    "resnet-101-replknet-31", "shortcuts",
  ])
  func readyMadeSessionsOpen(_ name: String) throws {
    let session = try read(try PackageFiles.text("Sessions/\(name).json"))
    #expect(!session.title.isEmpty)
    var model = Model(session: session, display: Display())
    let requests = update(&model, .opened).computed
    #expect(requests.count == session.networks.count)
    for request in requests { try request.validate() }
  }
}
