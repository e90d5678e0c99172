// What the commands that read and write weights do with ONNX files.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct ExportedFileEndToEndTests {
  private let folder: TemporaryFolder
  private let file = Fixtures.path("onnx/resnet-ts.onnx")

  init() throws { folder = try TemporaryFolder() }

  private func text(_ run: Outcome) -> String { String(decoding: run.output, as: UTF8.self) }

  /// The table of a file without tensors ended the program.
  @Test func filesWithoutWeightsAreInspected() throws {
    // Version 8, operators 17, a graph of y = Elu(x) and its output.
    let elu: [UInt8] = [
      8, 8, 66, 2, 16, 17, 58, 18, 10, 11, 10, 1, 120, 18, 1, 121, 34, 3, 69, 108, 117, 98, 3, 10,
      1, 121,
    ]
    _ = try folder.write(elu, to: "bare.onnx")
    let run = try Executable.run(["inspect", "bare.onnx"], in: folder)
    expectOneLine(run, code: 1, mentions: ["would not open: bare.onnx", "no input of pictures"])
    #expect(text(run).contains("tensor  type  shape  min  mean  max  hash"))
  }

  /// The bytes of `file` with `old`, which is there, replaced by as many others.
  private func patched(_ old: [UInt8], _ new: [UInt8]) throws -> [UInt8] {
    let bytes = try Fixtures.bytes("onnx/resnet-ts.onnx")
    let place = try #require(bytes.firstRange(of: old)).lowerBound
    return Array(bytes[..<place]) + new + bytes[(place + old.count)...]
  }

  @Test func areasOfTwoSizesAreSaidNotToCompare() throws {
    let words = "(48x48, 224x224) do not compare"
    let other = "resnet:block=basic:layers=1,1:width=4"
    let run = try succeed(["compare", file, other, "--count", "1"], in: folder)
    #expect(text(run).contains(words))
    let same = try succeed(["compare", file, other, "--count", "1", "--size", "48"], in: folder)
    #expect(!text(same).contains("do not compare"))
  }

  /// Modules that have no row, a few of them in the table and all in the document.
  @Test func modulesBesidesAreListed() throws {
    let table = text(try succeed(["info", file], in: folder))
    let document = try succeed(["info", file, "--json"], in: folder).object()
    let modules = try #require(document["modules"] as? [[String: Any]])
    let names = modules.compactMap { $0["name"] as? String }
    #expect(table.contains("other modules that --tap takes:") && names.count == modules.count)
    let outer = names.filter { !$0.contains(".") }
    #expect(!outer.isEmpty)
    for name in outer { #expect(table.contains("  \(name) "), "\(name)") }
    #expect(names.count <= 20 || table.contains("and \(names.count - 20) more"))
    let name = try #require(names.last)
    _ = try succeed(["erf", file, "--tap", name, "--count", "1"], in: folder)
    #expect(try succeed(["info", "replknet-3", "--json"], in: folder).object()["modules"] == nil)
  }

  /// `inspect` and `erf` agree on whether a graph opens, in the same words.
  @Test func inspectionTellsWhatKeepsAGraphFromOpening() throws {
    // Everything depends on the first operator.
    _ = try folder.write(
      patched(Array("\u{22}\u{4}Conv".utf8), Array("\u{22}\u{4}Come".utf8)), to: "other.onnx")
    let computed = try Executable.run(["erf", "other.onnx", "--count", "1"], in: folder)
    expectOneLine(computed, code: 1, mentions: ["other.onnx needs Come, which is not known here"])
    let words = computed.error.dropFirst("replk-tui: ".count)
    let inspected = try Executable.run(["inspect", "other.onnx"], in: folder)
    expectOneLine(inspected, code: 1, mentions: ["would not open: \(words.dropLast())"])
    #expect(text(inspected).contains("fc.weight"))
    let json = try Executable.run(["inspect", "other.onnx", "--json"], in: folder)
    #expect(json.code == 1)
    #expect(try json.object()["problems"] as? [String] == [String(words.dropLast())])
    let whole = try succeed(["inspect", file], in: folder)
    #expect(text(whole).contains("network: opens, with stage1, stage2, stage3"))
  }

  /// What there is to know of a graph is said by every command, and kept in every file that says where
  /// it is from: here that its operator set is a newer one, or that a checkpoint calls itself something else.
  @Test(arguments: [
    ("newer.onnx", "newer.onnx", "operator set 24 is newer than 23"),
    (
      "blur.pth", "resnet:block=basic:layers=1,1,1,1:width=2:classes=7",
      "the file calls itself resnetblur18, and is opened as"
    ),
  ])
  func notesAreSaidEverywhere(_ name: String, _ model: String, _ words: String) throws {
    let bytes = try Fixtures.bytes("onnx/resnet-ts.onnx")
    try #require(bytes.firstRange(of: [0x42, 2, 0x10, 17]) != nil)
    _ = try folder.write(patched([0x42, 2, 0x10, 17], [0x42, 2, 0x10, 24]), to: "newer.onnx")
    _ = try folder.write(Fixtures.bytes("names/blur.pth"), to: "blur.pth")
    let picture = try folder.write(Samples.picture(level: 99), to: "p.ppm")
    for command in [
      ["erf", name, "--count", "2", "-o", "m.pgm", "-o", "m.png"],
      ["erf", name, "--count", "2", "--shard", "1/2", "-o", "part-1.erf"],
      ["erf", name, "--count", "2", "--shard", "2/2", "-o", "part-2.erf"],
      ["merge", "part-1.erf", "part-2.erf"],
      ["features", name, "--tap", "stage1", "--count", "1", "-o", "f.npy"],
      ["classify", name, "--image", picture],
      ["compare", name, file, "--count", "1"], ["info", name],
      ["sweep", name, "--sizes", "48", "--count", "1", "-o", "t.csv"],
      ["inspect", name],
    ] {
      let run = try succeed(command, in: folder)
      // Of several networks each is named.
      let whose = command[0] == "compare" ? "\(model): " : ""
      #expect(text(run).contains("note: " + whose + words), "\(command)")
    }
    for command in [
      ["erf", name, "--count", "1"], ["merge", "part-1.erf", "part-2.erf"],
      ["classify", name, "--image", picture], ["info", name],
      ["inspect", name],
    ] {
      let object = try succeed(command + ["--json"], in: folder).object()
      let entry = (object["results"] as? [[String: Any]])?.first?["notes"] ?? object["notes"]
      #expect((entry as? [String])?.first?.hasPrefix(words) == true, "\(command)")
    }
    for export in ["m.pgm", "m.png"] {
      let content = String(decoding: try folder.read(export), as: UTF8.self)
      #expect(content.contains(words), "\(export)")
    }
  }

  /// What can be done is said before anything else is asked for.
  @Test func graphsAreNotTrained() throws {
    for words in [[file], ["replknet-3-nano", "--from", file, "-o", "w.safetensors"]] {
      let run = try Executable.run(["train"] + words, in: folder)
      expectOneLine(
        run, code: 2, mentions: ["exported graph", "train the network that it came from"])
    }
  }

  /// The numbers of the file, under PyTorch's names; the difference is that of the rounded numbers.
  @Test func weightsAreWrittenUnderTheNamesOfLayers() throws {
    let whole = try succeed(["convert", file, "w.safetensors"], in: folder)
    #expect(text(whole).contains("before and after: 0.0 "))
    #expect(text(whole).contains("under the names of their layers: the graph stays in \(file)"))
    let source = try ONNXModel(path: file)
    let written = try Safetensors(path: folder.file("w.safetensors"))
    for name in ["fc.weight", "fc.bias"] {
      let tensor = try #require(source.graph.initializers[name])
      let elements = try source.constant(tensor).tensor.elements
      #expect(try written.tensor(name).elements == elements, "\(name)")
    }
    #expect(try written.tensor("layer3.0.conv1.weight").shape == [24, 16, 3, 3])
    let half = try succeed(["convert", file, "h.safetensors", "--dtype", "f16"], in: folder)
    #expect(!text(half).contains("before and after: 0.0 "))
  }

  @Test func whatCannotBeConvertedIsSaid() throws {
    for option in ["--merge", "--fuse"] {
      let run = try Executable.run(["convert", file, "w.safetensors", option], in: folder)
      expectOneLine(run, code: 2, mentions: ["--merge and --fuse are for built-in networks"])
    }
    let edited = try Executable.run(
      ["convert", file + ":kernels=3,1,3", "w.safetensors"], in: folder)
    expectOneLine(edited, code: 2, mentions: ["an edited ONNX file cannot be written"])
    #expect(!FileManager.default.fileExists(atPath: folder.file("w.safetensors")))
  }
}
