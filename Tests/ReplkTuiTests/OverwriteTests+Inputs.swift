// What a command reads it never writes over.

import ERFEngine
import Foundation
import TestSupport
import Testing

extension OverwriteTests {
  /// Not even with --force, nor through a link, nor spelt another way.
  @Test func inputsAreNeverWrittenOver() throws {
    _ = try succeed(["convert", Samples.tiny, "net.safetensors"], in: folder)
    let before = try folder.read("net.safetensors")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link.safetensors"), withDestinationPath: "net.safetensors")
    try FileManager.default.linkItem(
      atPath: folder.file("net.safetensors"), toPath: folder.file("same.safetensors"))
    for (input, output) in [
      ("net.safetensors", "net.safetensors"), ("net.safetensors", "./net.safetensors"),
      ("net.safetensors", "link.safetensors"), ("link.safetensors", "net.safetensors"),
      ("net.safetensors", "same.safetensors"),
    ] {
      let outcome = try Executable.run(["convert", input, output, "--force"], in: folder)
      expectOneLine(outcome, code: 2, mentions: [output])
      #expect(try folder.read("net.safetensors") == before)
    }
  }

  @Test func tensorsAndDecisionsAreInputsToo() throws {
    _ = try folder.write(Samples.noise(images: 1), to: "in.npy")
    let features = try Executable.run(
      [
        "features", Samples.tiny, "--tensor", "in.npy", "--tap", "stage1", "-o", "in.npy",
        "--force",
      ],
      in: folder)
    expectOneLine(features, code: 2, mentions: ["in.npy"])
    #expect(try folder.read("in.npy") == Samples.noise(images: 1))
    let csv = """
      subj,session,trial,rt,object_response,category,condition,imagename
      tiny,1,1,NaN,cat,cat,0,0001_x_cat1-dog1.png

      """
    _ = try folder.write(Array(csv.utf8), to: "in.csv")
    let probe = try Executable.run(
      [
        "probe", Samples.tiny, "--size", "32", "--count", "64", "--decisions", "in.csv", "--csv",
        "in.csv", "--force",
      ], in: folder)
    expectOneLine(probe, code: 2, mentions: ["in.csv"])
    #expect(try folder.read("in.csv") == Array(csv.utf8))
  }

  /// A picture that a map would be written over, named or found in a folder.
  @Test func picturesAreInputsToo() throws {
    try folder.makeFolder("in")
    _ = try succeed(["erf", Samples.tiny, "--size", "32", "-o", "in/map.png"], in: folder)
    let before = try folder.read("in/map.png")
    for (command, image) in [
      ("erf", "in/map.png"), ("erf", "in"), ("snapshot", "in/map.png"), ("snapshot", "in"),
    ] {
      let outcome = try Executable.run(
        [
          command, Samples.tiny, "--size", "32", "--image", image, "-o", "./in/map.png", "--force",
        ], in: folder)
      expectOneLine(outcome, code: 2, mentions: ["in/map.png", "this command reads"])
      #expect(try folder.read("in/map.png") == before)
    }
  }

