// Shares of runs over some of many pictures: the same choice however paths are spelt, and no other.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine
@testable import replk_tui

@Suite struct PictureSelectionTests {
  let folder: TemporaryFolder

  /// Two folders of as many pictures, of the same names and sizes.
  init() throws {
    folder = try TemporaryFolder()
    for (place, name) in ["d1/dog", "d2/cat", "cls/dog", "cls/cat"].enumerated() {
      try folder.makeFolder(name)
      for index in 0..<3 {
        _ = try folder.write(
          Samples.picture(level: UInt8(60 * place + 20 * index)), to: "\(name)/\(index).ppm")
      }
    }
  }

  /// Runs the program in the folder `place`, which may say on standard error what it chose.
  private func run(_ words: [String], in place: String = ".") throws -> Outcome {
    try Executable.run(words, in: folder, shell: "cd \(place) && \"$@\"")
  }

  private let small = ["--size", "32", "--count", "2", "--image-seed"]

  /// Seeds 4 and 15 take pictures of the same names, each from the other folder; 6 takes the same as 4.
  @Test(arguments: ["erf", "safetensors"])
  func otherChoicesAreOtherRuns(_ ending: String) throws {
    let command =
      ending == "erf" ? ["erf", Samples.tiny] : ["features", Samples.tiny, "--tap", "stage1"]
    for (seed, share) in [("4", "1/2"), ("15", "2/2"), ("6", "2/2")] {
      let name = "\(seed).\(ending)"
      let words = small + [seed, "--image", "d1/dog/", "d2/cat/", "--shard", share, "-o", name]
      #expect(try run(command + words).code == 0)
    }
    expectOneLine(
      try run(["merge", "4.\(ending)", "15.\(ending)", "-o", "m.npy"]), code: 2,
      mentions: ["not of one run", "lists"])
    _ = try succeed(["merge", "4.\(ending)", "6.\(ending)", "-o", "m.npy"], in: folder)
    // Nor does a run of the other seed go on with that file.
    let words = small + ["15", "--image", "d1/dog/", "d2/cat/", "--shard", "1/2"]
    let other = try run(command + words + ["-o", "4.\(ending)"])
    #expect(other.code == 2 && other.error.contains("another run"))
  }

  /// Each share made in another folder, by other words, and one by the command that merging prints.
  @Test func theChoiceIsTheSameHoweverPathsAreSpelt() throws {
    let erf = ["erf", Samples.tiny, "--size", "32", "--count", "5", "--image-seed", "2", "--shard"]
    let root = Folder.whole(folder.path)
    let spellings = [
      (".", ["cls/dog/", "cls/cat/"]), ("cls/dog", ["./", "../cat/"]),
      ("cls", ["dog/.", "./cat/"]), ("cls/dog", [".", "--image", "../../cls//cat"]),
      ("d1", ["../cls/dog/", "\(root)/cls/cat"]),
    ]
    for (index, (place, paths)) in spellings.enumerated() {
      let part = "\(root)/part-\(index + 1).erf"
      let made = try run(erf + ["\(index + 1)/5", "-o", part, "--image"] + paths, in: place)
      #expect(made.code == 0 && made.error.contains("5 of 6 images, spread over 2 folders"))
    }
    let parts = (1...5).map { "part-\($0).erf" }
    _ = try succeed(["merge"] + parts + ["-o", "all.npy"], in: folder)
    let missing = try run(["merge", "\(root)/part-2.erf", "-o", "x.npy"])
    let lines = missing.text.split(separator: "\n").map { ShellWords.words(String($0)) }
    try #require(lines.count == 4)
    for words in lines {
      try FileManager.default.removeItem(atPath: try #require(words.last))
      #expect(try run(Array(words.dropFirst()), in: "cls/dog").code == 0, "\(words)")
    }
    _ = try succeed(["merge"] + parts + ["-o", "again.npy"], in: folder)
    #expect(try folder.read("again.npy") == folder.read("all.npy"))
  }

  /// A class folder that is a link has its own name, also in the command that merging prints.
  @Test func linksKeepTheirNames() throws {
    try folder.makeFolder("k")
    for (link, target) in [("k/x", "../cls/dog"), ("k/y", "../d2/cat")] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.file(link), withDestinationPath: target)
    }
    let words = ["erf", Samples.tiny, "--size", "32", "--image", "k/x/.", "k/y/", "--shard"]
    _ = try succeed(words + ["1/2", "-o", "a-1.erf"], in: folder)
    let missing = try run(["merge", "a-1.erf", "-o", "m.npy"])
    let line = ShellWords.words(missing.text.replacing("\n", with: ""))
    _ = try succeed(Array(line.dropFirst()), in: folder)
    _ = try succeed(["merge", "a-1.erf", "a-2.erf", "-o", "m.npy"], in: folder)
    let names = try ERFPart(path: folder.file("a-1.erf")).done.map(\.name)
    #expect(names == ["x/0.ppm", "x/1.ppm", "x/2.ppm"])
  }

  /// Weights whose names Unicode takes for the same text are two files.
  @Test func weightsWhoseNamesLookAlike() throws {
    let names = ["\u{FC}.safetensors", "u\u{308}.safetensors"]
    let bytes = try Fixtures.bytes("replknet-tiny.safetensors")
    for name in names { try AtomicFile.write(bytes, to: folder.file(name)) }
    // Some file systems take both for one.
    guard try Folder.names(in: folder.path).filter({ $0.hasSuffix(".safetensors") }).count == 2
    else { return }
    let weights = ["--weights", names[0], "--weights", names[1]]
    let sweep = try succeed(
      ["sweep", Samples.tiny, "--sizes", "32", "-o", "s.csv"] + weights, in: folder)
    #expect(sweep.text.contains("2 of 2 points"))
    let pair = [Samples.tiny, Samples.tiny, "--size", "32"] + weights
    _ = try succeed(["figure"] + pair + ["-o", "f.csv"], in: folder)
    let rows = String(decoding: try folder.read("f.csv"), as: UTF8.self).split(separator: "\n")
    #expect(rows.dropFirst().map { $0.prefix(2) } == ["A,", "B,"])
    _ = try succeed(["snapshot"] + pair + ["-o", "s.txt"], in: folder)
    // Nor are two files to be written one.
    let outputs = ["\u{FC}.npy", "u\u{308}.npy"].flatMap { ["-o", $0] }
    _ = try succeed(["erf", Samples.tiny, "--size", "32"] + outputs, in: folder)
  }
}
