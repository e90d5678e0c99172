// The explorer's screen as files, and sessions written and opened, through the program.

import Foundation
import TestSupport
import Testing

@Suite struct SnapshotEndToEndTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let small = "replknet:kernels=13,9:layers=1,1:channels=8,12:classes=5"

  /// The screen as files, asked for by a script's own keys: from the end of the menu of exports up.
  @Test(arguments: zip([1, 2, 3, 4], ["png", "svg", "ans", "txt"]))
  func scriptsExportTheScreen(_ ups: Int, _ ending: String) throws {
    let downs = 17 - ups
    let outcome = try succeed(
      ["snapshot", small, "-o", "screen.ansi.txt", "--screen", "100x40", "--size", "64"]
        + ["--script", "e " + String(repeating: "Down ", count: downs) + "Enter"], in: folder)
    #expect(outcome.text == "wrote screen.ansi.txt\n")
    let made = folder.names.filter { $0.hasSuffix("." + ending) && !$0.hasPrefix("screen.ansi") }
    #expect(made.count == 1, "\(folder.names)")
  }

  /// Nor do exports lie among the pictures that are read, named on the command line or in the explorer: it
  /// says what the command line says of its own outputs.
  @Test(arguments: ["", "cat/"], [true, false])
  func nothingIsExportedAmongPictures(_ place: String, _ isOption: Bool) throws {
    let keys = isOption ? "" : "5 A . Enter "
    if !place.isEmpty { try folder.makeFolder("cat") }
    for index in 1...2 {
      _ = try folder.write(
        Samples.picture(level: UInt8(60 + index)), to: "\(place)\(index).ppm")
    }
    let before = folder.names
    let run =
      ["snapshot", small, "-o", "screen.txt", "--force", "--screen", "250x50", "--size", "64"]
      + (isOption ? ["--image", "."] : [])
    // The maps, the figure as PNG, and the screen as PNG.
    let others = [
      (0, "NPY, CSV or JSON"), (10, "PDF, SVG, LaTeX or CSV"), (16, "it as text or SVG"),
    ]
    for (count, other) in others {
      let key = String(repeating: "Down ", count: count)
      _ = try succeed(run + ["--script", keys + "e \(key)Enter"], in: folder)
      let text = String(decoding: try folder.read("screen.txt"), as: UTF8.self)
      #expect(text.contains("would lie among the pictures of ., and the next run"), "\(text)")
      #expect(
        text.contains("start replk-tui in another folder, or export \(other)"), "\(text)")
      #expect(Set(folder.names) == Set(before + ["screen.txt"]))
    }
    // What no run would read as a picture is written.
    let downs = String(repeating: "Down ", count: 13)
    _ = try succeed(run + ["--script", keys + "e \(downs)Enter"], in: folder)
    #expect(folder.names.contains("replk-tui-screen.txt"))
  }

  /// Any value of an exported graph can be looked from, by its name, and is kept in sessions.
  @Test func valuesOfGraphsAreLookedFrom() throws {
    func screen(_ arguments: [String]) throws -> String {
      let view = ["-o", "screen.txt", "--screen", "120x40", "--force"]
      _ = try succeed(["snapshot"] + arguments + view, in: folder)
      return String(decoding: try folder.read("screen.txt"), as: UTF8.self)
    }
    let (graph, value) = (Fixtures.path("onnx/vit-ts.onnx"), "/patch/Conv_output_0")
    let named = try screen([graph, "--tap", value, "--script", "2 w ^U 'value.json' Enter"])
    #expect(named.contains("a layer by its name") && named.contains(value))
    #expect(try screen(["value.json", "--script", "2"]).contains(value))
    let stepped = try screen(["value.json", "--script", "{ 2"])
    #expect(stepped.contains("stage 1 of 1") && !stepped.contains(value))
    // The palette knows the layers that are listed.
    let block = try screen([graph, "--script", ": 'blocks.0' Enter 2"])
    #expect(block.contains("block 1 of 4"))
    // Beside a network that has no such layer.
    let networks = [graph, Fixtures.path("onnx/resnet-ts.onnx")].map { path in
      "{\"source\": {\"file\": \"\(path)\"}}"
    }
    let session =
      "{\"version\": 2, \"input\": 48, \"target\": {\"layer\": \"\(value)\"}, "
      + "\"networks\": [\(networks.joined(separator: ", "))]}"
    let path = try folder.write(Array(session.utf8), to: "both.json")
    let both = try screen([path])
    #expect(both.contains("Not comparable: B has no layer \(value)"))
  }

  @Test func anEditChangesTheRatiosAndIsKept() throws {
    let screen = ["--screen", "120x40", "--size", "64"]
    _ = try succeed(["snapshot", small, small, "-o", "before.txt"] + screen, in: folder)
    _ = try succeed(
      ["snapshot", small, small, "-o", "after.txt", "-o", "after.png", "-o", "after.svg"] + screen
        + ["--script", "3 b >>>>>>>>> w ^U 'edited.json' Enter"], in: folder)
    let before = String(decoding: try folder.read("before.txt"), as: UTF8.self)
    let after = String(decoding: try folder.read("after.txt"), as: UTF8.self)
    let rows = after.split(separator: "\n").filter {
      $0.contains(" A     ") || $0.contains(" B     ")
    }
    #expect(before != after && after.contains("<31>") && after.contains("wrote edited.json"))
    #expect(rows.count >= 2)
    // B's field has another size now, A's is what it was.
    let sigmas = { (screen: String) -> [String] in
      let row = screen.split(separator: "\n").first { $0.contains("sigma   ") } ?? ""
      return row.matches(of: /(\d+\.\d) px/).map { String($0.1) }
    }
    let (was, now) = (sigmas(before), sigmas(after))
    #expect(was.count == 2 && now.count == 2 && was[0] == was[1])
    #expect(now.first == was.first && now.last != was.last)
    let picture = try folder.read("after.png")
    #expect(picture.prefix(4) == [0x89, 0x50, 0x4e, 0x47])
    // It says what it is of.
    let chunks = String(decoding: picture, as: UTF8.self)
    for text in [
      "tEXtNetworks\0A \(small) (weights random:0, hash ", "tEXtInput\064", "replk-tui 0.",
    ] {
      #expect(chunks.contains(text), "\(text)")
    }
    _ = try succeed(
      ["snapshot", "edited.json", "-o", "again.txt", "--screen", "120x40"], in: folder)
    let again = String(decoding: try folder.read("again.txt"), as: UTF8.self)
    // All but the footer, which told of the writing.
    let lines = { (text: String) in
      text.split(separator: "\n", omittingEmptySubsequences: false).prefix(25)
    }
    #expect(lines(again) == lines(after))
  }

  /// A folder with a session and its network can be moved.
  @Test func sessionsNameFilesFromTheirFolder() throws {
    try folder.makeFolder("nets")
    _ = try folder.write(Fixtures.bytes("onnx/resnet-ts.onnx"), to: "nets/net.onnx")
    let screen = ["--screen", "100x30"]
    _ = try succeed(
      ["snapshot", "nets/net.onnx", "-o", "a.txt", "--script", "w ^U 'nets/s.json' Enter"] + screen,
      in: folder)
    let session = String(decoding: try folder.read("nets/s.json"), as: UTF8.self)
    #expect(session.contains("\"net.onnx\"") && !session.contains("nets"))
    try FileManager.default.moveItem(atPath: folder.file("nets"), toPath: folder.file("moved"))
    _ = try succeed(["snapshot", "moved/s.json", "-o", "b.txt"] + screen, in: folder)
    let text = String(decoding: try folder.read("b.txt"), as: UTF8.self)
    #expect(text.contains("net.onnx") && text.contains("48 px") && !text.contains("failed"))
  }

  /// A session tells the weights that its files had from those that they have now.
  @Test func replacedFilesAreToldOf() throws {
    _ = try folder.write(Fixtures.bytes("onnx/resnet-ts.onnx"), to: "net.onnx")
    let screen = ["-o", "a.txt", "--screen", "100x30", "--force"]
    _ = try succeed(
      ["snapshot", "net.onnx", "--script", "w ^U 's.json' Enter"] + screen, in: folder)
    _ = try succeed(["snapshot", "s.json"] + screen, in: folder)
    let session = String(decoding: try folder.read("s.json"), as: UTF8.self)
    let hash = try #require(session.firstMatch(of: /"hash"\s*:\s*"([0-9a-f]{16})"/)).1
    let other = session.replacing(hash, with: "0123456789abcdef")
    _ = try folder.write(Array(other.utf8), to: "s.json")
    let line = "net.onnx is not the file that this session was saved with (#01234567, now #"
    for command in [["snapshot"] + screen, ["figure", "--no-depth", "-o", "a.csv"]] {
      let outcome = try Executable.run([command[0], "s.json"] + command.dropFirst(), in: folder)
      expectOneLine(outcome, code: 0, mentions: ["note: \(line)\(hash.prefix(8))"])
    }
  }

  /// Pictures that a map is not over are named, as by the commands that compute it alone.
  @Test func skippedPicturesAreNamed() throws {
    _ = try folder.write(Samples.picture(level: 90), to: "a.ppm")
    _ = try folder.write(Array("none".utf8), to: "b.png")
    let view = ["--size", "32", "--image", "a.ppm", "b.png"]
    for command in [["snapshot", "-o", "a.txt"], ["figure", "--no-depth", "-o", "a.csv"]] {
      let words = [command[0], small] + command.dropFirst() + view
      let outcome = try Executable.run(words, in: folder)
      expectOneLine(outcome, code: 0, mentions: ["skipped b.png"])
    }
  }

  @Test func badSessionsNameTheirField() throws {
    _ = try folder.write(
      Array(#"{"version": 1, "networks": ["replknet-3"], "input": "big"}"#.utf8), to: "bad.json")
    let outcome = try Executable.run(["snapshot", "bad.json", "-o", "x.txt"], in: folder)
    expectOneLine(outcome, code: 1, mentions: ["bad.json", "input", "\"big\""])
    #expect(folder.names == ["bad.json"])
    _ = try folder.write(Array("\n<!DOCTYPE html>".utf8), to: "page.json")
    expectOneLine(
      try Executable.run(["snapshot", "page.json", "-o", "x.txt"], in: folder), code: 1,
      mentions: ["page.json: cannot be read: it is a web page: download the file itself"])
  }

  @Test(arguments: [
    (["snapshot", "replknet-3"], "-o"), (["snapshot", "replknet-3", "-o", "x.gif"], ".svg"),
    (["snapshot", "replknet-3", "-o", "x.txt", "--screen", "0x9"], "--screen"),
    (["snapshot", "missing.json", "-o", "x.txt"], "missing.json"),
  ])
  func mistakesAreSaidAtOnce(_ arguments: [String], mention: String) throws {
    let outcome = try Executable.run(arguments, in: folder)
    #expect(outcome.code != 0 && outcome.error.contains(mention))
    #expect(folder.names == [])
  }
}
