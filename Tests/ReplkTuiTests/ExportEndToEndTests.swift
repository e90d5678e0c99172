// Every kind of file that `erf` and `compare` write, read back.

import ERFEngine
import Foundation
import TestSupport
import Testing

@Suite struct ExportEndToEndTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func erf(_ arguments: [String]) throws -> Outcome {
    try succeed(["erf", Samples.tiny, "--size", "48x64"] + arguments, in: folder)
  }

  /// The lines of a PGM's header up to the maximum, and where the samples begin.
  private func header(_ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) throws
    -> (lines: [String], end: Int)
  {
    var lines: [String] = []
    var start = 0
    while lines.filter({ !$0.hasPrefix("#") }).count < 3 {
      let end = try #require(bytes[start...].firstIndex(of: 0x0A), sourceLocation: sourceLocation)
      lines.append(String(decoding: bytes[start..<end], as: UTF8.self))
      start = end + 1
    }
    return (lines, start)
  }

  @Test func everyEndingInOneRun() throws {
    let outcome = try erf([
      "-o", "map.pgm", "--output", "map.png", "-o", "map.npy", "-o=map.csv", "-o", "map.json",
      "-o", "CAPITALS.NPY", "--json",
    ])
    #expect(
      folder.names == ["CAPITALS.NPY", "map.csv", "map.json", "map.npy", "map.pgm", "map.png"])
    // What the run took is printed, and not kept.
    var entry = try #require(outcome.results().first)
    #expect(entry.removeValue(forKey: "seconds") != nil)
    #expect(entry.removeValue(forKey: "peakBytes") != nil)
    let file = try JSONSerialization.jsonObject(with: Data(folder.read("map.json")))
    let texts = try [file, ["results": [entry]]].map {
      try JSONSerialization.data(withJSONObject: $0, options: .sortedKeys)
    }
    #expect(texts[0] == texts[1])

    let map = try NPY.load(path: folder.file("map.npy"))
    #expect(map.shape == [48, 64])
    #expect(try folder.read("CAPITALS.NPY") == folder.read("map.npy"))

    let rows = String(decoding: try folder.read("map.csv"), as: UTF8.self).split(separator: "\n")
    #expect(rows.count == 48)
    let numbers = rows.flatMap { $0.split(separator: ",").map { Double($0) ?? .nan } }
    #expect(numbers.map { Float($0) } == map.values)

    let png = try folder.read("map.png")
    #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
    #expect(Array(png[16..<24]) == [0, 0, 0, 64, 0, 0, 0, 48])
  }

  @Test func pgmHoldsTheLogarithmIn16Bits() throws {
    _ = try erf(["-o", "map.pgm", "-o", "map.npy"])
    let bytes = try folder.read("map.pgm")
    let (lines, start) = try header(bytes)
    #expect(lines.first == "P5")
    #expect(Array(lines.suffix(2)) == ["64 48", "65535"])
    let comments = lines.filter { $0.hasPrefix("# ") }.joined(separator: "\n")
    for part in ["model: \(Samples.tinyName)", "weights: random:0", "input: 48 x 64", "images: 1"] {
      #expect(comments.contains(part), "\(part)")
    }
    for part in ["rule: paper", "scale: "] { #expect(comments.contains(part), "\(part)") }

    #expect(bytes.count == start + 48 * 64 * 2)
    let samples = stride(from: start, to: bytes.count, by: 2).map {
      Int(bytes[$0]) << 8 | Int(bytes[$0 + 1])
    }
    let logs = try NPY.load(path: folder.file("map.npy")).values.map { log1p(Double($0)) }
    let peak = try #require(logs.max())
    for (sample, value) in zip(samples, logs) {
      #expect(abs(Double(sample) - value / peak * 65_535) < 1)
    }
  }

  @Test func pgmVariants() throws {
    _ = try erf(["-o", "map.pgm"])
    _ = try erf(["-o", "bytes.pgm", "--pgm-8"])
    _ = try erf(["-o", "text.pgm", "--pgm-ascii"])
    let bytes = try folder.read("bytes.pgm")
    let eight = try header(bytes)
    #expect(eight.lines.first == "P5")
    #expect(eight.lines.last == "255")
    #expect(bytes.count == eight.end + 48 * 64)
    let text = try folder.read("text.pgm")
    let ascii = try header(text)
    #expect(ascii.lines.first == "P2")
    #expect(ascii.lines.last == "65535")
    #expect(
      try PGM.load(path: folder.file("text.pgm")) == PGM.load(path: folder.file("map.pgm")))
  }

  @Test func coloursChangeThePicture() throws {
    _ = try erf(["-o", "ember.png"])
    _ = try erf(["-o", "grey.png", "--colormap", "grey"])
    #expect(try folder.read("ember.png") != folder.read("grey.png"))
  }

  @Test func filesAreReplaced() throws {
    _ = try folder.write(Array("old".utf8), to: "map.npy")
    _ = try erf(["-o", "map.npy", "--force"])
    #expect(try NPY.load(path: folder.file("map.npy")).shape == [48, 64])
    #expect(folder.names == ["map.npy"])
  }

  /// A limit on the size of files stands in for a full disk.
  @Test(.disabled(if: Sanitizers.areForThreads, "its own files would not fit"))
  func oldFilesSurviveAFullDisk() throws {
    _ = try folder.write(Array("old".utf8), to: "map.npy")
    let outcome = try Executable.run(
      ["erf", Samples.tiny, "--size", "64", "-o", "map.npy", "--force"], in: folder,
      shell: "ulimit -f 8; exec \"$@\"")
    expectOneLine(outcome, code: 1, mentions: ["map.npy", "cannot be written"])
    #expect(outcome.output.isEmpty)
    #expect(folder.names == ["map.npy"])
    #expect(try folder.read("map.npy") == Array("old".utf8))
  }

  /// What is exported to standard output stands there before the report, be that led into a file.
  @Test(arguments: [[], ["--force"]]) func standardOutput(_ force: [String]) throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link.json"), withDestinationPath: "/dev/stdout")
    let erf = ["erf", Samples.tiny, "--size", "32", "-o"]
    _ = try succeed(erf + ["map.json"], in: folder)
    let outcome = try Executable.run(
      erf + ["link.json"] + force, in: folder, shell: "exec > o; echo before; exec \"$@\"")
    #expect(outcome.code == 0 && outcome.error == "")
    let text = String(decoding: try folder.read("o"), as: UTF8.self)
    let document = String(decoding: try folder.read("map.json"), as: UTF8.self)
    #expect(text.hasPrefix("before\n" + document))
    #expect(text.contains("area ratio") && text.hasSuffix("wrote link.json\n"))
  }

  /// What a run goes on with is read and written again, so it is no stream.
  @Test(arguments: [
    ["erf", Samples.tiny, "-o", "link.erf"],
    ["features", Samples.tiny, "--tap", "stage1", "-o", "link.safetensors"],
    ["train", Samples.tiny, "-o", "link.safetensors", "--force"],
  ])
  func streamsAreNotGoneOnWith(_ arguments: [String]) throws {
    for name in ["link.erf", "link.safetensors"] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.file(name), withDestinationPath: "/dev/stdout")
    }
    let outcome = try Executable.run(arguments, in: folder, shell: "exec \"$@\" > o")
    expectOneLine(outcome, code: 2, mentions: ["expected a file rather than a pipe or device"])
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "no /dev/full here"))
  func fullDevices() throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("full.pgm"), withDestinationPath: "/dev/full")
    let outcome = try Executable.run(
      ["erf", Samples.tiny, "--size", "32", "-o", "full.pgm"], in: folder)
    expectOneLine(outcome, code: 1, mentions: ["full.pgm", "No space left"])
    #expect(outcome.output.isEmpty)
    #expect(folder.names == ["full.pgm"])
  }

  /// Root may write anywhere.
  @Test(.enabled(if: geteuid() != 0, "root may write into every folder"))
  func readOnlyFolders() throws {
    let inner = folder.file("inner")
    try FileManager.default.createDirectory(
      atPath: inner, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o555])
    let outcome = try Executable.run(
      ["erf", Samples.tiny, "--size", "32", "-o", "inner/map.pgm"], in: folder)
    expectOneLine(outcome, code: 1, mentions: ["inner/map.pgm", "Permission denied"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: inner) == [])
  }

  @Test func compareWritesANewFolder() throws {
    let outcome = try succeed(
      [
        "compare", Samples.tiny, "resnet:block=basic:layers=1,1:width=4", "--size", "64",
        "--weights", "random:1", "--weights", "random:2", "-o", "new/out",
      ], in: folder)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("new/out"))
    for ending in [".pgm", ".png", ".npy"] {
      #expect(names.filter { $0.hasSuffix(ending) }.count == 2, "\(ending)")
    }
    #expect(names.count == 7)
    let document = try JSONSerialization.jsonObject(
      with: Data(folder.read("new/out/results.json")))
    let results = try #require((document as? [String: Any])?["results"] as? [[String: Any]])
    #expect(results.map { $0["weights"] as? String } == ["random:1", "random:2"])
    #expect(outcome.text.contains("area ratio"))
    #expect(outcome.text.contains("new/out/results.json"))
    for name in names where name.hasSuffix(".pgm") {
      #expect(try PGM.load(path: folder.file("new/out/\(name)")).width == 64)
    }
  }

  @Test func compareNumbersEqualModels() throws {
    _ = try succeed(
      ["compare", Samples.tiny, Samples.tiny, "--size", "32", "-o", "out"], in: folder)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("out"))
    #expect(names.count == 7)
    #expect(names.contains { $0.hasSuffix("-2.pgm") })
  }

  @Test func comparePrintsJSON() throws {
    let outcome = try succeed(
      ["compare", Samples.tiny, Samples.tiny, "--size", "32", "--json"], in: folder)
    #expect(try outcome.results().count == 2)
    #expect(folder.names == [])
  }
}
