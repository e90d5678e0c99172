// No command writes over what it reads; over other files only when it is told to.

import ERFEngine
import Foundation
import TestSupport
import Testing

@Suite struct OverwriteTests {
  let folder: TemporaryFolder
  private let other = Array("of somebody else".utf8)

  init() throws { folder = try TemporaryFolder() }

  /// A command and the file that it writes.
  struct Case: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let output: String
    /// Commands that have to run before.
    var earlier: [[String]] = []

    var testDescription: String { arguments[0] }

    /// Puts `bytes` where the file goes, after what has to run before.
    func prepare(_ folder: TemporaryFolder, _ bytes: [UInt8]) throws {
      for command in earlier { _ = try succeed(command, in: folder) }
      let parts = output.split(separator: "/").dropLast()
      if !parts.isEmpty { try folder.makeFolder(parts.joined(separator: "/")) }
      _ = try folder.write(bytes, to: output)
    }
  }

  static let cases: [Case] = [
    Case(
      arguments: ["features", Samples.tiny, "--size", "32", "--tap", "stage1", "-o", "out.npy"],
      output: "out.npy"),
    Case(
      arguments: ["convert", Samples.tiny, "out.safetensors"], output: "out.safetensors"),
    Case(
      arguments: ["snapshot", Samples.tiny, "--size", "32", "-o", "out.txt"], output: "out.txt"),
    Case(
      arguments: ["stimuli", "-o", "out", "--count", "1", "--size", "16"],
      output: "out/" + BuiltInStimulus(kind: .conflict, seed: 0, index: 0).path),
    Case(
      arguments: ["probe", Samples.tiny, "--size", "32", "--count", "64", "--csv", "out.csv"],
      output: "out.csv"),
    Case(arguments: ["sweep", Samples.tiny, "--sizes", "32", "-o", "out.csv"], output: "out.csv"),
  ]

  @Test(arguments: cases)
  func whatIsThereStaysUnlessForced(_ one: Case) throws {
    try one.prepare(folder, other)
    let outcome = try Executable.run(one.arguments, in: folder)
    expectOneLine(outcome, code: 2, mentions: [one.output, "--force"])
    #expect(try folder.read(one.output) == other)
    _ = try succeed(one.arguments + ["--force"], in: folder)
    #expect(try folder.read(one.output) != other)
  }

  /// Exports of the same map may be replaced; of another input, unit, layer, rule or picture not.
  @Test func exportsOfTheSameMapNeedNoForce() throws {
    let erf = ["erf", Samples.tiny, "-o", "map.pgm", "-o", "map.npy", "-o", "numbers.json"]
    let same = erf + ["--size", "32"]
    _ = try succeed(same, in: folder)
    _ = try succeed(same, in: folder)
    for others in [
      ["--size", "40"], ["--size", "32", "--at", "0,1"], ["--size", "32", "--stage", "1"],
      ["--size", "32", "--rule", "abs"], ["--size", "32", "--count", "2"],
      ["--size", "32", "--weights", "random:1"],
    ] {
      let outcome = try Executable.run(erf + others, in: folder)
      expectOneLine(outcome, code: 2, mentions: ["map.pgm", "--force"])
    }
    // Beside no PGM of its own an array tells nothing.
    let alone = ["erf", Samples.tiny, "--size", "32", "-o", "map.npy"]
    expectOneLine(try Executable.run(alone, in: folder), code: 2, mentions: ["map.npy"])
    let compare = ["compare", Samples.tiny, Samples.tiny, "--size", "32", "-o", "out"]
    let weights = ["--weights", "random:0", "--weights"]
    _ = try succeed(compare + weights + ["random:1"], in: folder)
    _ = try succeed(compare + weights + ["random:1"], in: folder)
    let outcome = try Executable.run(compare + weights + ["random:2"], in: folder)
    expectOneLine(outcome, code: 2, mentions: ["--force"])
  }

  /// What somebody else put beside or in the place of an export stays, whatever the others say.
  @Test(arguments: [
    "results.json", "resnet20-cifar.npy", "resnet20-cifar.png", "resnet20-cifar.pgm",
  ])
  func eachFileOfAComparisonSpeaksForItself(_ name: String) throws {
    let compare = ["compare", "resnet20-cifar", "replknet-3-nano", "--size", "32", "-o", "out"]
    _ = try succeed(compare, in: folder)
    _ = try succeed(compare, in: folder)
    let whole = try folder.read("out/" + name)
    // Of another's making, and of this program's but about something else.
    let erf = ["erf", "resnet20-cifar", "--size", "40", "-o", "out/" + name, "--force"]
    for make in [
      { _ = try folder.write(other, to: "out/" + name) }, { _ = try succeed(erf, in: folder) },
    ] {
      try make()
      let before = try folder.read("out/" + name)
      #expect(before != whole)
      let outcome = try Executable.run(compare, in: folder)
      expectOneLine(outcome, code: 2, mentions: [name, "--force"])
      #expect(try folder.read("out/" + name) == before)
    }
  }

  /// An array of the right shape is not the map if its numbers are others.
  @Test func arraysAreComparedWithTheMapsBesideThem() throws {
    for beside in ["map.pgm", "map.png", "map.json"] {
      let erf = [
        "erf", Samples.tiny, "--size", "32", "-o", beside, "-o", "map.npy", "-o", "map.csv",
      ]
      _ = try succeed(erf, in: folder)
      _ = try succeed(erf, in: folder)
      for name in ["map.npy", "map.csv"] {
        let own = try folder.read(name)
        let array = try SavedMap.load(path: folder.file(name)).map
        let values = array.values.map { Float($0) * 3 }
        let text = (0..<32).map { row in
          values[32 * row..<32 * row + 32].map { "\($0)" }.joined(separator: ",")
        }.joined(separator: "\n")
        let changed =
          name.hasSuffix("csv") ? Array(text.utf8) : NPY(shape: [32, 32], values: values).encoded()
        if beside == "map.json" {
          // Of a JSON document the widths tell, which a factor does not change.
          _ = try folder.write(Array("1,2\n3,4\n".utf8), to: name)
        } else {
          _ = try folder.write(changed, to: name)
        }
        let outcome = try Executable.run(erf, in: folder)
        expectOneLine(outcome, code: 2, mentions: [name, "--force"])
        _ = try folder.write(own, to: name)
      }
      for name in [beside, "map.npy", "map.csv"] {
        try FileManager.default.removeItem(atPath: folder.file(name))
      }
    }
  }

  /// A part of an earlier run vouches for its own exports, not for what else is called like it.
  @Test func besideAPartToo() throws {
    let erf = [
      "erf", Samples.tiny, "--size", "32", "-o", "map.erf", "-o", "map.npy", "-o", "map.png",
    ]
    _ = try succeed(erf, in: folder)
    _ = try succeed(erf, in: folder)
    for name in ["map.npy", "map.png"] {
      let own = try folder.read(name)
      _ = try folder.write(other, to: name)
      expectOneLine(try Executable.run(erf, in: folder), code: 2, mentions: [name, "--force"])
      #expect(try folder.read(name) == other)
      _ = try folder.write(own, to: name)
    }
  }

  @Test func theSameStimuliAreNoOthers() throws {
    let arguments = ["stimuli", "-o", "out", "--count", "2", "--size", "16"]
    _ = try succeed(arguments, in: folder)
    _ = try succeed(arguments, in: folder)
    let outcome = try Executable.run(arguments + ["--seed", "1"], in: folder)
    expectOneLine(outcome, code: 2, mentions: ["--force"])
  }

  /// The weights that training starts from are an input; another file wants --force.
  @Test func trainKeepsWhatIsThere() throws {
    _ = try succeed(["convert", Samples.tiny, "net.safetensors"], in: folder)
    let before = try folder.read("net.safetensors")
    let train = ["train", Samples.tiny, "--size", "32", "--steps", "1", "-o", "net.safetensors"]
    expectOneLine(
      try Executable.run(train, in: folder), code: 2, mentions: ["net.safetensors", "--force"])
    for input in [["--from", "net.safetensors"], ["--from", "./net.safetensors"]] {
      let outcome = try Executable.run(train + input + ["--force"], in: folder)
      expectOneLine(outcome, code: 2, mentions: ["net.safetensors"])
    }
    #expect(try folder.read("net.safetensors") == before)
    #expect(folder.names == ["net.safetensors"])
  }

  /// What `train` writes beside its file is nobody else's either.
  @Test func trainKeepsWhatIsBesideItsFile() throws {
    let model = "replknet:kernels=5,3:layers=1,1:channels=4,8:small=3:dw=1:classes=16"
    let train =
      ["train", model, "--count", "32", "--batch", "8", "--size", "32", "--steps", "4"]
      + ["-o", "net.safetensors"]
    _ = try folder.write(other, to: "net-best.safetensors")
    expectOneLine(
      try Executable.run(train, in: folder), code: 2,
      mentions: ["net-best.safetensors already exists", "--force"])
    #expect(folder.names == ["net-best.safetensors"])
    _ = try succeed(train + ["--force", "--confusion", "c.csv"], in: folder)
    let best = try folder.read("net-best.safetensors")
    #expect(best != other)
    // The best weights are no place to write to for what begins with them.
    expectOneLine(
      try Executable.run(
        train + ["--from", "net-best.safetensors", "--force"], in: folder), code: 2,
      mentions: ["net-best.safetensors", "read"])
    #expect(try folder.read("net-best.safetensors") == best)
    expectOneLine(
      try Executable.run(train + ["--confusion", "c.txt", "--force"], in: folder), code: 2,
      mentions: ["c.txt", ".csv"])
    // Another spelling of one file is that file.
    let one = train.dropLast() + ["same.safetensors", "--confusion"]
    expectOneLine(
      try Executable.run(one + ["./same.safetensors"], in: folder), code: 2,
      mentions: ["same.safetensors"])
    // Gone on with, a training replaces what it wrote, and nothing else.
    let longer = train.map { $0 == "4" ? "8" : $0 } + ["--resume", "--confusion"]
    _ = try folder.write(other, to: "notes.csv")
    expectOneLine(
      try Executable.run(longer + ["notes.csv"], in: folder), code: 2,
      mentions: ["notes.csv was not written by this training"])
    #expect(try folder.read("notes.csv") == other)
    _ = try folder.write(other, to: "net-best.safetensors")
    expectOneLine(
      try Executable.run(longer + ["c.csv"], in: folder), code: 2,
      mentions: ["net-best.safetensors was not written by this training"])
    #expect(try folder.read("net-best.safetensors") == other)
    _ = try folder.write(best, to: "net-best.safetensors")
    _ = try succeed(longer + ["c.csv"], in: folder)
  }

  /// All files that opening a network reads are its inputs, and so are those of a session.
  @Test func partsOfInputsStay() throws {
    let shards = Fixtures.path("names/shards")
    try FileManager.default.copyItem(atPath: shards, toPath: folder.file("sh"))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("sh"))
    let part = try #require(names.first { $0.hasSuffix(".safetensors") })
    let index = try #require(names.first { $0.hasSuffix(".json") })
    let before = try folder.read("sh/" + part)
    let id = try NetworkSpec(file: shards).modelID()
    for command in [
      ["convert", "sh", "sh/" + part], ["convert", "sh/" + index, "sh/" + part],
      ["convert", id, "sh/" + part, "--weights", "sh"],
      ["features", "sh", "--size", "64", "-o", "sh/" + part],
    ] {
      let outcome = try Executable.run(command + ["--force"], in: folder)
      expectOneLine(outcome, code: 2, mentions: [part, "read"])
      #expect(try folder.read("sh/" + part) == before)
    }
    let pixels = try succeed(["stimuli", "-o", "s", "--count", "1", "--size", "64"], in: folder)
    #expect(pixels.code == 0)
    let picture = "s/" + BuiltInStimulus(kind: .conflict, seed: 0, index: 0).path
    let session = """
      {"version": 2, "networks": [{"source": {"catalogue": "\(id)"}, "weights": {"file": "sh"}}],
       "images": {"files": ["\(picture)"]}, "input": 64}
      """
    _ = try folder.write(Array(session.utf8), to: "s.json")
    let mine = try folder.read(picture)
    for command in ["snapshot", "figure"] {
      let outcome = try Executable.run(
        [command, "s.json", "-o", picture, "--force"], in: folder)
      expectOneLine(outcome, code: 2, mentions: [picture, "read"])
      #expect(try folder.read(picture) == mine)
    }
  }

  /// What a command reads by any of its options stays, by whatever name it is written to.
  @Test(arguments: [
    (["erf", Samples.tiny, "--tensor", "in.npy", "-o", "in.npy"], "in.npy"),
    (
      ["compare", Samples.tiny, "resnet20-cifar", "--size", "32", "-o", "in"]
        + ["--image", "in/resnet20-cifar.png"], "in/resnet20-cifar.png"
    ),
    (["sweep", Samples.tiny, "--sizes", "32", "--image", "p.ppm", "-o", "p.csv"], "p.csv"),
    (["figure", Samples.tiny, "--size", "32", "--image", "p.ppm", "-o", "p.svg"], "p.svg"),
    (
      ["probe", Samples.tiny, "--stimuli", "stimuli"]
        + ["--classes", "names.csv", "--csv", "names.csv"], "names.csv"
    ),
    (["convert", "net.safetensors", "hard.safetensors"], "hard.safetensors"),
  ])
  func inputsOfEveryOptionStay(_ arguments: [String], _ output: String) throws {
    _ = try folder.write(Samples.noise(images: 1), to: "in.npy")
    _ = try folder.write(Samples.picture(level: 90), to: "p.ppm")
    _ = try folder.write(Fixtures.bytes("replknet-tiny.safetensors"), to: "net.safetensors")
    _ = try folder.write(Array("airplane\nbear\nbird\nboat\nbottle\n".utf8), to: "names.csv")
    for (inner, name) in [("in", "resnet20-cifar.png"), ("stimuli/bear", "bear1-bird1.png")] {
      try folder.makeFolder(inner)
      _ = try folder.write(Fixtures.bytes("images/rgb.png"), to: "\(inner)/\(name)")
    }
    for link in ["p.csv", "p.svg"] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.file(link), withDestinationPath: "p.ppm")
    }
    try FileManager.default.linkItem(
      atPath: folder.file("net.safetensors"), toPath: folder.file("hard.safetensors"))
    let before = try folder.read(output)
    let outcome = try Executable.run(arguments + ["--force"], in: folder)
    expectOneLine(outcome, code: 2, mentions: [output, "read"])
    #expect(try folder.read(output) == before)
  }

  /// Nor are sessions written over what they read, asked or not.
  @Test func sessionsAreNotWrittenOverTheirInputs() throws {
    try FileManager.default.copyItem(
      atPath: Fixtures.path("names/shards"), toPath: folder.file("sh"))
    _ = try folder.write(Samples.picture(level: 90), to: "p.ppm")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link.json"), withDestinationPath: "p.ppm")
    try FileManager.default.linkItem(
      atPath: folder.file("p.ppm"), toPath: folder.file("hard.json"))
    for (path, words) in [
      ("sh/model.safetensors.index.json", "is read by this session"),
      ("link.json", "is the same file as p.ppm, which this session reads"),
      ("hard.json", "is the same file as p.ppm, which this session reads"),
    ] {
      let before = try folder.read(path)
      _ = try succeed(
        [
          "snapshot", "sh", "--size", "64", "--image", "p.ppm", "-o", "o.txt", "--force",
          "--script", "w ^U '\(path)' Enter Enter",
        ], in: folder)
      #expect(try folder.read(path) == before)
      let screen = String(decoding: try folder.read("o.txt"), as: UTF8.self)
      #expect(screen.contains(words), "\(screen)")
    }
  }

  /// Parts are outputs like others.
  @Test func partsAreNoInputs() throws {
    _ = try succeed(["convert", Samples.tiny, "net.safetensors"], in: folder)
    let before = try folder.read("net.safetensors")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("map.erf"), withDestinationPath: "net.safetensors")
    expectOneLine(
      try Executable.run(
        ["erf", "net.safetensors", "--size", "32", "-o", "map.erf", "--force"], in: folder),
      code: 2, mentions: ["map.erf", "this command reads"])
    #expect(try folder.read("net.safetensors") == before)
  }

  /// Shares of maps, of features and of sweeps: none is written over, in a folder or not.
  @Test func mergeKeepsItsParts() throws {
    let erf = ["erf", Samples.tiny, "--size", "32", "--count", "2"]
    let features = ["features", Samples.tiny, "--tap", "stage1", "--size", "32", "--count", "2"]
    let sweep = ["sweep", Samples.tiny, "--sizes", "32,40"]
    try folder.makeFolder("parts")
    for index in 1...2 {
      for (run, ending) in [(erf, "erf"), (features, "safetensors"), (sweep, "csv")] {
        _ = try succeed(
          run + ["--shard", "\(index)/2", "-o", "parts/\(index).\(ending)"], in: folder)
      }
    }
    for ending in ["erf", "safetensors", "csv"] {
      let parts = (1...2).map { "parts/\($0).\(ending)" }
      let before = try parts.map(folder.read)
      for inputs in ending == "erf" ? [parts, ["parts"]] : [parts] {
        let outcome = try Executable.run(
          ["merge"] + inputs + ["-o", "./" + parts[0], "--force"], in: folder)
        expectOneLine(outcome, code: 2, mentions: [parts[0]])
      }
      #expect(try parts.map(folder.read) == before)
      // Another file is replaced when that is asked for alone.
      _ = try folder.write(other, to: "all.\(ending)")
      let merge = ["merge"] + parts + ["-o", "all.\(ending)"]
      expectOneLine(
        try Executable.run(merge, in: folder), code: 2, mentions: ["all.\(ending)", "--force"])
      #expect(try folder.read("all.\(ending)") == other)
      _ = try succeed(merge + ["--force"], in: folder)
    }
  }

  /// Pipes and devices lose nothing.
  @Test func devicesNeedNoForce() throws {
    let outcome = try Executable.run(
      ["snapshot", Samples.tiny, "--size", "32", "--screen", "40x12", "-o", "out.txt"], in: folder)
    #expect(outcome.code == 0)
    let device = try Executable.run(
      ["features", Samples.tiny, "--size", "32", "--tap", "stage1", "-o", "null.npy"], in: folder,
      shell: "ln -s /dev/null null.npy; exec \"$@\"")
    #expect(device.code == 0 && device.error == "")
  }

  @Test func oneFileIsWrittenOnce() throws {
    let outcome = try Executable.run(
      ["snapshot", Samples.tiny, "--size", "32", "-o", "a.txt", "-o", "a.txt"], in: folder)
    expectOneLine(outcome, code: 2, mentions: ["a.txt", "twice"])
    try folder.makeFolder("real")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("linked"), withDestinationPath: "real")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link.npy"), withDestinationPath: "q.pgm")
    for (one, same) in [
      ("q.pgm", "./q.pgm"), ("real/q.pgm", "linked/q.pgm"), ("real/q.pgm", "real/../real/q.pgm"),
      ("link.npy", "q.pgm"),
    ] {
      let outcome = try Executable.run(
        ["erf", Samples.tiny, "--size", "32", "-o", one, "-o", same], in: folder)
      expectOneLine(outcome, code: 2, mentions: [same, "twice"])
    }
    _ = try succeed(
      ["erf", Samples.tiny, "--size", "32", "-o", "q.pgm", "-o", "real/q.pgm"], in: folder)
  }
}
