import TestSupport
import Testing

@testable import ERFEngine

/// Settings and versions that contradict the definitions of ONNX are refused in words, not guessed at.
@Suite struct ONNXSettingTests {
  private let folder = try? TemporaryFolder()

  /// A 3x3 convolution of `settings`, and a node of `operation` of `later` behind it.
  private func bytes(
    _ settings: [(String, ONNXAttribute)], operators: Int? = 17,
    then operation: String? = nil, _ later: [(String, ONNXAttribute)] = [],
    inputs: [String] = ["c"]
  ) -> [UInt8] {
    ONNXBytes.model(operators: operators) { graph in
      graph.tensor("w", [4, 3, 3, 3], (0..<108).map { Float($0 % 7) - 3 })
      graph.tensor("sizes", [4], [1, 1, 2, 2])
      graph.picture("x", [1, 3, 32, 32])
      graph.message(1) { node in
        for input in ["x", "w"] { node.text(1, input) }
        node.text(2, "c")
        node.text(4, "Conv")
        for (name, value) in settings { node.attribute(name, value) }
      }
      if let operation {
        graph.message(1) { node in
          for input in inputs { node.text(1, input) }
          node.text(2, "y")
          node.text(4, operation)
          for (name, value) in later { node.attribute(name, value) }
        }
      }
      graph.message(12) { $0.text(1, operation == nil ? "c" : "y") }
    }
  }

  private func network(_ bytes: [UInt8]) throws -> ONNXNetwork {
    try ONNXNetwork(ONNXModel(path: #require(folder).write(bytes, to: "model.onnx")))
  }

  /// The line that opening ends in; nil: it opens.
  private func complaint(_ bytes: [UInt8]) throws -> String? {
    do {
      _ = try network(bytes)
      return nil
    } catch let error as ONNXError {
      return error.explanation
    }
  }

  @Test(
    arguments: [
      ("auto_pad", .text("EVIL"), "has the setting auto_pad 'EVIL', which is none of NOTSET"),
      (
        "kernel_shape", .integers([7, 7]), "says that its window is 7x7, where its weights are 3x3"
      ),
      ("kernel_shape", .integers([-3, 3]), "says that its window is -3x3"),
      ("strides", .floats([1.5, 1.5]), "has a setting strides that is not whole numbers"),
      ("strides", .integer(2), "has a setting strides that is not whole numbers"),
      ("group", .integers([1]), "has a setting group that is not a whole number"),
      ("pads", .text("1"), "has a setting pads that is not whole numbers"),
    ] as [(String, ONNXAttribute, String)])
  func malformedSettingsAreNamed(
    _ name: String, _ value: ONNXAttribute, _ words: String
  ) throws {
    let line = try complaint(bytes([(name, value)]))
    #expect(line?.contains("Conv c " + words) == true, "\(line ?? "opens")")
  }

  /// Both ways of telling the padding may stand there where they say the same.
  @Test func paddingIsToldOnceOrTwiceTheSame() throws {
    let same = ONNXAttribute.text("SAME_UPPER")
    #expect(try complaint(bytes([("auto_pad", same)])) == nil)
    #expect(try complaint(bytes([("auto_pad", same), ("pads", .integers([1, 1, 1, 1]))])) == nil)
    #expect(try complaint(bytes([("auto_pad", same), ("pads", .integers([0, 0, 0, 0]))])) == nil)
    let line = try complaint(bytes([("auto_pad", same), ("pads", .integers([2, 2, 2, 2]))]))
    #expect(line?.contains("has pads 2,2,2,2 and auto_pad SAME_UPPER") == true)
    let valid = try complaint(
      bytes([("auto_pad", .text("VALID")), ("pads", .integers([1, 1, 1, 1]))]))
    #expect(valid?.contains("contradict") == true)
  }

  /// Words without meaning made nearest neighbours of any resizing, and constants of any padding.
  @Test(arguments: [
    ("Resize", "mode", ["c", "", "sizes"]), ("Resize", "nearest_mode", ["c", "", "sizes"]),
    ("Resize", "coordinate_transformation_mode", ["c", "", "sizes"]),
    ("Gelu", "approximate", ["c"]),
  ])
  func wordsWithoutMeaningAreNamed(
    _ operation: String, _ name: String, _ inputs: [String]
  ) throws {
    let file = bytes(
      [("strides", .integers([2, 2]))], then: operation, [(name, .text("evil"))], inputs: inputs)
    let notes = try network(file).notes
    #expect(
      notes.first?.contains("\(operation) y has the setting \(name) 'evil', which is none of")
        == true, "\(notes)")
  }

  @Test func runningSumsOfPicturesAreNotKnown() throws {
    let file = bytes(
      [("strides", .integers([2, 2]))], then: "CumSum", inputs: ["c", "sizes"])
    #expect(
      try network(file).notes.first?.contains(
        "CumSum y adds up values that depend on the picture") == true)
  }

