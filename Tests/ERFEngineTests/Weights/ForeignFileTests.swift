// What lies in the place of a file that can be read is called what it is.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct ForeignFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What is said of `bytes` in the place of an ONNX model.
  private func complaint(_ bytes: [UInt8]) throws -> String {
    let path = try folder.write(bytes, to: "model.onnx")
    let error = #expect(throws: ONNXError.self) { try ONNXModel(path: path) }
    return try #require(error).explanation.replacing(path + " cannot be opened: it is ", with: "")
  }

  /// The zip of `torch.save` with another name for one of its entries.
  private func zip(_ name: String, called other: String) throws -> [UInt8] {
    #expect(name.utf8.count == other.utf8.count)
    return try Fixtures.bytes("checkpoints/zip.pth")
      .replacing(Array(name.utf8), with: Array(other.utf8))
  }

  @Test func zipsAreToldApart() throws {
    let ofTorch = "a file as torch.save writes them, whatever its name says: call it something.pth"
    #expect(try complaint(Fixtures.bytes("checkpoints/zip.pth")) == ofTorch)
    #expect(
      try complaint(zip("zip/version", called: "zip/code/ab"))
        == "a TorchScript program: export the network that it was made of")
    #expect(
      try complaint(Fixtures.bytes("arrays/one.npz"))
        == "an .npz file of NumPy's arrays, not a network")
    let packed = try zip("zip/data.pkl", called: "zip/net.onnx")
    let words = "a zip file that holds zip/net.onnx: unpack it with `unzip`"
    #expect(try complaint(packed) == words)
    #expect(
      try complaint(zip("zip/data.pkl", called: "zip/data.txt")) == "a zip file, not a network")
    // In the place of a checkpoint, too.
    let path = try folder.write(packed, to: "net.pth")
    #expect(throws: CheckpointError.unsupported(path: path, reason: "it is " + words)) {
      try Checkpoint(path: path)
    }
  }

  /// Parts of runs are safetensors that hold no network.
  @Test func resultsUnderOtherNames() throws {
    let path = folder.file("a.erf")
    try SafetensorsWriter(
      tensors: [("sum", Tensor(zeros: [2]))], type: .float32,
      metadata: [ResultFile.part.rawValue: "1"]
    ).write(to: path)
    #expect(
      try complaint(folder.read("a.erf"))
        == "a part of a run, not a network: `replk-tui merge` makes its map")
  }

  /// Pointers and pages in all their forms; drawings and other documents are none.
  @Test(
    arguments: [
      ("version http://git-media.io/v/2\noid sha256:0", "Git LFS"),
      ("version https://hawser.github.com/spec/v1\n", "Git LFS"),
      ("/annex/objects/SHA256E-s3--0.png\n", "git-annex"),
      ("../.git/annex/objects/0x/1y/SHA256E-s3--0.png/SHA256E-s3--0.png", "git-annex"),
      (String(repeating: " \n", count: 100) + "<!DOCTYPE html>", "web page"),
      ("<!-- saved from -->\n<html>", "web page"), ("<head><title>", "web page"),
      ("<?xml version=\"1.0\"?>\n<!DOCTYPE html>", "web page"),
      ("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>", "web page"),
      ("<?xml version=\"1.0\"?><svg>", nil), ("<!-- drawn --><svg>", nil),
      ("<?xml version=\"1.0\"?><!-- a --><net name=\"a\">", nil), ("a,b\n.git/annex/objects/", nil),
      ("<?xml version=\"1.0\"?>\n<!-- a --><!DOCTYPE HTML PUBLIC>", "web page"),
      ("<html lang=\"en\"><svg>", "web page"), ("<header>", nil), ("<!-- a -->", nil),
      ("<!--" + String(repeating: "<html>", count: 100) + "--><svg>", nil),
      ("<?xml version=\"1.0\"?><svg><foreignObject><html>", nil),
      ("<!-- a --><net><head>", nil), ("BZhang\nfog\n", nil), ("BZh9", nil),
      ("BZh91AY&SY\u{1}", "bzip2"),
    ] as [(String, String?)])
  func pointersAndPages(_ text: String, words: String?) {
    let reason = ForeignFile.explanation(Array(text.utf8))
    #expect((reason == nil) == (words == nil), "\(reason ?? "")")
    if let words { #expect(reason?.contains(words) == true, "\(reason ?? "")") }
  }

  /// What is packed is told by bytes that no text has.
  @Test func packedFiles() {
    for (bytes, command) in [
      ([0x1F, 0x8B, 0x08], "gunzip"), ([0x28, 0xB5, 0x2F, 0xFD], "unzstd"),
      (Array("BZh9".utf8) + [0x17, 0x72, 0x45, 0x38, 0x50, 0x90], "bunzip2"),
    ] as [([UInt8], String)] {
      let reason = ForeignFile.explanation(bytes)
      let advice = "unpack it with `\(command) < FILE > NEW`"
      #expect(reason?.hasSuffix(advice) == true, "\(reason ?? "")")
    }
  }

  /// Names of classes may be tags or whatever else.
  @Test(arguments: ["<head>", "<header>", "<html", "<html>", "<!-- none -->", "BZhang", "<?xml?>"])
  func namesOfClassesThatLookLikeFiles(_ name: String) throws {
    let path = try folder.write(Array("\(name)\n<body>\nfog\n".utf8), to: "classes.txt")
    #expect(try ClassNames.read(path) == [name, "<body>", "fog"])
  }

  @Test func pagesInThePlaceOfClasses() throws {
    let path = try folder.write(Array("\n<!DOCTYPE html>\n<html>".utf8), to: "classes.txt")
    #expect(
      throws: FileError.unreadable(path: path, reason: "it is a web page: download the file itself")
    ) {
      try ClassNames.read(path)
    }
  }

  /// Every reader that does not find what it reads says what is there.
  @Test(arguments: ["a.png", "a.npy", "a.pgm", "a.csv", "a.txt", "a.erf", "a.safetensors"])
  func readersSayWhatIsThere(_ name: String) throws {
    let text = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n"
    let path = try folder.write(Array(text.utf8), to: name)
    let error = #expect(throws: (any Error).self) {
      switch name.split(separator: ".")[1] {
      case "png": _ = try Image.load(path: path)
      case "txt": _ = try ClassNames.read(path)
      case "erf": _ = try ERFPart(path: path)
      case "safetensors": _ = try Features(path: path)
      default: _ = try SavedMap.load(path: path)
      }
    }
    let words = try #require(error as? any ExplainedError).explanation
    #expect(words.hasPrefix(path) && words.contains(": it is a pointer of Git LFS"), "\(words)")
  }

  /// A link into git-annex without what it stands for.
  @Test func linksIntoTheAnnex() throws {
    let path = folder.file("model.pth")
    try FileManager.default.createSymbolicLink(
      atPath: path, withDestinationPath: ".git/annex/objects/0x/1y/model.pth")
    let words =
      "it is a pointer of git-annex, which stands for the file: fetch that with `git annex get`"
    #expect(throws: CheckpointError.unreadable(path: path, reason: words)) {
      try Checkpoint(path: path)
    }
    #expect(throws: FileError.unreadable(path: path, reason: words)) {
      try FileBytes.read(path, limit: 100)
    }
    #expect(throws: FileError.unreadable(path: path, reason: words)) {
      try ImageList.expand([path])
    }
  }

  @Test func foldersCalledLikeModels() throws {
    try folder.makeFolder("d.onnx")
    let path = folder.file("d.onnx")
    #expect(throws: CheckpointError.unreadable(path: path, reason: "it is a folder, not a file")) {
      try ONNXModel(path: path)
    }
  }

  /// Settings alone, and an optimizer that has not begun, are sound.
  @Test func filesWithoutTensors() throws {
    let objects: [Pickled] = [["lr": 0.1], ["state": [:], "param_groups": [["lr": 0.1]]]]
    for object in objects {
      let path = try folder.write(object.file, to: "settings.pth")
      let words = "it holds no tensors: name the file with the network's weights"
      #expect(throws: CheckpointError.unsupported(path: path, reason: words)) {
        try Checkpoint(path: path)
      }
    }
  }
}
