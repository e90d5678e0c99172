import Foundation
import TestSupport
import Testing

@testable import ERFEngine

/// Reading ONNX files: what they say, tensors in every form, and what is refused.
@Suite struct ONNXReaderTests {
  private let folder = try? TemporaryFolder()

  private func model(_ bytes: [UInt8]) throws -> ONNXModel {
    try ONNXModel(path: #require(folder).write(bytes, to: "model.onnx"))
  }

  /// The one line that reading `bytes`, and all of its tensors, ends in.
  private func complaint(_ bytes: [UInt8]) -> String? {
    do {
      let model = try model(bytes)
      for tensor in model.graph.initializers.values { _ = try model.constant(tensor) }
      return nil
    } catch {
      return (error as? any ExplainedError)?.explanation.replacing(folder?.path ?? "", with: "")
    }
  }

  @Test func graphsAreReadAndTheRestIsSkipped() throws {
    let model = try model(
      ONNXBytes.model { graph in
        graph.message(1) { node in
          node.text(1, "x")
          node.text(1, "")
          node.text(2, "y")
          node.text(3, "/layer3/layer3.5/conv1/Conv")
          node.text(4, "Conv")
          node.text(6, "a doc string")
          node.message(5) { attribute in
            attribute.text(1, "strides")
            attribute.number(8, 2)
            attribute.number(8, 3)
            attribute.number(20, 7)
          }
          node.message(5) { attribute in
            attribute.text(1, "pads")
            attribute.data(8, [1, 2, 3, 4])
            attribute.number(20, 7)
          }
          node.message(5) { attribute in
            attribute.text(1, "group")
            attribute.number(20, 2)
          }
          node.message(9) { entry in
            entry.text(1, "pkg.torch.onnx.name_scopes")
            entry.text(2, "['', 'layer3', 'layer3.5', 'layer3.5.conv1', 'conv2d_7']")
          }
        }
        graph.message(11) { input in
          input.text(1, "x")
          input.message(2) { type in
            type.message(1) { tensor in
              tensor.number(1, 1)
              tensor.message(2) { shape in
                shape.message(1) { $0.text(2, "batch") }
                shape.message(1) { $0.number(1, 3) }
                shape.message(1) { $0.number(1, 0) }
              }
            }
          }
        }
        graph.data(13, [0xFF, 0xFF])
      })
    #expect(model.version == 8 && model.operatorSet == 17 && model.producer == "by hand")
    let node = try #require(model.graph.nodes.first)
    #expect(node.inputs == ["x", ""] && node.outputs == ["y"])
    #expect(node.scopes == ["layer3", "layer3.5", "layer3.5.conv1"])
    guard case .integers([2, 3])? = node.attributes["strides"],
      case .integers([1, 2, 3, 4])? = node.attributes["pads"],
      case .integer(0)? = node.attributes["group"]
    else {
      Issue.record("\(node.attributes)")
      return
    }
    #expect(model.graph.inputs.first?.shape == [.free("batch"), .fixed(3), .free("")])
  }

  /// The same numbers as raw bytes, packed and one by one, in every type.
  @Test func tensorsAreReadInEveryForm() throws {
    let values: [Float] = [1.5, -2, 0.25]
    let bytes = ONNXBytes.model { graph in
      graph.message(5) { tensor in
        tensor.head("raw", type: 1, [3])
        tensor.data(9, values.flatMap { ONNXBytes.little($0.bitPattern) })
      }
      graph.message(5) { tensor in
        tensor.head("packed", type: 1, [3])
        tensor.data(4, values.flatMap { ONNXBytes.little($0.bitPattern) })
      }
      graph.message(5) { tensor in
        tensor.head("single", type: 1, [3])
        for value in values { tensor.float(4, value) }
      }
      graph.message(5) { tensor in
        tensor.head("double", type: 11, [3])
        for value in values { tensor.double(10, Double(value)) }
      }
      graph.message(5) { tensor in
        tensor.head("half", type: 10, [3])
        for value in values { tensor.number(5, Int(ElementType.half(of: value))) }
      }
      graph.message(5) { tensor in
        tensor.head("brain", type: 16, [3])
        tensor.data(
          9, values.flatMap { ONNXBytes.little(UInt16($0.bitPattern >> 16)) })
      }
    }
    let model = try model(bytes)
    for name in ["raw", "packed", "single", "double", "half", "brain"] {
      let constant = try model.constant(#require(model.graph.initializers[name]))
      #expect(constant.tensor.elements == values, "\(name)")
      #expect(constant.shape == [3] && constant.integers == nil)
    }
  }

  @Test func integersAreReadInEveryForm() throws {
    let forms: [(Int, (inout ONNXBytes) -> Void)] = [
      (7, { $0.data(9, ONNXBytes.little(Int64(-3)) + ONNXBytes.little(Int64.max)) }),
      (7, { $0.data(7, ONNXBytes.varint(UInt64(bitPattern: -3)) + ONNXBytes.varint(1 << 40)) }),
      (
        6,
        {
          $0.number(5, -3); $0.number(5, 9)
        }
      ),
      (3, { $0.data(9, [0xFD, 0x7F]) }),
      (2, { $0.data(9, [0xFD, 0x7F]) }),
      (9, { $0.data(9, [1, 0]) }),
      (9, { $0.data(5, [0, 1]) }),
    ]
    let bytes = ONNXBytes.model { graph in
      for (index, form) in forms.enumerated() {
        graph.message(5) { tensor in
          tensor.head("t\(index)", type: form.0, [2])
          form.1(&tensor)
        }
      }
    }
    let model = try model(bytes)
    let expected = [
      [-3, Int.max], [-3, 1 << 40], [-3, 9], [-3, 127], [253, 127], [1, 0], [0, 1],
    ]
    for (index, row) in expected.enumerated() {
      let constant = try model.constant(#require(model.graph.initializers["t\(index)"]))
      #expect(constant.integers == row, "form \(index)")
    }
  }

  @Test func weightsInFilesBesideTheModel() throws {
    let folder = try #require(folder)
    func external(_ location: String, offset: Int = 4, length: Int? = 8) -> [UInt8] {
      ONNXBytes.model { graph in
        graph.message(5) { tensor in
          tensor.head("weight", type: 1, [2])
          tensor.number(14, 1)
          for (key, value) in [
            ("location", location), ("offset", "\(offset)"),
            ("length", length.map(String.init) ?? ""),
          ] where !value.isEmpty {
            tensor.message(13) { entry in
              entry.text(1, key)
              entry.text(2, value)
            }
          }
        }
      }
    }
    #expect(complaint(external("w.data"))?.contains("not beside it") == true)
    _ = try folder.write(
      [9, 9, 9, 9] + [Float(1.5), -2].flatMap { ONNXBytes.little($0.bitPattern) }, to: "w.data")
    let model = try model(external("w.data"))
    let tensor = try #require(model.graph.initializers["weight"])
    #expect(try model.constant(tensor).tensor.elements == [1.5, -2])
    #expect(complaint(external("w.data", length: nil)) == nil)
    #expect(complaint(external("./w.data")) == nil)
    #expect(
      complaint(external("w.data", offset: 8))?
        .contains("w.data, which ends too early: it has 12 bytes, of 16 that are needed") == true)
    #expect(complaint(external("w.data", offset: 0, length: 4))?.contains("has 4 bytes") == true)
    _ = try folder.write(Array("version https://git-lfs".utf8), to: "pointer.data")
    #expect(
      complaint(external("pointer.data", offset: 99))?
        .contains("its weights should lie in pointer.data, but it is a pointer of Git LFS") == true)
    #expect(complaint(external("w.data", offset: -1))?.contains("where its elements") == true)
    #expect(complaint(external("/etc/passwd"))?.contains("absolute") == true)
    #expect(complaint(external("../w.data"))?.contains("leaves the model's folder") == true)
    #expect(complaint(external("a/../../w.data"))?.contains("leaves") == true)
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link.data"), withDestinationPath: folder.file("w.data"))
    #expect(complaint(external("link.data"))?.contains("it is a link") == true)
    try folder.makeFolder("sub")
    #expect(complaint(external("sub"))?.contains("not a regular file") == true)
  }

  @Test func whatIsNoModelIsRefusedInOneLine() {
    #expect(complaint([1, 2, 3]) == "/model.onnx is not an ONNX model")
    #expect(complaint(ONNXBytes.model(version: 2) { _ in })?.contains("3 is the oldest") == true)
    func tensor(_ make: (inout ONNXBytes) -> Void) -> String? {
      complaint(ONNXBytes.model { $0.message(5, make) })
    }
    #expect(
      tensor { $0.head("t", type: 1, [1 << 30, 1 << 30, 1 << 30]) }?.contains("impossible")
        == true)
    #expect(tensor { $0.head("t", type: 1, [-4]) }?.contains("impossible") == true)
    #expect(tensor { $0.head("t", type: 99, [1]) }?.contains("type 99") == true)
    #expect(tensor { $0.head("t", type: 1, [1 << 20]) }?.contains("has 0 elements") == true)
    #expect(tensor { $0.head("t", type: 8, [1]) }?.contains("not numbers") == true)
  }

