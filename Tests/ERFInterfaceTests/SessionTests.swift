// Sessions as files: nothing is lost, defaults, and what is wrong is named by its path.

import ERFEngine
import TestSupport
import Testing

@testable import ERFInterface

@Suite struct SessionTests {
  private func read(_ text: String) throws(SessionError) -> Session {
    try Session(decoding: Array(text.utf8))
  }

  @Test func nothingIsLost() throws {
    var model = makeModel()
    for scalar in "3b>>f2".unicodeScalars { _ = model.type(scalar) }
    for key: Key in [.up, .left, .character("s"), .character("c"), .character("z")] {
      _ = update(&model, .key(key))
    }
    model.session.title = "a title"
    model.session.networks[0].weights = .file("/a/b.pth")
    model.session.networks[0].weightsKey = "model_ema"
    model.session.networks[1].allowsMissingHead = true
    model.session.networks[1].preprocessing.mean = [0.485, 104, -1]
    model.session.networks[1].preprocessing.deviation = [1, 0.229, 3]
    model.session.networks[1].preprocessing.range = PixelRange(black: -1, white: 1)
    model.session.networks[1].preprocessing.isBlueFirst = true
    model.session.networks[1].classes = "names.txt"
    model.session.images.source = .files(["x.png", "y.png"])
    model.session.images.count = 2
    model.session.size = InputSize(height: 96, width: 128)
    let back = try Session(decoding: model.session.encoded())
    #expect(back == model.session)
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
        expected: "one of " + PanelName.allCases.map(\.rawValue).joined(separator: ", "),
        found: "\"nowhere\"")
    ),
  ])
  func whatIsWrongIsNamed(_ text: String, _ error: SessionError) {
    #expect(throws: error) { try read(text) }
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
