// What opening a file may cost: a checkpoint four times its size and 64 MB.

import ERFEngine
import Foundation
import TestSupport
import Testing

@Suite struct CheckpointMemoryTests {
  private static func word(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func text(_ text: String) -> [UInt8] {
    [UInt8(ascii: "X")] + word(text.utf8.count) + Array(text.utf8)
  }

  /// In the layout of torch.save before 1.6: `count` views of one storage of four floats, each with a
  /// size and strides of its own.
  static func checkpoint(
    _ count: Int, size: (Int) -> [UInt8], strides: (Int) -> [UInt8]
  ) -> [UInt8] {
    var bytes: [UInt8] = [
      0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
    ]
    bytes += [0x80, 2, UInt8(ascii: "M"), 0xE9, 0x03, 0x2E, 0x80, 2, UInt8(ascii: "}"), 0x2E]
    bytes += [0x80, 2] + Array("ctorch._utils\n_rebuild_tensor_v2\nq\0".utf8) + [0x30]
    bytes += [UInt8(ascii: "(")] + text("storage") + Array("ctorch\nFloatStorage\n".utf8)
    bytes += text("0") + text("cpu") + Array("K\u{4}NtQq\u{1}0".utf8)
    bytes += Array("ccollections\nOrderedDict\nq\u{2}0}(".utf8)
    func tuple(_ numbers: [UInt8]) {
      bytes.append(UInt8(ascii: "("))
      for number in numbers {
        bytes.append(UInt8(ascii: "K"))
        bytes.append(number)
      }
      bytes.append(UInt8(ascii: "t"))
    }
    for index in 0..<count {
      bytes += text("layers.\(index).weight") + [UInt8(ascii: "r")] + word(index + 3)
      bytes += Array("h\0(h\u{1}K\0".utf8)
      tuple(size(index))
      tuple(strides(index))
      bytes += [0x89] + Array("h\u{2})RtR".utf8)
    }
    bytes += Array("u.".utf8) + [0x80, 2] + Array("](".utf8) + text("0") + Array("e.".utf8)
    return bytes + [4] + [UInt8](repeating: 0, count: 7 + 16)
  }

  /// Sizes of 64 axes, all alike, and all different with strides that are different too.
  @Test(.enabled(if: Sanitizers.areOff), arguments: [false, true])
  func manyTensorsOfManyAxes(_ differ: Bool) throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(
      Self.checkpoint(1, size: { _ in [4] }, strides: { _ in [1] }), to: "small.pth")
    let ones = [UInt8](repeating: 1, count: 64)
    func bits(_ index: Int) -> [UInt8] { (0..<64).map { UInt8(index >> ($0 % 16) & 1) } }
    let bytes = Self.checkpoint(
      60_000, size: { differ ? [0] + bits($0).dropFirst() : ones },
      strides: { differ ? bits($0) : ones })
    _ = try folder.write(bytes, to: "large.pth")
    guard let small = try Executable.peak(["erf", "small.pth"], in: folder),
      let large = try Executable.peak(["erf", "large.pth"], in: folder)
    else { return print("skipped: nothing tells here how much memory another process takes") }
    // Opened, all of it, though no network has such names.
    #expect(large.error.contains("and 59996 more"), "\(large.error)")
    let cost = large.bytes - small.bytes
    print("60,000 tensors of 64 axes, \(bytes.count) bytes: \(cost) bytes of memory")
    #expect(cost <= 4 * bytes.count + 64 << 20)
    #expect(cost > 0)
    try requireSmallOutput("large.pth", bytes.count, above: small.bytes, in: folder)
    // The explorer's browser, of which the small file tells what it takes by itself.
    func browse(_ name: String) throws -> Int? {
      let script = ["--script", "o '\(folder.file(name))' Enter"]
      return try Executable.peak(
        ["snapshot", Samples.tiny, "--size", "32", "-o", "o.txt", "--force"] + script, in: folder
      )?.bytes
    }
    let browsed = try #require(try browse("large.pth")) - #require(try browse("small.pth"))
    print("o, \(bytes.count) bytes: \(browsed) bytes of memory")
    #expect(browsed <= 4 * bytes.count + 64 << 20)
    #expect(try String(decoding: folder.read("o.txt"), as: UTF8.self).contains("no network"))
  }

