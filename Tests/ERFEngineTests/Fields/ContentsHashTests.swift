import TestSupport
import Testing

@testable import ERFEngine

/// Hashes by which contents are told apart, however they differ.
@Suite struct ContentsHashTests {
  private let folder = try? TemporaryFolder()

  /// Of the contents of a file, as pictures and checkpoints are, and of a part of one, as weights of graphs are.
  private func hashes(_ bytes: [UInt8]) throws -> [String] {
    let path = try #require(folder).write(bytes, to: "x.ppm")
    let words = try MappedFile(path: path).contentWords(0..<bytes.count)
    return [try NetworkInputs(.files([path])).contentsHash, "\(try #require(words))"]
  }

  /// Changed signs of numbers of four bytes are such changes.
  @Test(arguments: [[7, 15], [7, 39], [63, 4095], [4088, 4095], [0, 7], [3, 3 + 8]])
  func highestBitsDoNotCancel(_ places: [Int]) throws {
    let bytes = (0..<4096).map { UInt8(truncatingIfNeeded: $0 * 7) }
    var other = bytes
    for place in places { other[place] ^= 0x80 }
    for (one, other) in zip(try hashes(bytes), try hashes(other)) { #expect(one != other) }
  }

  /// Last bytes of words are told apart as well as any, and so is which of them has which.
  @Test func lastBytesOfWordsCount() throws {
    var bytes = [UInt8](repeating: 0, count: 64)
    try expectAllOthers { value in
      for digit in 0..<5 { bytes[7 + 8 * digit] = UInt8(value >> (2 * digit) & 3) << 6 }
      return bytes
    }
  }

  /// Negated weights, in rows of a kernel or wherever: whichever signs change, another hash comes of it.
  @Test func signsCount() throws {
    let numbers = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17]
    var bytes = [UInt8](repeating: 0x3F, count: 80)
    try expectAllOthers { value in
      for (bit, number) in numbers.enumerated() {
        bytes[4 * number + 3] = 0x3F | UInt8(value >> bit & 1) << 7
      }
      return bytes
    }
  }

  /// That no two of 1024 contents have a common hash.
  private func expectAllOthers(_ contents: (Int) -> [UInt8]) throws {
    var seen: [Set<String>] = [[], []]
    for value in 0..<1024 {
      for (index, hash) in try hashes(contents(value)).enumerated() { seen[index].insert(hash) }
    }
    #expect(seen.map(\.count) == [1024, 1024])
  }
}
