// What the commands that read and write weights do with ONNX files.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct ExportedFileEndToEndTests {
  private let folder: TemporaryFolder
  private let file = Fixtures.path("onnx/resnet-ts.onnx")

  init() throws { folder = try TemporaryFolder() }

  private func text(_ run: Outcome) -> String { String(decoding: run.output, as: UTF8.self) }

  /// The table of a file without tensors ended the program.
  @Test func filesWithoutWeightsAreInspected() throws {
    // Version 8, operators 17, a graph of y = Elu(x) and its output.
    let elu: [UInt8] = [
      8, 8, 66, 2, 16, 17, 58, 18, 10, 11, 10, 1, 120, 18, 1, 121, 34, 3, 69, 108, 117, 98, 3, 10,
      1, 121,
    ]
    _ = try folder.write(elu, to: "bare.onnx")
    let run = try Executable.run(["inspect", "bare.onnx"], in: folder)
    #expect(run.code == 0 && run.error.isEmpty, "\(run.code) \(run.error)")
    #expect(text(run).contains("tensor  type  shape  min  mean  max  hash"))
  }

  /// The numbers of the file, under PyTorch's names; the difference is that of the rounded numbers.
  @Test func weightsAreWrittenUnderTheNamesOfLayers() throws {
    let whole = try succeed(["convert", file, "w.safetensors"], in: folder)
    #expect(text(whole).contains("before and after: 0.0 "))
    #expect(text(whole).contains("under the names of their layers: the graph stays in \(file)"))
    let source = try ONNXModel(path: file)
    let written = try Safetensors(path: folder.file("w.safetensors"))
    for name in ["fc.weight", "fc.bias"] {
      let tensor = try #require(source.graph.initializers[name])
      let elements = try source.constant(tensor).tensor.elements
      #expect(try written.tensor(name).elements == elements, "\(name)")
    }
    #expect(try written.tensor("layer3.0.conv1.weight").shape == [24, 16, 3, 3])
    let half = try succeed(["convert", file, "h.safetensors", "--dtype", "f16"], in: folder)
    #expect(!text(half).contains("before and after: 0.0 "))
  }

  @Test func whatCannotBeConvertedIsSaid() throws {
    for option in ["--merge", "--fuse"] {
      let run = try Executable.run(["convert", file, "w.safetensors", option], in: folder)
      expectOneLine(run, code: 2, mentions: ["--merge and --fuse are for built-in networks"])
    }
    let edited = try Executable.run(
      ["convert", file + ":kernels=3,1,3", "w.safetensors"], in: folder)
    expectOneLine(edited, code: 2, mentions: ["an edited ONNX file cannot be written"])
    #expect(!FileManager.default.fileExists(atPath: folder.file("w.safetensors")))
  }
}