  /// Nor is a picture put among those that the next run reads; one beside a picture given by its name is.
  @Test func noPictureIsPutAmongPictures() throws {
    for name in ["in", "classes", "classes/cat"] { try folder.makeFolder(name) }
    for name in ["in/a.ppm", "classes/cat/a.ppm"] {
      _ = try folder.write(Samples.picture(level: 90), to: name)
    }
    let small = [Samples.tiny, "--size", "32", "--image"]
    for (command, image, output) in [
      ("erf", "in", "in/map.png"), ("erf", "classes", "classes/cat/map.pgm"),
      ("figure", "in", "./in/f.png"), ("snapshot", "in", "in/s.png"),
    ] {
      expectOneLine(
        try Executable.run([command] + small + [image, "-o", output, "--force"], in: folder),
        code: 2, mentions: [output, "among the pictures of", "another folder"])
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("in")) == ["a.ppm"])
    _ = try succeed(["erf"] + small + ["in", "-o", "in/map.npy"], in: folder)
    _ = try succeed(["erf"] + small + ["in/a.ppm", "-o", "in/map.png"], in: folder)
  }

  /// Nor into a folder beside those of classes, there or not, which the next run would read as another class.
  @Test func noClassIsMadeOfOutputs() throws {
    for name in ["classes/cat", "classes/old", "classes/.hidden", "flat", "far"] {
      try folder.makeFolder(name)
    }
    for name in ["classes/cat/a.ppm", "flat/a.ppm"] {
      _ = try folder.write(Samples.picture(level: 90), to: name)
    }
    for (link, target) in [("classes/link", "../far"), ("way", "classes")] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.file(link), withDestinationPath: target)
    }
    let small = ["--size", "32", "--image"]
    let compare = ["compare", Samples.tiny, "resnet20-cifar"] + small
    let outputs = ["classes/new", "classes/old", "way/new", "classes/./a/../new/", "far"]
    var runs = outputs.map { compare + ["classes", "-o", $0] }
    runs += ["erf", "figure", "snapshot"].map {
      [$0, Samples.tiny] + small + ["classes/", "-o", "classes/old/../old/x.png"]
    }
    // A link is written to where it leads, though nothing is there.
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("x.png"), withDestinationPath: "classes/cat/x.png")
    runs.append(["erf", Samples.tiny] + small + ["classes", "-o", "x.png"])
    for run in runs {
      expectOneLine(
        try Executable.run(run + ["--force"], in: folder), code: 2,
        mentions: ["among the pictures of classes", "outside it"])
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.file("classes")).sorted()
        == [".hidden", "cat", "link", "old"])
    // What no run would read is written.
    _ = try succeed(
      ["erf", Samples.tiny] + small + ["classes", "-o", "classes/old/x.npy"], in: folder)
    for (image, output) in [
      ("flat", "flat/new"), ("classes", "classes/.hidden"), ("classes", "classes/.new"),
      ("classes", "classes/old/deep"),
    ] {
      _ = try succeed(compare + [image, "-o", output], in: folder)
    }
  }

  /// Nor by a merge, whose parts know which folder they are of.
  @Test func noMergeIsPutAmongPictures() throws {
    for name in ["classes/cat", "out"] { try folder.makeFolder(name) }
    for index in 1...2 {
      _ = try folder.write(
        Samples.picture(level: UInt8(60 + index)), to: "classes/cat/\(index).ppm")
    }
    let run = ["erf", Samples.tiny, "--size", "32", "--image", "classes", "--shard"]
    for index in 1...2 {
      _ = try succeed(run + ["\(index)/2", "-o", "\(index).erf"], in: folder)
    }
    let merge = ["merge", "1.erf", "2.erf", "-o"]
    for output in ["classes/cat/map.png", "classes/map.pgm", "./classes/new/map.png"] {
      expectOneLine(
        try Executable.run(merge + [output, "--force"], in: folder), code: 2,
        mentions: [output, "among the pictures of classes", "outside it"])
    }
    _ = try succeed(merge + ["out/map.png", "-o", "classes/cat/map.npy"], in: folder)
  }

  /// However the folder was spelt where the shares were run: `.` is none of the folder in which they are merged.
  @Test func mergesKnowTheFolderFromElsewhere() throws {
    try folder.makeFolder("photos")
    for index in 1...2 {
      _ = try folder.write(Samples.picture(level: UInt8(60 + index)), to: "photos/\(index).ppm")
    }
    let run = ["erf", Samples.tiny, "--size", "32", "--shard"]
    func within(_ words: [String]) throws -> Outcome {
      try Executable.run(words, in: folder, shell: "cd photos && \"$@\"")
    }
    _ = try succeed(run + ["2/2", "--image", "photos/", "-o", "2.erf"], in: folder)
    for (index, image) in [".", "./", "../photos/", "../photos/.", folder.file("photos")]
      .enumerated()
    {
      let part = "one-\(index).erf"
      let made = try within(run + ["1/2", "--image", image, "-o", "../\(part)"])
      #expect(made.code == 0 && made.error == "")
      _ = try succeed(["merge", part, "2.erf", "-o", "map-\(index).png"], in: folder)
      for outcome in [
        try Executable.run(["merge", part, "2.erf", "-o", "photos/map.png"], in: folder),
        try within(["merge", "../\(part)", "../2.erf", "-o", "map.png"]),
      ] {
        expectOneLine(outcome, code: 2, mentions: ["map.png", "among the pictures of", "photos"])
      }
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.file("photos")).sorted()
        == ["1.ppm", "2.ppm"])
  }

  /// From wherever it is merged: pictures are known by their names, and folders of classes by theirs.
  @Test func mergesKnowPicturesByTheirNames() throws {
    for name in ["a/photos", "a/set/cat", "a/set/dog", "a/set/new", "else"] {
      try folder.makeFolder(name)
    }
    for (index, name) in ["photos/1", "photos/2", "set/cat/1", "set/dog/2"].enumerated() {
      _ = try folder.write(Samples.picture(level: UInt8(60 + index)), to: "a/\(name).ppm")
    }
    func within(_ place: String, _ words: [String]) throws -> Outcome {
      try Executable.run(words, in: folder, shell: "cd \(place) && \"$@\"")
    }
    for image in ["photos", "set"] {
      let run = ["erf", Samples.tiny, "--size", "32", "--image", image, "-o", "../\(image).erf"]
      #expect(try within("a", run).code == 0)
    }
    for (place, part, output) in [
      ("a/photos", "../../photos.erf", "map.png"), ("else", "../photos.erf", "../a/photos/map.pgm"),
      ("a/set/cat", "../../../set.erf", "map.png"), ("else", "../set.erf", "../a/set/map.png"),
      ("else", "../set.erf", "../a/set/new/map.png"), ("a/set", "../../set.erf", "more/map.png"),
    ] {
      expectOneLine(
        try within(place, ["merge", part, "-o", output, "--force"]), code: 2,
        mentions: [output, "among the pictures of \(Folder.whole(folder.path))/a/", "outside it"])
    }
    // Beside the folder of pictures none is found, nor is an array among them.
    for (place, part, output) in [
      ("a", "../photos.erf", "map.png"), ("a", "../photos.erf", "../else/map.png"),
      ("a/photos", "../../photos.erf", "map.npy"),
    ] {
      #expect(try within(place, ["merge", part, "-o", output]).code == 0, "\(output)")
    }
    // Pictures that were given one by one are a folder's no more.
    _ = try succeed(
      ["erf", Samples.tiny, "--size", "32", "--image", "a/photos/1.ppm", "-o", "1.erf"], in: folder)
    _ = try succeed(["merge", "1.erf", "-o", "a/photos/map.png"], in: folder)
  }

  /// What beside weights tells which network they are of.
  @Test(arguments: [
    ("config.json", #"{"architecture": "resnet18"}"#), ("args.yaml", "model: resnet18\n"),
  ])
  func configurationsAreInputsToo(name: String, text: String) throws {
    _ = try folder.write(Fixtures.bytes("names/plain.pth"), to: "model.pth")
    _ = try folder.write(Array(text.utf8), to: name)
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("map.json"), withDestinationPath: name)
    let id = "resnet:block=basic:layers=1,1,1,1:width=2:classes=7"
    for network in [["model.pth"], [id, "--weights", "model.pth"]] {
      let outcome = try Executable.run(
        ["erf"] + network + ["--size", "32", "-o", "map.json", "--force"], in: folder)
      expectOneLine(outcome, code: 2, mentions: ["map.json", name, "this command reads"])
      #expect(try folder.read(name) == Array(text.utf8))
    }
  }

  /// Whatever else a command reads, and under whatever name: what a file is its contents tell.
  @Test func otherInputsAreKept() throws {
    let picture = Samples.picture(level: 90)
    let small = ["--size", "32", "--force"]
    for (arguments, input, bytes) in [
      (
        ["erf", Samples.tiny, "--tensor", "in.npy", "-o", "in.npy"], "in.npy",
        Samples.noise(images: 1)
      ),
      (
        [
          "compare", Samples.tiny, "resnet20-cifar", "--image", "out/resnet20-cifar.png", "-o",
          "out",
        ],
        "out/resnet20-cifar.png", picture
      ),
      (
        ["sweep", Samples.tiny, "--sizes", "32", "--image", "p.csv", "-o", "p.csv"], "p.csv",
        picture
      ),
      (["figure", Samples.tiny, "--image", "p.svg", "-o", "p.svg"], "p.svg", picture),
      (
        [
          "probe", Samples.tiny, "--stimuli", "s", "--classes", "names.csv", "--csv", "names.csv",
        ], "names.csv", Array("cat\ndog\nc\nd\ne\n".utf8)
      ),
    ] {
      if input.hasPrefix("out/") { try folder.makeFolder("out") }
      if arguments[0] == "probe" {
        _ = try succeed(["stimuli", "-o", "s", "--count", "2", "--size", "32"], in: folder)
      }
      _ = try folder.write(bytes, to: input)
      let options = ["sweep", "probe"].contains(arguments[0]) || arguments.contains("--tensor")
      let outcome = try Executable.run(
        arguments + (options ? ["--force"] : small), in: folder)
      expectOneLine(outcome, code: 2, mentions: [input, "read by this command"])
      #expect(try folder.read(input) == bytes, "\(arguments)")
    }
  }
}
