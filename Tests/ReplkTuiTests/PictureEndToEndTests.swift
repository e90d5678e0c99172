// Pictures as people hand them over: class folders, shell patterns, slow pipes, names in other encodings.

import ERFEngine
import Foundation
import TestSupport
import Testing

@testable import replk_tui

@Suite struct PictureEndToEndTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["n01", "n02", "n03"] {
      try folder.makeFolder("val/\(name)")
      for index in 0..<3 {
        _ = try folder.write(
          try Fixtures.bytes("images/rgb.png"), to: "val/\(name)/\(index).JPEG")
      }
    }
  }

  private func images(_ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation)
    throws -> [String]
  {
    let outcome = try succeed(
      ["erf", Samples.tiny, "--size", "32", "--json", "--image"] + arguments, in: folder,
      sourceLocation: sourceLocation)
    return try #require(
      try outcome.results().first?["images"] as? [String], sourceLocation: sourceLocation)
  }

  @Test func classFoldersInTurns() throws {
    #expect(try images(["val"]).count == 9)
    let outcome = try Executable.run(
      [
        "erf", Samples.tiny, "--size", "32", "--image", "val", "--count", "3", "--image-seed", "7",
        "--json",
      ], in: folder)
    #expect(outcome.code == 0)
    #expect((try outcome.results().first?["images"] as? [String])?.count == 3)
    #expect(outcome.error.contains("3 of 9 images, spread over 3 folders (--image-seed 7)"))
  }

  /// The same folders and counts for the other commands and the explorer, with what is left out said
  /// once.
  @Test func classFoldersForEveryCommand() throws {
    _ = try folder.write([1], to: "val/n01/a.heic")
    let small = ["--size", "32", "--image", "val", "--count", "4"]
    for arguments in [
      ["compare", Samples.tiny, Samples.tiny, "--weights", "random:1", "--json"],
      ["features", Samples.tiny, "--tap", "stage1", "-o", "f.npy"],
      ["snapshot", Samples.tiny, "-o", "s.txt"],
    ] {
      let outcome = try Executable.run(arguments + small, in: folder)
      #expect(outcome.code == 0, "\(arguments[0])")
      let lines = outcome.error.split(separator: "\n")
      #expect(lines.count == 2, "\(arguments[0]): \(outcome.error)")
      #expect(lines.count { $0.contains("left out 1 picture of kinds that are not read") } == 1)
      #expect(lines.count { $0.contains("4 of 9 images, spread over 3 folders") } == 1)
      if arguments[0] == "compare" {
        #expect(try outcome.results().allSatisfy { ($0["images"] as? [String])?.count == 4 })
      }
    }
    #expect(try NPY(decoding: folder.read("f.npy"), path: "f.npy").shape[0] == 4)
    #expect(try String(decoding: folder.read("s.txt"), as: UTF8.self).contains("4 images"))
    // A adds a folder of folders, in turns, and says what is left out of it.
    _ = try succeed(
      [
        "snapshot", Samples.tiny, "--size", "32", "-o", "a.txt", "--script", "5 A 'val' Enter",
      ], in: folder)
    let added = String(decoding: try folder.read("a.txt"), as: UTF8.self)
    for words in [
      "9 images in place of", "left out 1 picture of kinds that are not read", "1 .heic",
    ] {
      #expect(added.contains(words), "\(added)")
    }
    _ = try succeed(
      [
        "snapshot", Samples.tiny, "--size", "32", "-o", "i.txt", "--script",
        "5 A 'val' Enter w ^U 'i.json' Enter",
      ], in: folder)
    let session = try JSONSerialization.jsonObject(with: Data(folder.read("i.json")))
    let images = (session as? [String: Any])?["images"] as? [String: Any]
    let files = try #require(images?["files"] as? [String])
    #expect(files.count == 9)
    #expect(Set(files.prefix(3).map { String($0.prefix(7)) }) == ["val/n01", "val/n02", "val/n03"])
  }

  @Test func patternsOfTheShell() throws {
    let outcome = try Executable.run(
      ["erf", "--size", "32", "--json", "--image"], in: folder,
      shell: "exec \"$@\" val/n01/*.JPEG val/n02/1.JPEG \(Samples.tiny)")
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(
      try outcome.results().first?["images"] as? [String] == [
        "n01/0.JPEG", "n01/1.JPEG", "n01/2.JPEG", "n02/1.JPEG",
      ])
    let glob = "exec \"$@\" val/n01/*.JPEG val/n02/1.JPEG"
    let compared = try Executable.run(
      [
        "compare", Samples.tiny, Samples.tiny, "--weights", "random:1", "--size", "32", "--json",
        "--image",
      ], in: folder, shell: glob)
    #expect(try compared.results().map { ($0["images"] as? [String])?.count } == [4, 4])
    let features = try Executable.run(
      ["features", Samples.tiny, "--tap", "stage1", "--size", "32", "-o", "f.npy", "--image"],
      in: folder, shell: glob)
    #expect(features.code == 0, "\(features.error)")
    #expect(try NPY(decoding: folder.read("f.npy"), path: "f.npy").shape[0] == 4)
  }

  @Test func unreadFormatsAreCounted() throws {
    _ = try folder.write([1], to: "val/n01/a.heic")
    _ = try folder.write([1], to: "val/n02/b.avif")
    let outcome = try Executable.run(
      ["erf", Samples.tiny, "--size", "32", "--image", "val"], in: folder)
    #expect(outcome.code == 0)
    #expect(
      outcome.error.contains(
        "left out 2 pictures of kinds that are not read (formats, pipes; 1 .avif, 1 .heic): val/n01/a.heic"
      ))
  }

  /// In the same words wherever folders of pictures are read.
  @Test func unreadFormatsAreCountedEverywhere() throws {
    for folderOfClass in ["cat", "dog"] {
      try folder.makeFolder("val/\(folderOfClass)")
      for place in 0..<12 {
        _ = try folder.write(
          Samples.picture(level: UInt8(20 * place)), to: "val/\(folderOfClass)/\(place).ppm")
      }
    }
    _ = try folder.write([1], to: "val/cat/a.heic")
    _ = try folder.write([1], to: "val/dog/b.avif")
    let words =
      "left out 2 pictures of kinds that are not read (formats, pipes; 1 .avif, 1 .heic): val/cat/a.heic"
    for command in [
      ["classify", "resnet20-cifar", "--image", "val"],
      [
        "train", Samples.tiny, "--data", "val", "--size", "32", "--steps", "1",
        "--batch", "4", "-o", "n.safetensors",
      ],
    ] {
      let outcome = try Executable.run(command, in: folder)
      #expect(outcome.error.contains(words), "\(command[0]): \(outcome.error)")
    }
  }

  /// A writer that takes its time, and one that has not come yet.
  @Test func slowPipes() throws {
    let picture = Fixtures.path("images/rgb.png")
    let outcome = try Executable.run(
      ["erf", Samples.tiny, "--size", "32", "--json", "--image", "pipe"], in: folder,
      shell: """
        mkfifo pipe
        (sleep 0.3; exec 3> pipe; sleep 0.3; head -c 100 '\(picture)' >&3; sleep 0.5
          tail -c +101 '\(picture)' >&3) &
        "$@"; code=$?; wait; exit $code
        """)
    #expect(outcome.code == 0, "\(outcome.error)")
  }

  /// What a shell makes of `--image <(...) <(...)`.
  @Test func severalPipes() throws {
    let shell = """
      cat val/n01/0.JPEG | { exec 3<&0; cat val/n02/0.JPEG | { exec 4<&0 </dev/null; exec "$@"; }; }
      """
    for command in [["erf"], ["features", "--tap", "stage1", "-o", "f.npy"], ["classify"]] {
      let outcome = try Executable.run(
        command + [Samples.tiny, "--size", "32", "--image", "/dev/fd/3", "/dev/fd/4"],
        in: folder, shell: shell)
      #expect(outcome.code == 0, "\(command[0]): \(outcome.error)")
    }
    #expect(try NPY(decoding: folder.read("f.npy"), path: "f.npy").shape[0] == 2)
  }

  @Test func namesOfOtherEncodings() throws {
    let outcome = try Executable.run(
      ["erf", Samples.tiny, "--size", "32", "--image"], in: folder,
      shell: """
        name=$(printf 'b\\352te.png'); cp val/n01/0.JPEG "$name"; mkdir f; cp "$name" f
        "$@" "$name" && "$@" f
        """)
    #expect(outcome.code == 0, "\(outcome.error)")
  }
}
