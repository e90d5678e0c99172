import Foundation
import TestSupport
import Testing

@testable import ERFEngine

/// Inputs that were prepared elsewhere, read part by part or all at once.
@Suite struct PreparedTensorTests {
  private let folder: TemporaryFolder
  private let shape = [2, 3, 4, 5]
  private var values: [Float] { (0..<120).map { Float($0) - 50 } }

  init() throws { folder = try TemporaryFolder() }

  /// An array of `values` as NumPy writes it: `>f4` or `<f4`, its elements in the order of `places`.
  private func bytes(_ type: String, isColumnMajor: Bool = false, _ places: [Int]) -> [UInt8] {
    var header =
      "{'descr': '\(type)', 'fortran_order': \(isColumnMajor ? "True" : "False"), "
      + "'shape': (2, 3, 4, 5), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    let elements = places.flatMap { place in
      let bits = values[place].bitPattern
      return (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * (type == ">f4" ? 3 - $0 : $0))) }
    }
    return [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8) + elements
  }

  private func expectInputs(
    _ name: String, isReadWhole: Bool, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let tensor = PreparedTensor(folder.file(name))
    let batch = try tensor.shape()
    #expect(batch == [2, 4, 5, 3], sourceLocation: sourceLocation)
    #expect(tensor.isReadWhole == isReadWhole, sourceLocation: sourceLocation)
    for index in [1, 0] {
      let input = try tensor.input(index, of: batch)
      for (row, column, channel) in [(0, 0, 0), (3, 4, 2), (1, 2, 1)] {
        let place = ((index * 3 + channel) * 4 + row) * 5 + column
        #expect(input[0, row, column, channel] == values[place], sourceLocation: sourceLocation)
      }
    }
  }

  @Test func byParts() throws {
    _ = try folder.write(bytes("<f4", Array(0..<120)), to: "rows.npy")
    try expectInputs("rows.npy", isReadWhole: false)
  }

  @Test func whole() throws {
    _ = try folder.write(bytes(">f4", Array(0..<120)), to: "big.npy")
    try expectInputs("big.npy", isReadWhole: true)
    // The first index runs fastest.
    let columns = (0..<120).map { place in
      let (n, c, h, w) = (place % 2, place / 2 % 3, place / 6 % 4, place / 24)
      return ((n * 3 + c) * 4 + h) * 5 + w
    }
    _ = try folder.write(bytes("<f4", isColumnMajor: true, columns), to: "columns.npy")
    try expectInputs("columns.npy", isReadWhole: true)
  }

  /// Written to, or cut, between one input and the next.
  @Test(arguments: [true, false]) func filesThatAreChangedMeanwhile(_ isCut: Bool) throws {
    let path = try folder.write(bytes("<f4", Array(0..<120)), to: "changed.npy")
    let tensor = PreparedTensor(path)
    let batch = try tensor.shape()
    _ = try tensor.input(0, of: batch)
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    if isCut {
      try file.truncate(atOffset: 300)
    } else {
      try file.seek(toOffset: 500)
      try file.write(contentsOf: Data([1, 2, 3, 4]))
    }
    try file.close()
    // The clock of a file system may be coarse.
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: path)
    #expect(
      throws: ExportError.damaged(
        path: path, format: "NPY", reason: "it was changed while it was read")
    ) { try tensor.input(1, of: batch) }
  }

  /// They could be read once only.
  @Test func pipesAreRefused() throws {
    let path = folder.file("pipe.npy")
    #expect(unsafe mkfifo(path, 0o600) == 0)
    let error = #expect(throws: FileError.self) { try PreparedTensor(path).shape() }
    #expect(error?.explanation.contains("pipe") == true)
  }

  @Test func otherShapesAreRefused() throws {
    let path = try folder.write(
      NPY(shape: [2, 5], values: [Float](repeating: 0, count: 10)).encoded(), to: "flat.npy")
    #expect(throws: PreparedTensorError.self) { try PreparedTensor(path).shape() }
  }
}
