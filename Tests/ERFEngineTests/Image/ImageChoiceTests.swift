// Which pictures a run takes of folders: folders of classes, some of many, formats that are not read.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct ImageChoiceTests {
  /// ImageNet's layout: a folder for each class.
  private func dataSet() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in ["n01", "n02", "n03"] {
      try folder.makeFolder("val/\(name)")
      for index in 0..<4 {
        _ = try folder.write([1], to: "val/\(name)/\(name)_\(index).JPEG")
      }
    }
    return folder
  }

  private func classes(_ files: some Sequence<ImageFile>) -> [String] {
    files.map { String($0.path.split(separator: "/").dropLast().last ?? "") }
  }

  @Test func someAreSpreadOverFolders() throws {
    let folder = try dataSet()
    let files = try ImageList.expandClasses([folder.file("val")])
    #expect(files.count == 12 && ImageList.folders(of: files) == 3)
    let spread = ImageList.spread(files, seed: 0)
    #expect(Set(spread) == Set(files))
    // As many of each folder after every round.
    for round in 0..<4 {
      #expect(Set(classes(spread[3 * round..<3 * round + 3])) == ["n01", "n02", "n03"])
    }
    #expect(ImageList.spread(files, seed: 0) == spread)
    let others = (1...8).map { ImageList.spread(files, seed: $0) }
    #expect(others.contains { $0 != spread })
  }

  /// The choice does not depend on where the data lie.
  @Test func theChoiceIsTheSameEverywhere() throws {
    let (one, other) = (try dataSet(), try dataSet())
    func names(_ folder: TemporaryFolder) throws -> [String] {
      ImageList.spread(try ImageList.expandClasses([folder.file("val")]), seed: 3)
        .map { String($0.path.dropFirst(folder.path.count)) }
    }
    #expect(try names(one) == names(other))
  }

  /// Nor on how the paths are spelt, with folders of one name or several ways to one folder.
  @Test func theChoiceIsTheSameHoweverPathsAreSpelt() throws {
    let folder = try dataSet()
    let files = ["val/n01/n01_0", "val/./n01/n01_1", "val//n01/n01_2", "val/n01/n01_3"]
    let spellings = [
      ["val/n01/", "val/n02"], ["val/n01/.", "val//n02/"], ["val/n03/../n01/", "./val/n02/./"],
      files.map { $0 + ".JPEG" } + ["val/n02"],
    ]
    let root = Folder.whole(folder.path)
    let choices = try spellings.map { paths -> [String] in
      let files = try ImageList.expandClasses(paths.map { "\(root)/\($0)" })
      #expect(ImageList.folders(of: files) == 2)
      return NetworkInputs.pictureNames(ImageList.spread(files, seed: 3).map(\.path))
    }
    #expect(Set(choices).count == 1 && choices[0].count == 8)
  }

  @Test func oneFolderStaysInOrder() throws {
    let folder = try dataSet()
    let files = try ImageList.expandClasses([folder.file("val/n02")])
    #expect(files.count == 4 && ImageList.spread(files, seed: 5) == files)
  }

  @Test func unreadFormatsAreNamed() throws {
    let folder = try dataSet()
    _ = try folder.write([1], to: "val/n01/a.heic")
    _ = try folder.write([1], to: "val/n03/b.AVIF")
    _ = try folder.write([1], to: "val/n03/notes.txt")
    _ = try folder.write([1], to: "val/c.heic")
    let unread = ImageList.leftOut(of: [folder.file("val")]).unread
    #expect(unread == ["val/c.heic", "val/n01/a.heic", "val/n03/b.AVIF"].map(folder.file))
    // Every picture of another kind, in the order of names; what is read under an unusual name is none.
    let others = [
      "a.ai", "b.cin", "c.cur", "d.dds", "e.dpx", "f.eps", "g.fits", "h.hif", "i.icns", "j.jls",
      "k.jxr", "l.mng", "m.pcx", "n.pdf", "o.psb", "p.qoi", "q.raw", "r.sgi", "s.srw", "t.svgz",
      "u.xbm", "v.xpm",
    ]
    try folder.makeFolder("kinds")
    for name in others + ["x.mpo", "x.apng", "x.dib"] {
      _ = try folder.write([1], to: "kinds/" + name)
    }
    #expect(
      ImageList.leftOut(of: [folder.file("kinds")]).unread
        == others.map { folder.file("kinds/\($0)") })
    let read = try ImageList.expand([folder.file("kinds")]).map(\.path)
    #expect(read == ["x.apng", "x.dib", "x.mpo"].map { folder.file("kinds/\($0)") })
    // Nothing else in folders of classes: said too.
    try folder.makeFolder("only/n01")
    _ = try folder.write([1], to: "only/n01/x.qoi")
    #expect(
      throws: ImageError.onlyUnread(folder: folder.file("only"), names: ["x.qoi"])
    ) { try ImageList.expandClasses([folder.file("only")]) }
    try folder.makeFolder("raw")
    _ = try folder.write([1], to: "raw/x.dng")
    #expect(
      throws: ImageError.onlyUnread(folder: folder.file("raw"), names: ["x.dng"])
    ) { try ImageList.expand([folder.file("raw")]) }
  }
}

