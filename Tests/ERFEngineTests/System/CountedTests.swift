// Numbers before nouns, and ranges, as messages have them.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct CountedTests {
  @Test func numbersAndRanges() {
    #expect(1.counted("axis", "axes") == "1 axis" && 0.counted("field") == "0 fields")
    #expect((4...4).words == "4" && (1...6).words == "1 to 6")
  }

  @Test(arguments: [
    ("resnet:stride=1,2,1", "expected 4 whole numbers from 1 to 4 with commas between"),
    ("resnet-cifar:layers=1", "expected 3 whole numbers from 1 to 200 with commas between"),
    ("resnet:layers=0", "expected 1 to 6 whole numbers from 1 to 200 with commas between"),
    ("resnet:stem=4,4", "expected 7 or 3"), ("resnet:stem=5", "expected 7 or 3"),
    ("resnet:width=0", "expected a whole number from 1 to 1024"),
    (
      "resnet:dilation=1,2",
      "expected a whole number from 1 to 32, or one for each of the 4 stages"
    ),
    (
      "mobilenetv2:dilation=1,1,1,1,1,1,1",
      "expected a whole number from 1 to 32, or one for each of the 4 stages"
    ),
    ("resnet:layers=2:dilation=1,2", "expected a whole number from 1 to 32"),
  ])
  func fieldsOfIDs(_ id: String, _ words: String) {
    let error = #expect(throws: ModelError.self) { try ModelCatalogue.architecture(id) }
    #expect(error?.explanation.hasSuffix(words) == true, "\(error?.explanation ?? "")")
  }

  private static let ones: [(any ExplainedError, String)] = [
    (
      DecisionError.fieldCount(path: "d.csv", line: 2, found: 1, expected: 8),
      "has 1 field where the header has 8"
    ),
    (TrainingError.tooFewPictures(found: 1, batch: 8), "1 picture to train on does not fill"),
    (TrainingError.tooFewPictures(found: 3, batch: 8), "3 pictures to train on do not fill"),
    (TrainingError.tooMuchMemory(pictures: 1, bytes: 0, limit: 0), "1 picture takes 0 MB"),
    (TrainingError.classes(model: "m", expected: 1, found: 2), "m has 1 class, the data 2"),
    (
      ONNXError.shortData(path: "a.onnx", file: "w.data", bytes: 1, needed: 4),
      "it has 1 byte, of 4 that are needed"
    ),
    (
      ClassNamesError.otherNumber(path: "c.txt", names: 1, model: "m", outputs: 2),
      "names 1 class, but m has 2 classes"
    ),
    (OpenFileLimit.Failure(limit: 1), "may have 1 file open"),
    (CheckpointError.unrecognised(path: "a.pth", keys: []), "by its names (it has no tensors)"),
  ]

  @Test(arguments: ones) func oneOfThem(_ error: any ExplainedError, _ words: String) {
    #expect(error.explanation.contains(words), "\(error.explanation)")
  }

  @Test func rowsOfOneNumber() {
    let error = #expect(throws: ExportError.self) {
      try CSV.decode(Array("1,2\n3\n".utf8), path: "a.csv")
    }
    #expect(error?.explanation.contains("line 2 has 1 number where the first has 2") == true)
  }

  @Test func oneByteIsThere() throws {
    let bytes = NPY(shape: [2], values: [1, 2]).encoded()
    let array = #expect(throws: ExportError.self) {
      try NPY(decoding: Array(bytes.dropLast(7)), path: "a.npy")
    }
    #expect(array?.explanation.contains("takes 8 bytes, but 1 is there") == true)
    let folder = try TemporaryFolder()
    let path = try folder.write([0x08, 8, 0x12, 5, 1], to: "a.onnx")
    let graph = #expect(throws: ONNXError.self) { try ONNXModel(path: path) }
    #expect(graph?.explanation.contains("a field of 5 bytes where 1 is left") == true)
  }
}