  /// Another file under the name of a model is called what it is, in the words of every reader of networks;
  /// bytes as scalars.
  @Test(arguments: [
    (
      "PK\u{3}\u{4} a zip",
      "a zip file whose list of contents is missing or broken: copy or download it again"
    ),
    (
      "\u{80}\u{2}\u{8A}\u{A}",
      "a file as torch.save writes them, whatever its name says: call it something.pth"
    ),
    (
      "\u{9}\0\0\0\0\0\0\0{\"a\":1}  ",
      "a safetensors file, whatever its name says: call it something.safetensors"
    ),
    // A length that looks like a model's version.
    (
      "\u{8}\u{7}\0\0\0\0\0\0{\"a\":1}  ",
      "a safetensors file, whatever its name says: call it something.safetensors"
    ),
    (
      "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n",
      "a pointer of Git LFS, which stands for the file: fetch that with `git lfs pull`"
    ),
    ("<!DOCTYPE html>\n<html>", "a web page: download the file itself"),
    ("\u{1F}\u{8B}\u{8}\0\0", "packed with gzip: unpack it with `gunzip < FILE > NEW`"),
  ])
  func otherFilesAreCalledWhatTheyAre(_ text: String, words: String) throws {
    let bytes = text.unicodeScalars.map { UInt8($0.value) }
    #expect(complaint(bytes) == "/model.onnx cannot be opened: it is \(words)")
    // And in the place of a checkpoint or of an index of several, where they are not read anyway.
    guard ["a pointer", "a web", "packed"].contains(where: words.hasPrefix) else { return }
    let folder = try #require(folder)
    for name in ["a.pth", "a.safetensors", "a.safetensors.index.json"] {
      let path = try folder.write(bytes, to: name)
      let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: path) }
      #expect(error?.explanation == "\(path) cannot be opened: it is \(words)")
    }
  }

  /// A model under the name of a checkpoint.
  @Test func modelsCalledCheckpoints() throws {
    let folder = try #require(folder)
    let bytes = ONNXBytes.model { $0.text(2, "a graph of this name") }
    let path = try folder.write(bytes, to: "model.pth")
    let error = #expect(throws: CheckpointError.self) { try Checkpoint(path: path) }
    let words = "an ONNX model, whatever its name says: call it something.onnx"
    #expect(error?.explanation == "\(path) cannot be opened: it is \(words)")
  }

  /// Graphs in graphs in graphs, and a field that claims more bytes than there are.
  @Test func depthAndLengthsAreBounded() {
    func nested(_ depth: Int) -> [UInt8] {
      var graph = ONNXBytes()
      if depth > 0 {
        graph.message(1) { node in
          node.text(4, "If")
          node.message(5) { attribute in
            attribute.text(1, "then_branch")
            attribute.data(6, nested(depth - 1))
          }
        }
      }
      return graph.bytes
    }
    func model(_ depth: Int) -> [UInt8] {
      var model = ONNXBytes()
      model.number(1, 8)
      model.data(7, nested(depth))
      return model.bytes
    }
    #expect(complaint(model(7)) == nil)
    #expect(complaint(model(8))?.contains("nest deeper") == true)
    let cut = model(3).dropLast(2)
    #expect(complaint(Array(cut))?.contains("is damaged") == true)
  }

  /// Every operator, of none to four inputs, each a map or constants of whole numbers or of floats: an
  /// answer or an error, never a trap.
  @Test func operatorsOfTooFewInputsAreRefused() throws {
    let operations = Set(ONNXOperators.rules.keys).union(Self.integerOperations).sorted()
    var (opened, tried) = (0, 0)
    for operation in operations {
      for inputs in [
        [], ["whole"], ["float"], ["x"], ["whole", "whole"], ["x", "whole"], ["x", "float"],
        ["whole", "x"], ["", "whole"], ["whole", "whole", "whole"], ["x", "", "whole"],
        ["x", "whole", "whole", "whole"], ["whole", "whole", "float", "x"],
      ] {
        let bytes = ONNXBytes.model { graph in
          graph.node("Conv", ["picture", "kernels"], ["x"])
          graph.node(operation, inputs, ["y"])
          graph.message(5) { tensor in
            tensor.head("whole", type: 7, [2])
            for value in [3, -1] { tensor.number(7, value) }
          }
          graph.message(5) { tensor in
            tensor.head("float", type: 1, [2])
            for value in [Float(0.5), -2] { tensor.float(4, value) }
          }
          graph.message(5) { tensor in
            tensor.head("kernels", type: 1, [4, 3, 3, 3])
            for index in 0..<4 * 3 * 3 * 3 { tensor.float(4, Float(index % 7) - 3) }
          }
          graph.picture("picture", [1, 3, 32, 32])
        }
        tried += 1
        if (try? ONNXNetwork(model(bytes))) != nil { opened += 1 }
      }
    }
    #expect(operations.count > 100 && opened > tried / 2, "\(opened) of \(tried) opened")
  }

  /// PyTorch writes weights beside the graph, which is what can be opened.
  @Test func weightsBesideAGraphNameIt() {
    let error = CheckpointError.unknownFormat(path: "nets/my.onnx.data")
    #expect(
      error.explanation == "nets/my.onnx.data holds weights of an exported network, "
        + "which says what they are: open nets/my.onnx")
  }

  /// Operators that are known of whole numbers, or as movements, alone.
  private static let integerOperations = [
    "And", "Equal", "Expand", "Gather", "GatherND", "Greater", "GreaterOrEqual", "Less",
    "LessOrEqual", "NonZero", "Not", "Or", "Range", "ReduceMax", "ReduceProd", "Reshape",
    "ScatterND", "Shape", "Size", "Slice", "Split", "Squeeze", "Tile", "TopK", "Unsqueeze", "Xor",
  ]

  @Test func modelsOfTheConformanceCasesAreRead() throws {
    let root = SharedFolder.path("onnx-node")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    var nodes = 0
    for name in names where name.hasPrefix("test_") {
      nodes += try ONNXModel(path: "\(root)/\(name)/model.onnx").graph.nodes.count
    }
    #expect(names.isEmpty || nodes >= 562)
  }
}