  // MARK: Versions of the operators

  @Test(
    arguments: [
      (6, "uses operator set 6, and 7 is the oldest"),
      (-5, "uses operator set -5, and 7 is the oldest"),
      (nil, "does not say which version of the operators"),
    ] as [(Int?, String)])
  func oldOperatorsAreRefused(_ version: Int?, _ words: String) throws {
    let line = try complaint(bytes([], operators: version))
    #expect(line?.contains(words) == true, "\(line ?? "opens")")
  }

  @Test(arguments: [7, 23]) func knownOperatorsAreReadWithoutAWord(_ version: Int) throws {
    #expect(try network(bytes([], operators: version)).notes == [])
  }

  @Test(arguments: [24, 99]) func newerOperatorsAreSaid(_ version: Int) throws {
    let notes = try network(bytes([], operators: version)).notes
    #expect(notes.count == 1)
    #expect(notes.first?.contains("operator set \(version) is newer than 23") == true)
  }

  /// Attention through a window, of operator set 25, looked at everything.
  @Test func windowsOfAttentionAreNotKnown() throws {
    let bytes = ONNXBytes.model(operators: 25) { graph in
      graph.tensor("w", [8, 3, 4, 4], (0..<384).map { Float($0 % 7) - 3 })
      graph.picture("x", [1, 3, 32, 32])
      graph.message(1) { node in
        for input in ["x", "w"] { node.text(1, input) }
        node.text(2, "c")
        node.text(4, "Conv")
        node.attribute("strides", .integers([4, 4]))
      }
      graph.message(1) { node in
        for _ in 0..<3 { node.text(1, "c") }
        node.text(2, "y")
        node.text(4, "Attention")
        node.attribute("left_window_size", .integer(2))
      }
      graph.message(12) { $0.text(1, "y") }
    }
    #expect(
      try network(bytes).notes.contains { $0.contains("looks through a window (left_window_size)") }
    )
  }

  // MARK: Weights

  /// An initializer of more or fewer bytes than its shape asks for.
  @Test(arguments: [428, 436]) func weightsOfAnotherLengthAreAnError(_ count: Int) throws {
    let bytes = ONNXBytes.model { graph in
      graph.message(5) { tensor in
        tensor.head("w", type: 1, [4, 3, 3, 3])
        tensor.data(9, [UInt8](repeating: 0, count: count))
      }
      graph.picture("x", [1, 3, 32, 32])
      graph.node("Conv", ["x", "w"], ["c"])
      graph.message(12) { $0.text(1, "c") }
    }
    let path = try #require(folder).write(bytes, to: "model.onnx")
    let error = #expect(throws: ONNXError.self) { try OpenedNetwork(NetworkSpec(file: path)) }
    #expect(
      error?.explanation == "\(path): tensor w of shape 4x3x3x3 has \(count) bytes",
      "\(error?.explanation ?? "opens")")
  }
}
