import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct SafetensorsTests {
  private let folder: TemporaryFolder
  private var path: String { folder.file("case.safetensors") }

  init() throws { folder = try TemporaryFolder() }

  private func write(_ header: String, payload: [UInt8] = []) throws -> String {
    var length = UInt64(header.utf8.count)
    var bytes: [UInt8] = []
    for _ in 0..<8 {
      bytes.append(UInt8(length & 0xFF))
      length >>= 8
    }
    return try folder.write(bytes + header.utf8 + payload, to: "case.safetensors")
  }

  @Test func readsEveryFloatingType() throws {
    let header = """
      {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},\
      "b":{"dtype":"F16","shape":[4],"data_offsets":[8,16]},\
      "c":{"dtype":"BF16","shape":[1,2],"data_offsets":[16,20]},\
      "d":{"dtype":"F64","shape":[],"data_offsets":[20,28]},\
      "e":{"dtype":"I64","shape":[1],"data_offsets":[28,36]},\
      "f":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[36,37]},\
      "__metadata__":{"made":"by hand"}}
      """
    let payload: [UInt8] =
      [0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC1]  // 1, -10
      + [0x00, 0x3C, 0x01, 0x00, 0x00, 0xFC, 0xFF, 0x7B]  // 1, 2^-24, -inf, 65504
      + [0x80, 0x3F, 0x40, 0xC0]  // 1, -3
      + [0, 0, 0, 0, 0, 0, 0xE0, 0x3F]  // 0.5
      + [1, 0, 0, 0, 0, 0, 0, 0, 0x38]
    let file = try Safetensors(path: try write(header, payload: payload))
    #expect(file.keys == ["a", "b", "c", "d", "e", "f"])
    #expect(file.metadata == ["made": "by hand"])
    #expect(try file.tensor("a").elements == [1, -10])
    #expect(try file.tensor("b").elements == [1, 0x1p-24, -.infinity, 65504])
    #expect(try file.tensor("c").elements == [1, -3])
    #expect(try file.tensor("c").shape == [1, 2])
    #expect(try file.tensor("d").elements == [0.5])
    #expect(try file.tensor("e").elements == [1])
    #expect(throws: CheckpointError.wrongType(path: path, key: "f", found: "F8_E4M3")) {
      try file.tensor("f")
    }
    #expect(throws: CheckpointError.self) { try file.tensor("missing") }
  }

  @Test(arguments: [
    "", "{", "[]", "{}x", #"{"a":1}"#, #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,80000]}}"#,
    #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[9223372036854775807,2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":[}}"#, #"{"a\"#, #"{"a\u12"#,
    #"{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, "{\"a\n\":1}", #"{"a":{}}"#,
  ]) func damagedHeadersAreRefused(_ header: String) throws {
    let path = try write(header, payload: [UInt8](repeating: 0, count: 8))
    #expect(throws: CheckpointError.self) { try Safetensors(path: path) }
  }

  @Test func deepHeadersAreRefused() throws {
    let path = try write("{\"a\":" + String(repeating: "[", count: 100_000), payload: [])
    #expect(throws: CheckpointError.self) { try Safetensors(path: path) }
  }

  /// Two readers would open two networks.
  @Test func namesThatComeTwiceAreRefused() throws {
    let entry = #"{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#
    let path = try write(
      #"{"a":\#(entry),"\u0061":\#(entry)}"#, payload: [UInt8](repeating: 0, count: 8))
    #expect(
      throws: CheckpointError.malformed(path: path, reason: "its header names a twice")
    ) { try Safetensors(path: path) }
  }

  /// Millions of axes or fields would take many times the memory of the header; that is no damage.
  @Test(arguments: [
    (
      #""shape":[0\#(String(repeating: ",1", count: 64))],"data_offsets":[0,0]"#,
      "cannot be opened: its header gives a more than 64 axes"
    ),
    (
      #""shape":[0],"data_offsets":[0,0,0]"#,
      "is damaged: its header does not give type, shape and place of a"
    ),
    (
      #""shape":[0],"data_offsets":[0,0]"# + (0...64).map { #","f\#($0)":0"# }.joined(),
      "cannot be opened: its header says too much of a"
    ),
  ])
  func longDescriptionsAreRefused(_ fields: String, _ words: String) throws {
    let path = try write(#"{"a":{"dtype":"F32",\#(fields)}}"#, payload: [])
    let error = #expect(throws: CheckpointError.self) { try Safetensors(path: path) }
    #expect(error?.explanation == "\(path) \(words)")
  }

  /// What `inspect --json` writes of a tensor is what the encoder would.
  @Test func summariesAsJSON() throws {
    let header = #"""
      {"a\"\u202e":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},
      "b":{"dtype":"F32","shape":[],"data_offsets":[8,12]},
      "c":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[12,13]},
      "d":{"dtype":"F32","shape":[0,3],"data_offsets":[13,13]}}
      """#
    let payload: [UInt8] = [0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC1, 0, 0, 0xC0, 0x7F, 0x38]
    let inspection = try CheckpointInspection(path: try write(header, payload: payload))
    let tensors = try inspection.tensors()
    #expect(tensors.map(\.name) == ["a\"\u{202e}", "b", "c", "d"])
    #expect(tensors.map(\.shape) == [[1, 2], [], [1], [0, 3]])
    #expect(tensors.first?.min == -10 && tensors.first?.mean == -4.5)
    for tensor in tensors {
      let (quick, encoded) = (try tensor.json(), try JSONText.encode(tensor))
      #expect(
        String(decoding: quick, as: UTF8.self) == String(decoding: encoded, as: UTF8.self))
    }
  }

  @Test func tensorsThatOverlapAreRefused() throws {
    let path = try write(
      """
      {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},\
      "b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}
      """, payload: [UInt8](repeating: 0, count: 12))
    #expect(throws: CheckpointError.malformed(path: path, reason: "a and b overlap")) {
      try Safetensors(path: path)
    }
  }

  /// Where tensors lie, how many bytes there are for them, and which of these are none's.
  struct Gap: Sendable {
    let places: [Range<Int>]
    let count: Int
    let gap: Range<Int>
  }

  /// Bytes before the first tensor, between two, and behind the last, also where there is none.
  @Test(arguments: [
    Gap(places: [4..<8, 8..<12], count: 12, gap: 0..<4),
    Gap(places: [0..<4, 5..<9], count: 9, gap: 4..<5),
    Gap(places: [4..<8, 0..<4], count: 15, gap: 8..<15),
    Gap(places: [], count: 2, gap: 0..<2),
  ]) func bytesOfNoTensorAreRefused(_ one: Gap) throws {
    let entries = one.places.map {
      #""\#($0.lowerBound)":{"dtype":"F32","shape":[1],"#
        + #""data_offsets":[\#($0.lowerBound),\#($0.upperBound)]}"#
    }
    let text = "{\(entries.joined(separator: ","))}"
    // So long that the tensors' bytes begin at 1000.
    let header = text + String(repeating: " ", count: 992 - text.utf8.count)
    let path = try write(header, payload: [UInt8](repeating: 0, count: one.count))
    let words = "\(one.gap.count.counted("byte")) from byte \(1000 + one.gap.lowerBound) on"
    #expect(throws: CheckpointError.malformed(path: path, reason: "no tensor has the \(words)")) {
      try Safetensors(path: path)
    }
  }

  /// Escapes, blanks, fields of later versions, metadata that is not text.
  @Test func headersMayBeWrittenOtherwise() throws {
    let header = """
      {"__metadata__" : {"a\\n\\u00e9\\ud83d\\ude00\\"": "\\\\b\\/", "n": 3, "o": {"p": ["}"]}},
       "x/\\t": { "later" : [{"a": "]"}, 1.5e3, true], "data_offsets" : [ 0, 4 ],
        "shape": [ ] , "dtype":"F32" } }   \n
      """
    let file = try Safetensors(path: try write(header, payload: [0, 0, 0x80, 0x3F]))
    #expect(file.metadata == ["a\né\u{1F600}\"": "\\b/"])
    #expect(file.keys == ["x/\t"])
    #expect(try file.tensor("x/\t").elements == [1])
  }

  @Test func sizesThatDisagreeAreRefused() throws {
    let header = #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#
    let file = try Safetensors(path: try write(header, payload: [UInt8](repeating: 0, count: 8)))
    #expect(throws: CheckpointError.self) { try file.tensor("a") }
  }

  @Test func hugeHeaderLengthsAreRefused() throws {
    for length: [UInt8] in [[255, 255, 255, 255, 255, 255, 255, 255], [0, 0, 0, 0, 0, 0, 0, 128]] {
      let path = try folder.write(length + Array("{}".utf8), to: "huge.safetensors")
      #expect(throws: CheckpointError.self) { try Safetensors(path: path) }
    }
  }

  /// A mapping of what is no longer there would be a signal.
  @Test func filesThatShrinkAreErrors() throws {
    let path = try folder.write(
      Fixtures.bytes("resnet-tiny.safetensors"), to: "shrinking.safetensors")
    let file = try Safetensors(path: path)
    let key = try #require(file.keys.last)
    #expect(throws: Never.self) { try file.tensor(key) }
    // In place: writing anew would leave the mapping with the old file.
    try #require(FileHandle(forWritingAtPath: path)).truncate(atOffset: 100)
    let error = #expect(throws: CheckpointError.self) { try file.tensor(key) }
    #expect(error == .malformed(path: path, reason: "it was cut while it was read"))
  }

  /// Whatever is touched when the file is gone already, also between a check and what it was for.
  @Test func pagesThatAreGoneEndNothing() throws {
    let path = try folder.write([UInt8](repeating: 7, count: 1 << 20), to: "gone")
    let file = try MappedFile(path: path)
    let other = try MappedFile(path: try folder.write([1, 2, 3], to: "other"))
    #expect(file.byte(at: 500_000) == 7 && file.isWhole)
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.truncate(atOffset: 10)
    #expect(file.byte(at: 900_000) == nil && file.word(at: 800_000) == nil)
    #expect(file.bytes(700_000..<700_100) == nil)
    // What grew back is not what was there.
    try handle.truncate(atOffset: 1 << 20)
    #expect(!file.isWhole && file.byte(at: 500_000) == nil)
    #expect(other.byte(at: 2) == 3 && other.isWhole)
  }

  /// The explorer's terminal takes the signals over after files were mapped.
  @Test func pagesAreWatchedAfterOthersTookTheSignals() throws {
    let path = try folder.write([UInt8](repeating: 7, count: 1 << 20), to: "taken")
    let file = try MappedFile(path: path)
    // Faults of other tests are tried again until the watch is back.
    signal(SIGBUS) { _ in }
    MappedFiles.watchOn()
    try #require(FileHandle(forWritingAtPath: path)).truncate(atOffset: 10)
    #expect(file.byte(at: 900_000) == nil && !file.isWhole)
  }
}

@Suite struct CheckpointParametersTests {
  private let model = "resnet:block=bottleneck:layers=1,1:width=4:classes=5"
  private let fixture = WeightsSource.file(Fixtures.path("resnet-tiny.safetensors"))

  @Test func prefixesAreFound() throws {
    #expect(throws: Never.self) { try Network(NetworkSpec(model: model, weights: fixture)) }
  }

  /// The network under several names at once, averaged ones among them.
  @Test func wrappersAreFoundAndChosen() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("wrapped.safetensors")
    let whole = try Network.trainingForm(NetworkSpec(model: model, weights: fixture))
      .stateDictionary
    func write(_ prefixes: [String]) throws {
      try SafetensorsWriter(
        tensors: prefixes.flatMap { prefix in whole.map { (prefix + $0.key, $0.value) } },
        type: .float32, metadata: [:]
      ).write(to: path)
    }
    var spec = NetworkSpec(file: path)
    let names = [
      "model", "state_dict", "module", "backbone", "module.backbone", "model_ema", "net",
    ]
    for name in [""] + names {
      try write([name.isEmpty ? "" : name + "."])
      let network = try Network(spec)
      #expect(network.id == model)
      #expect(network.weightsChoice == WeightsChoice(chosen: name, others: []))
    }
    try write(["model_ema.module.", "net.", "model."])
    #expect(
      try Network(spec).weightsChoice
        == WeightsChoice(chosen: "model", others: ["net", "model_ema.module"]))
    spec.weightsKey = "model_ema"
    #expect(
      try Network(spec).weightsChoice
        == WeightsChoice(chosen: "model_ema.module", others: ["model", "net"]))
    spec.weightsKey = "optimizer"
    #expect(
      throws: CheckpointError.noWeights(
        path: path, key: "optimizer", available: ["model", "net", "model_ema.module"])
    ) { try Network(spec) }
  }

  @Test(arguments: [
    ("resnet:block=bottleneck:layers=1,2:width=4:classes=5", "lacks"),
    ("resnet:block=bottleneck:layers=1:width=4:classes=5", "should be"),
    ("resnet:block=bottleneck:layers=1,1:width=8:classes=5", "should be"),
    ("resnet:block=bottleneck:layers=1,1:width=4:classes=6", "should be"),
    ("replknet-3", "lacks"),
  ]) func otherNetworksAreRefused(_ pair: (model: String, words: String)) {
    let error = #expect(throws: CheckpointError.self) {
      try Network(NetworkSpec(model: pair.model, weights: fixture))
    }
    #expect(error?.explanation.contains(pair.words) == true, "\(error?.explanation ?? "")")
  }
}
