// What pictures are called in results and messages, and pictures whose colours are not converted.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct PictureNameTests {
  /// As many folders as tell equal names apart; one file given twice stays so.
  @Test(arguments: [
    (["val/a/1.png", "val/a/2.png"], ["1.png", "2.png"]),
    (["val/a/1.png", "val/b/1.png", "val/b/2.png"], ["a/1.png", "b/1.png", "2.png"]),
    (["x/a/1.png", "y/a/1.png", "y/b/1.png"], ["x/a/1.png", "y/a/1.png", "b/1.png"]),
    (["1.png", "./1.png", "a/1.png"], ["1.png", "./1.png", "a/1.png"]),
    (["a/1.png", "a/1.png"], ["1.png", "1.png"]),
  ])
  func namesTellFilesApart(_ paths: [String], names: [String]) {
    #expect(NetworkInputs.names(paths) == names)
  }

  /// Pictures bear the names of the folders that they lie in where these are of classes, side by side.
  @Test(arguments: [
    (["val/a/1.png", "val/a/2.png"], ["1.png", "2.png"]),
    (["val/a/1.png", "val/b/2.png"], ["a/1.png", "b/2.png"]),
    (["a/1.png", "b/2.png", "b/3.png"], ["a/1.png", "b/2.png", "b/3.png"]),
    (
      ["x/a/1.png", "x/b/1.png", "y/a/1.png", "y/b/2.png"],
      ["x/a/1.png", "b/1.png", "y/a/1.png", "b/2.png"]
    ),
    (["x/1.png", "y/a/2.png"], ["1.png", "2.png"]), (["1.png", "a/2.png"], ["1.png", "2.png"]),
    (["./a/1.png", "a/../b/2.png", "b//3.png"], ["a/1.png", "b/2.png", "b/3.png"]),
    (["/x/a/1.png", "/x/./b/1.png"], ["a/1.png", "b/1.png"]),
  ])
  func picturesBearTheirClasses(_ paths: [String], names: [String]) throws {
    let inputs = try NetworkInputs(.files(paths))
    #expect(paths.indices.map(inputs.name) == names)
  }

  /// Nor do names tell where a folder lies that has folders of its own name inside it.
  @Test func nestedFoldersOfOneName() throws {
    for root in ["/data/x", "/home/u/x", "/x"] {
      let paths = ["1.png", "x/1.png", "x/x/1.png", "y/1.png"].map { "\(root)/\($0)" }
      let inputs = try NetworkInputs(.files(paths))
      #expect(
        paths.indices.map(inputs.name) == ["x/1.png", "x/x/1.png", "x/x/x/1.png", "y/1.png"])
    }
  }

  /// Other pictures of the same classes are another list, be their names without folders the same.
  @Test func selectionsOfClassesAreToldApart() throws {
    let lists = try [["c/1/0.png", "c/2/1.png"], ["c/2/0.png", "c/1/1.png"]].map {
      try NetworkInputs(.files($0)).listHash
    }
    #expect(lists[0] != lists[1])
  }

  /// So is another choice from folders that lie apart, or from several data sets of the same classes: names
  /// are those among all that there was to choose from.
  @Test(arguments: [
    ["d1/dog/0.png", "d1/dog/1.png", "d2/cat/0.png", "d2/cat/1.png"],
    ["ds/train/A/0.png", "ds/train/B/0.png", "ds/val/A/0.png", "ds/val/B/0.png"],
  ])
  func choicesAreToldApart(_ paths: [String]) throws {
    let names = NetworkInputs.pictureNames(paths)
    #expect(Set(names).count == paths.count)
    var lists: [String] = []
    for choice in [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]] {
      var request = ERFRequest(
        network: NetworkSpec(model: "resnet-18"), images: .files(choice.map { paths[$0] }))
      request.imageNames = choice.map { names[$0] }
      lists.append(try request.inputs().listHash)
    }
    #expect(Set(lists).count == lists.count)
  }

  @Test func kindsAreCounted() {
    #expect(
      ImageList.kinds(of: ["a/x.heic", "y.HEIC", "z.svg", "b.avif"])
        == "2 .heic, 1 .avif, 1 .svg")
  }

  /// Bytes that are not UTF-8 are held as private scalars, and printed as the documentation says.
  @Test func otherBytesArePrintedAsQuestionMarks() {
    let name = SystemPath.text([0x62, 0xEA, 0x74, 0x65])
    #expect(name.printable == "b?te" && SystemPath.bytes(name) == [0x62, 0xEA, 0x74, 0x65])
  }

  /// One pixel of three samples, of the colours that `photometric` numbers.
  private static func tiff(photometric: UInt8) -> [UInt8] {
    let fields: [(tag: UInt16, value: UInt8)] = [
      (256, 1), (257, 1), (258, 8), (259, 1), (262, photometric), (273, 122), (277, 3), (278, 1),
      (279, 3),
    ]
    var bytes: [UInt8] = Array("II".utf8) + [42, 0, 8, 0, 0, 0, UInt8(fields.count), 0]
    for field in fields {
      bytes += [
        UInt8(field.tag & 0xFF), UInt8(field.tag >> 8), 3, 0, 1, 0, 0, 0, field.value, 0, 0, 0,
      ]
    }
    return bytes + [0, 0, 0, 0] + [128, 10, 20]
  }

  @Test func coloursThatAreNotConverted() throws {
    #expect(try Image.decode(Self.tiff(photometric: 2), path: "a.tif").pixels == [128, 10, 20])
    for (photometric, name) in [(8, "L*a*b*"), (9, "L*a*b*"), (10, "L*a*b*")] as [(UInt8, String)] {
      #expect(throws: ImageError.unsupportedFormat(path: "a.tif", format: "\(name) TIFF")) {
        try Image.decode(Self.tiff(photometric: photometric), path: "a.tif")
      }
    }
  }
}
