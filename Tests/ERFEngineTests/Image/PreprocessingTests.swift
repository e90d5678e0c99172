// How pixels become input where somebody says how: numbers counted by hand.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct PreprocessingTests {
  private let image = Image(height: 1, width: 1, pixels: [10, 20, 255])

  private func prepared(
    _ own: Preprocessing = .imageNet, _ change: (inout PreprocessingChoice) -> Void
  ) -> [Float] {
    var choice = PreprocessingChoice.own
    change(&choice)
    return own.with(choice).tensor(image, size: InputSize(height: 1, width: 1)).elements
  }

  @Test func theNetworksOwnWayWhereNothingIsSaid() {
    let red: Float = (10 / 255 - 0.485) / 0.229
    let green: Float = (20 / 255 - 0.456) / 0.224
    let blue: Float = (1 - 0.406) / 0.225
    #expect(prepared { _ in } == [red, green, blue])
    #expect(Preprocessing.half.with(.own) == .half)
  }

  @Test func aMeanAloneLeavesTheDeviation() {
    let red: Float = (10 / 255 - 0.5) / 0.229
    let green: Float = 20 / 255 / 0.224
    #expect(prepared { $0.mean = [0.5, 0, 1] } == [red, green, 0])
  }

  /// Caffe's way: whole numbers stay whole.
  @Test func blueFirstLessTheMeanInARangeOfBytes() {
    let values = prepared {
      $0.range = PixelRange(black: 0, white: 255)
      $0.mean = [104, 117, 123]
      $0.isBlueFirst = true
    }
    let expected: [Float] = [151, -97, -113]
    #expect(values == expected)
  }

  @Test func aRangeAloneIsAllThatHappens() {
    #expect(prepared { $0.range = PixelRange(black: 0, white: 255) } == [10, 20, 255])
    let red: Float = 10 / 255 * 2 - 1
    let green: Float = 20 / 255 * 2 - 1
    #expect(prepared { $0.range = PixelRange(black: -1, white: 1) } == [red, green, 1])
    let inverted = prepared { $0.range = PixelRange(black: 1, white: 0) }
    #expect(inverted.map { Int(($0 * 255).rounded()) } == [245, 235, 0])
  }

  /// The mean of red goes with red.
  @Test func ownNumbersBelongToColours() {
    let plain = prepared { _ in }
    #expect(prepared { $0.isBlueFirst = true } == plain.reversed())
  }

  @Test func inWords() {
    var choice = PreprocessingChoice.own
    #expect(choice.text.isEmpty)
    choice.mean = [104, 117.5, 123]
    choice.deviation = [1, 1, 1]
    choice.range = PixelRange(black: 0, white: 255)
    choice.isBlueFirst = true
    #expect(choice.text == "range 0:255, mean 104,117.5,123, std 1, BGR")
    #expect(PixelRange(black: 2, white: 2) == nil)
  }

  /// Parts of runs that prepare pictures differently are not of one run.
  @Test func partsKeepIt() throws {
    let folder = try TemporaryFolder()
    var request = ERFRequest(
      network: NetworkSpec(model: "resnet-cifar:depth=8", weights: .random(seed: 1)),
      size: InputSize(height: 32, width: 32))
    let plain = try #require(try ERFComputer().compute(request).part)
    request.network.preprocessing.range = PixelRange(black: 0, white: 255)
    let result = try ERFComputer().compute(request)
    let part = try #require(result.part)
    #expect(plain.difference(from: part) == "preparation the network's own and range 0:255")
    #expect(plain.map.values != part.map.values)
    let path = try folder.write(part.encoded(), to: "part.erf")
    #expect(try ERFPart(path: path) == part)
    let report = String(decoding: try ResultReport([result]).encoded(), as: UTF8.self)
    #expect(report.contains("\"preprocessing\"") && report.contains("255"))
    let plainReport = try ResultReport([plain.result()]).encoded()
    #expect(!String(decoding: plainReport, as: UTF8.self).contains("\"preprocessing\""))
    #expect(HeatmapExport.comments(result).contains("preparation: range 0:255"))
  }
}

@Suite struct GivenClassNamesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// As Windows writes it, with a mark in front, and lines behind the last name.
  @Test func aNameALine() throws {
    let path = try folder.write(
      [0xEF, 0xBB, 0xBF] + Array("cat\r\n\tgrey whale \r\n\r\nowl\n\n \n".utf8), to: "names.txt")
    #expect(try ClassNames.read(path) == ["cat", "grey whale", "", "owl"])
  }

  /// Latin-1, as names of folders may be: two names stay two, and the same as those of folders.
  @Test func namesInOtherEncodings() throws {
    let path = try folder.write([0x72, 0xE9, 0x0A, 0x72, 0xE8, 0x0A], to: "latin.txt")
    let names = try ClassNames.read(path)
    #expect(names == [SystemPath.text([0x72, 0xE9]), SystemPath.text([0x72, 0xE8])])
    #expect(Set(names).count == 2)
  }

  @Test func whatIsNoListOfNames() throws {
    let binary = try folder.write([65, 0, 66], to: "binary")
    #expect(throws: ClassNamesError.noText(path: binary)) { try ClassNames.read(binary) }
    let empty = try folder.write(Array("\n \n".utf8), to: "empty")
    #expect(throws: ClassNamesError.empty(path: empty)) { try ClassNames.read(empty) }
    let long = try folder.write([UInt8](repeating: 10, count: 5 << 20), to: "long")
    #expect(throws: FileError.tooLarge(path: long, limit: 4 << 20)) { try ClassNames.read(long) }
    let many = try folder.write(
      Array(String(repeating: "x\n", count: ClassNames.mostNames + 1).utf8), to: "many")
    #expect(throws: ClassNamesError.tooMany(path: many, names: ClassNames.mostNames + 1)) {
      try ClassNames.read(many)
    }
  }

  @Test func theirNumberMustFit() throws {
    var spec = NetworkSpec(
      model: "resnet-cifar:depth=8:classes=3", weights: .random(seed: 1))
    spec.classes = try folder.write(Array("a\nb\nc\n".utf8), to: "three")
    let size = InputSize(height: 32, width: 32)
    #expect(try Classifier(spec, size: size).names == ["a", "b", "c"])
    let two = try folder.write(Array("a\nb\n".utf8), to: "two")
    spec.classes = two
    let id = try spec.modelID()
    #expect(throws: ClassNamesError.otherNumber(path: two, names: 2, model: id, outputs: 3)) {
      try Classifier(spec, size: size)
    }
  }
}