  /// What `inspect` prints of such a file is larger than the file, and is not kept.
  private func requireSmallOutput(
    _ path: String, _ bytes: Int, above base: Int, in folder: TemporaryFolder,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for arguments in [["inspect", path], ["inspect", path, "--json"]] {
      let run = try #require(
        try Executable.peak(arguments, in: folder), sourceLocation: sourceLocation)
      let cost = run.bytes - base
      print("\(arguments.joined(separator: " ")), \(bytes) bytes: \(cost) bytes of memory")
      #expect(cost <= 4 * bytes + 64 << 20, "\(arguments)", sourceLocation: sourceLocation)
    }
  }

  /// Short names, and sizes that are shared: the file is smallest beside what is told of it.
  @Test(.enabled(if: Sanitizers.areOff))
  func manyTensorsOfOneSize() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(
      Self.checkpoint(1, size: { _ in [4] }, strides: { _ in [1] }), to: "small.pth")
    let bytes = Self.checkpoint(
      50_000, size: { _ in [1, 1, 1, 1, 1, 1, 1, 4] }, strides: { _ in [1, 1, 1, 1, 1, 1, 1, 1] })
    _ = try folder.write(bytes, to: "large.pth")
    guard let small = try Executable.peak(["inspect", "small.pth"], in: folder) else {
      return print("skipped: nothing tells here how much memory another process takes")
    }
    try requireSmallOutput("large.pth", bytes.count, above: small.bytes, in: folder)
  }

  /// Headers of very many small tensors; texts without number are refused.
  @Test(.enabled(if: Sanitizers.areOff))
  func manyTensorsAndTextsInAHeader() throws {
    let folder = try TemporaryFolder()
    func write(_ header: String, to name: String) throws -> Int {
      let text = Array(header.utf8)
      let length = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
      _ = try folder.write(length + text, to: name)
      return text.count + 8
    }
    _ = try write(
      #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#, to: "small.safetensors")
    // Names of 16 bytes, which are the first that a `String` keeps in a place of their own.
    let entries = (0..<400_000).map {
      #""layers.\#(1_000_000 + $0).w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"#
    }
    let bytes = try write("{" + entries.joined(separator: ",") + "}", to: "large.safetensors")
    guard let small = try Executable.peak(["erf", "small.safetensors"], in: folder),
      let large = try Executable.peak(["erf", "large.safetensors"], in: folder)
    else { return print("skipped: nothing tells here how much memory another process takes") }
    #expect(large.error.contains("and 399996 more"), "\(large.error)")
    let cost = large.bytes - small.bytes
    print("400,000 tensors in a header of \(bytes) bytes: \(cost) bytes of memory")
    #expect(cost <= 4 * bytes + 64 << 20)
    try requireSmallOutput("large.safetensors", bytes, above: small.bytes, in: folder)
    // Of as many axes as may be, of which a list of numbers would make four times as many bytes.
    let ones = String(repeating: ",1", count: 63)
    let axes = (0..<200_000).map {
      #""\#($0)":{"dtype":"F32","shape":[0\#(ones)],"data_offsets":[0,0]}"#
    }
    let long = try write("{" + axes.joined(separator: ",") + "}", to: "axes.safetensors")
    let shapes = try #require(try Executable.peak(["erf", "axes.safetensors"], in: folder))
    #expect(shapes.error.contains("and 199996 more"), "\(shapes.error)")
    #expect(shapes.bytes - small.bytes <= 4 * long + 64 << 20)
    let texts = (0..<2_000_000).map { #""\#($0)":"""# }.joined(separator: ",")
    let many = try write("{\"__metadata__\":{" + texts + "}}", to: "texts.safetensors")
    for arguments in [["erf", "texts.safetensors"], ["inspect", "texts.safetensors", "--json"]] {
      let run = try #require(try Executable.peak(arguments, in: folder))
      #expect(run.error.contains("more than 65536 texts under __metadata__"), "\(run.error)")
      #expect(run.bytes - small.bytes <= 4 * many + 64 << 20)
    }
  }

  /// Inputs that were prepared elsewhere are in memory as the file has them and as numbers, and one of
  /// them as the network takes it; not all of them, once for each.
  @Test(.enabled(if: Sanitizers.areOff)) func inputsAreTakenOneByOne() throws {
    let folder = try TemporaryFolder()
    let side = 384
    let bytes = 16 * 3 * side * side * 4
    for count in [1, 16] {
      let values = [Float](repeating: 0.5, count: count * 3 * side * side)
      _ = try folder.write(
        NPY(shape: [count, 3, side, side], values: values).encoded(), to: "\(count).npy")
    }
    func peak(_ count: Int) throws -> Int? {
      try Executable.peak(["erf", "replknet-3-nano", "--tensor", "\(count).npy"], in: folder)?.bytes
    }
    guard let one = try peak(1), let all = try peak(16) else { return }
    #expect(all - one < bytes * 5 / 2, "\((all - one) / 1_000_000) MB for \(bytes / 1_000_000) MB")
  }
}