/// Pictures that lie below others are left out with a word: a stray one hides the folders of all classes.
@Suite struct FoldersBesidePicturesTests {
  @Test func foldersAreNamed() throws {
    let folder = try TemporaryFolder()
    for name in ["val/n01/a.png", "val/n02/b.png", "val/n02/deep/c.png", "val/empty/notes.txt"] {
      try folder.makeFolder(String(name[..<(name.lastIndex(of: "/") ?? name.endIndex)]))
      _ = try folder.write([1], to: name)
    }
    let val = folder.file("val")
    #expect(ImageList.leftOut(of: [val]).folders == [folder.file("val/n02/deep")])
    #expect(try ImageList.expandClasses([val]).count == 2)
    _ = try folder.write([1], to: "val/thumb.png")
    #expect(try ImageList.expandClasses([val]).map(\.path) == [folder.file("val/thumb.png")])
    let leftOut = ImageList.leftOut(of: [val])
    #expect(leftOut.folders == [folder.file("val/n01"), folder.file("val/n02")])
    #expect(
      leftOut.lines.count == 1 && leftOut.lines[0].hasPrefix("left out 2 folders of pictures"))
    #expect(leftOut.lines[0].hasSuffix(folder.file("val/n01") + " and 1 more"))
  }

  /// What is only called like a picture hides no classes.
  @Test func pipesAndEmptyFoldersBesideClasses() throws {
    let folder = try TemporaryFolder()
    for name in ["val/n01/a.png", "val/n02/b.png"] {
      try folder.makeFolder(String(name.dropLast("/a.png".count)))
      _ = try folder.write([1], to: name)
    }
    try folder.makeFolder("val/empty.png")
    #expect(unsafe mkfifo(folder.file("val/pipe.jpg"), 0o600) == 0)
    let val = folder.file("val")
    #expect(
      try ImageList.expandClasses([val]).map(\.path)
        == ["val/n01/a.png", "val/n02/b.png"].map(folder.file))
    let leftOut = ImageList.leftOut(of: [val])
    #expect(leftOut.unread == ["val/pipe.jpg", "val/empty.png"].map(folder.file))
    #expect(leftOut.folders == [])
    #expect(try TrainingRecipe.Data.folder(val).contents().classes == ["n01", "n02"])
  }
}

/// What phones, browsers and Windows call JPEG, PNG and BMP is read as that.
@Suite struct OtherEndingTests {
  @Test(arguments: [("rgb-444.jpg", "mpo"), ("rgb.png", "apng"), ("rgb.bmp", "dib")])
  func contentsTell(_ source: String, _ ending: String) throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(Fixtures.bytes("images/\(source)"), to: "a.\(ending)")
    let found = try ImageList.expand([folder.path])
    #expect(
      try found.map { try Image.load(path: $0.path) } == [
        try Image.load(path: Fixtures.path("images/\(source)"))
      ])
  }

  /// As Windows' clipboard has them, which begin with the size of their header.
  @Test(arguments: [
    "rgb", "rgba", "grey", "palette-1", "palette-4", "rgb-565", "masks-32", "runs-4", "top-down",
  ])
  func bitmapsWithoutTheirFileHeader(_ name: String) throws {
    let whole = try Fixtures.bytes("images/\(name).bmp")
    let bare = Array(whole.dropFirst(14))
    #expect(try Image.decode(bare, path: "a.dib") == Image.decode(whole, path: "a.bmp"))
    guard name != "runs-4" else { return }
    #expect(throws: ImageError.truncated(path: "a.dib", format: "BMP")) {
      try Image.decode(Array(bare.dropLast()), path: "a.dib")
    }
  }

  /// What libtiff does not read may be sound.
  @Test func refusalsOfLibtiffAreCalledThat() {
    let error = ImageError.damaged(path: "fax.tif", format: "TIFF", reason: "Buffer overflow")
    #expect(
      error.explanation == "fax.tif: is a TIFF file that libtiff cannot read: Buffer overflow")
  }

  /// Others are called by their names.
  @Test(arguments: [("qoif", "QOI"), ("DDS ", "DDS"), ("%!PS-Adobe", "PostScript")])
  func othersAreNamed(_ magic: String, _ name: String) throws {
    let error = #expect(throws: ImageError.self) {
      try Image.decode(Array(magic.utf8) + [UInt8](repeating: 0, count: 60), path: "a")
    }
    #expect(try #require(error).explanation.contains(name))
  }
}

@Suite struct SystemPathTests {
  /// Whatever bytes a name holds, the text names the same file.
  @Test(arguments: [
    Array("plain.png".utf8), Array("猫.pth".utf8), Array("e\u{301}.png".utf8),
    [0x62, 0xEA, 0x74, 0x65], [0xFF, 0xFE, 0x2F, 0x80], [0xEF, 0x9F, 0xA9], [0xE7, 0x8C],
    Array("a\u{F7E9}b".utf8),
  ])
  func namesComeBack(_ bytes: [UInt8]) {
    #expect(SystemPath.bytes(SystemPath.text(bytes)) == bytes)
  }

  @Test func textsStayAsTheyAre() {
    #expect(SystemPath.text(Array("猫/é.pth".utf8)) == "猫/é.pth")
  }

  /// Latin-1, as old archives have it, on file systems that take it.
  @Test func filesOfOtherEncodingsAreListedAndRead() throws {
    let folder = try TemporaryFolder()
    let path =
      folder.path + "/" + SystemPath.text([0x62, 0xEA, 0x74, 0x65, 0x2E, 0x70, 0x67, 0x6D])
    try AtomicFile.write(Array("P5 1 1 255 a".utf8), to: path)
    let files = try ImageList.expand([folder.path])
    #expect(files.map(\.path) == [path])
    #expect(try Image.load(path: path).pixels == [97, 97, 97])
    #expect(FileIdentity(of: path) != nil)
  }
}
