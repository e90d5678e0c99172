// What follows `--image` on a command line, as a shell makes it of `--image *`.

import ERFEngine
import TestSupport
import Testing

@testable import replk_tui

@Suite struct PictureArgumentsTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["a.ppm", "b.PPM", "unnamed"] {
      _ = try folder.write(Samples.picture(level: 90), to: name)
    }
    for (name, text) in [
      ("Thumbs.db", "\u{1}\u{2}"), ("notes.txt", "PS: buy milk"), ("empty", ""),
      ("labels.csv", "file,label\na.ppm,cat\n"), ("labels.json", "{\"a.ppm\": \"cat\"}"),
      ("broken.pth", "none"), ("pointer.bin2", "version https://git-lfs.github.com/spec/v1\n"),
    ] {
      _ = try folder.write(Array(text.utf8), to: name)
    }
    _ = try folder.write(Fixtures.bytes("replknet-tiny.safetensors"), to: "network")
    _ = try folder.write(Fixtures.bytes("checkpoints/zip.pth"), to: "archive")
    let map = NPY(shape: [2, 2], values: [1, 2, 3, 4])
    _ = try folder.write(map.encoded(), to: "map.npy")
  }

  private func arguments(_ names: [String]) throws -> Arguments {
    try Arguments(
      ["--image"] + names.map { folder.file($0) }, options: Command.erf.options, command: "erf")
  }

  private func expect(
    _ names: [String], pictures: [String], others: [String] = [], networks: [String] = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let found = try arguments(names)
    #expect(
      found.all("--image") == pictures.map { folder.file($0) }, sourceLocation: sourceLocation)
    #expect(found.others == others.map { folder.file($0) }, sourceLocation: sourceLocation)
    #expect(found.positionals == networks.map { folder.file($0) }, sourceLocation: sourceLocation)
  }

  /// Pictures are told by their names, or else by what they begin with.
  @Test func picturesFollow() throws {
    try expect(["a.ppm", "b.PPM", "unnamed"], pictures: ["a.ppm", "b.PPM", "unnamed"])
    try expect(["unnamed", "a.ppm"], pictures: ["unnamed", "a.ppm"])
  }

  /// What else lies among them is counted, and is neither a picture nor a network.
  @Test(arguments: ["Thumbs.db", "notes.txt"])
  func otherFilesAreLeftOut(_ name: String) throws {
    try expect(["a.ppm", name, "b.PPM"], pictures: ["a.ppm", "b.PPM"], others: [name])
    try expect([name, "a.ppm", name], pictures: ["a.ppm"], others: [name, name])
    // Alone it is what was meant, and refused by what it is.
    try expect([name], pictures: [name])
  }

  /// What is opened as something else stays what it is, and so does what is not there, or may stand for a network.
  @Test(
    arguments: [
      "network", "archive", "broken.pth", "map.npy", "labels.csv", "labels.json", "absent", "empty",
      "pointer.bin2",
    ])
  func networksFollow(_ name: String) throws {
    try expect(["a.ppm", name, "b.PPM"], pictures: ["a.ppm"], networks: [name, "b.PPM"])
    try expect([name, "a.ppm"], pictures: [name, "a.ppm"])
  }

  /// The explorer, which covers what was written before, says so on its first screen, with what folders hold that
  /// is not read.
  @Test func theExplorerTellsOfThemItself() throws {
    #expect(ExploreCommand.leftOut(try arguments(["a.ppm"])).isEmpty)
    let told = ExploreCommand.leftOut(try arguments(["a.ppm", "Thumbs.db", "notes.txt"]))
    #expect(told.count == 1)
    #expect(told[0].hasPrefix("left out 2 files behind --image that are not pictures"))
    #expect(told[0].hasSuffix("\(folder.file("Thumbs.db")) and 1 more"))
    try folder.makeFolder("shots")
    _ = try folder.write(Samples.picture(level: 90), to: "shots/a.ppm")
    _ = try folder.write([1, 2, 3], to: "shots/b.heic")
    let unread = ExploreCommand.leftOut(try arguments(["shots"]))
    #expect(unread.count == 1 && unread[0].hasPrefix("left out 1 picture of kinds that"))
  }

  /// What stands between pictures is told of, whatever else it might be taken for, and behind them where the command
  /// has its model; a saved map may stand behind a network.
  @Test(arguments: ["network", "broken.pth", "labels.csv", "labels.json", "pointer.bin2"])
  func filesAmongPicturesAreToldOf(_ name: String) throws {
    let error = UsageError.amongPictureWords(command: "erf", word: folder.file(name))
    #expect(throws: error) {
      try arguments(["a.ppm", name, "b.PPM"]).requirePicturesTogether(command: "erf")
    }
    for names in [["a.ppm", "b.PPM", name], ["a.ppm", name, "map.pgm"]] {
      try arguments(names).requirePicturesTogether(command: "erf")
    }
    let behind = try Arguments(
      [Samples.tiny, "--image"] + ["a.ppm", name].map { folder.file($0) },
      options: Command.erf.options, command: "erf")
    #expect(throws: error) { try behind.model(for: "erf") }
  }

  /// A run says so once, and goes on.
  @Test func leftOutFilesAreNamed() throws {
    let outcome = try Executable.run(
      [
        "erf", Samples.tiny, "--size", "32", "--json", "--image", "Thumbs.db", "a.ppm", "notes.txt",
        "unnamed",
      ], in: folder)
    #expect(outcome.code == 0)
    #expect(
      outcome.error.hasPrefix(
        "replk-tui: left out 2 files behind --image that are not pictures (1 .db, 1 .txt): "
          + "Thumbs.db and 1 more\n"), "\(outcome.error)")
    #expect((try outcome.results().first?["images"] as? [String])?.count == 2)
  }
}
