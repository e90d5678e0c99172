import TestSupport
import Testing

@testable import ERFEngine

/// Damage to zip archives, done to the small ones of `make_checkpoints.py` and `make_rezipped.py`.
@Suite struct ZipArchiveTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The file `name` after `change` was made to its bytes.
  private func changed(_ name: String, _ change: (inout [UInt8]) throws -> Void) throws -> String {
    var bytes = try Fixtures.bytes("checkpoints/\(name)")
    try change(&bytes)
    return try folder.write(bytes, to: name)
  }

  /// Where the list of contents tells of the entry `name`.
  private func record(of name: String, in bytes: [UInt8]) throws -> Int {
    let text = Array(name.utf8)
    let place = try #require(
      bytes.indices.dropLast(text.count).last { bytes[$0..<$0 + text.count].elementsEqual(text) })
    #expect(bytes[place - 46..<place - 42].elementsEqual([0x50, 0x4B, 1, 2]))
    return place - 46
  }

  private func tensor(_ path: String) throws -> Tensor {
    try Checkpoint(path: path).tensor("plain")
  }

  @Test func deflatedEntriesAreReadInAnyOrder() throws {
    let path = Fixtures.path("checkpoints/deflated.pth")
    let stored = try Checkpoint(path: Fixtures.path("checkpoints/zip.pth"))
    let deflated = try Checkpoint(path: path)
    #expect(deflated.keys == stored.keys)
    for key in deflated.keys.reversed() {
      #expect(try deflated.tensor(key).elements == stored.tensor(key).elements, "\(key)")
    }
  }

  /// Deflate makes at most 1032 bytes out of one: more is a lie, found before anything is unfolded.
  @Test func anEntryThatClaimsMoreThanItCanHoldIsRefused() throws {
    let path = try changed("deflated.pth") { bytes in
      let place = try record(of: "zip/data/0", in: bytes)
      bytes.replaceSubrange(place + 24..<place + 28, with: [0xFF, 0xFF, 0xFF, 0x7F])
    }
    #expect(
      throws: CheckpointError.malformed(path: path, reason: "an entry claims 2147483647 bytes")
    ) { try Checkpoint(path: path) }
  }

  /// What unfolds beyond the declared size is not read, and what does not agree with its checksum is
  /// refused.
  @Test func deflatedContentsAgreeWithTheirChecksum() throws {
    let path = try changed("deflated.pth") { bytes in
      let place = try record(of: "zip/data/0", in: bytes)
      bytes[place + 16] ^= 1
    }
    #expect(throws: CheckpointError.self) { try tensor(path) }
  }

  /// Stored contents are compared where a file is inspected, unless they have no checksum.
  @Test(arguments: [true, false])
  func inspectionComparesChecksums(_ hasChecksum: Bool) throws {
    let path = try changed("zip.pth") { bytes in
      let place = try record(of: "zip/data/0", in: bytes)
      let start = (0..<4).reduce(0) { $0 | Int(bytes[place + 42 + $1]) << (8 * $1) }
      // Name and extra field, whose lengths have 16 bits each.
      let low = Int(bytes[start + 26]) + Int(bytes[start + 28])
      let high = Int(bytes[start + 27]) + Int(bytes[start + 29])
      bytes[start + 30 + low + 256 * high] ^= 1
      if !hasChecksum { for index in 16..<20 { bytes[place + index] = 0 } }
    }
    let file = try CheckpointInspection(path: path)
    let problems = try file.problems(file.tensors())
    let reason =
      "zip/data/0 in it is not what its checksum (CRC-32) is of: copy or download the file again"
    let expected = CheckpointError.malformed(path: path, reason: reason)
    #expect(problems == (hasChecksum ? [expected] : []))
    #expect(
      try CheckpointInspection(path: Fixtures.path("checkpoints/zip.pth")).file.damage == nil)
  }

  /// Which of two entries of the same name and other bytes is meant, nobody can tell.
  @Test func entriesOfTheSameNameAreRefused() throws {
    let path = try changed("zip.pth") { bytes in
      let place = try record(of: "zip/data/1", in: bytes)
      bytes[place + 46 + 9] = UInt8(ascii: "2")
    }
    let reason =
      "it holds several entries called zip/data/2, and nothing tells which is meant: save it again"
    #expect(throws: CheckpointError.unsupported(path: path, reason: reason)) {
      try Checkpoint(path: path)
    }
  }

  /// An entry that was added once more, whose bytes are the same or not.
  @Test(arguments: [true, false])
  func entriesThatComeTwice(_ areEqual: Bool) throws {
    func number(_ place: Int, _ bytes: [UInt8]) -> Int {
      (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }
    func set(_ value: Int, at place: Int, in bytes: inout [UInt8]) {
      for index in 0..<4 { bytes[place + index] = UInt8(value >> (8 * index) & 0xFF) }
    }
    let path = try changed("zip.pth") { bytes in
      let place = try record(of: "zip/data/0", in: bytes)
      let end = bytes.count - 22
      let list = number(end + 16, bytes)
      let (start, next) = (number(place + 42, bytes), try record(of: "zip/data/1", in: bytes))
      var again = Array(bytes[place..<next])
      set(list, at: 42, in: &again)
      var contents = Array(bytes[start..<number(next + 42, bytes)])
      if !areEqual { contents[contents.count - 24] ^= 1 }
      // Without the records of 64 bits in between, which count the entries once more.
      let listed = bytes[list..<list + number(end + 12, bytes)]
      var tail = Array(bytes[end...])
      for counter in [8, 10] { tail[counter] += 1 }
      set(number(12, tail) + again.count, at: 12, in: &tail)
      set(list + contents.count, at: 16, in: &tail)
      bytes = bytes[..<list] + contents + listed + again + tail
    }
    if areEqual {
      #expect(
        try tensor(path).elements == tensor(Fixtures.path("checkpoints/zip.pth")).elements)
    } else {
      let reason =
        "it holds several entries called zip/data/0, and nothing tells which is meant: save it again"
      #expect(throws: CheckpointError.unsupported(path: path, reason: reason)) {
        try Checkpoint(path: path)
      }
    }
  }

  @Test func encryptedEntriesAreRefused() throws {
    let path = try changed("deflated.pth") { bytes in
      let place = try record(of: "zip/data/0", in: bytes)
      bytes[place + 8] |= 1
    }
    #expect(throws: CheckpointError.self) { try tensor(path) }
  }

  @Test(arguments: ["zip.pth", "deflated.pth"])
  func anArchiveWithoutItsEndIsRefused(_ name: String) throws {
    let path = try changed(name) { $0.removeLast(30) }
    #expect(
      throws: CheckpointError.malformed(
        path: path, reason: "its list of contents at the end is missing or broken; is it cut off?")
    ) { try Checkpoint(path: path) }
  }

  /// Comments hold anything, such as what the record before them begins with.
  @Test(arguments: ["PK\u{5}\u{6}", "by PK\u{5}\u{6} and others, long enough for a record"])
  func commentsAreNoRecords(_ comment: String) throws {
    let path = try changed("zip.pth") { bytes in
      let place = bytes.count - 22
      #expect(bytes[place..<place + 4].elementsEqual([0x50, 0x4B, 5, 6]))
      bytes[place + 20] = UInt8(comment.utf8.count)
      bytes += Array(comment.utf8)
    }
    let plain = Fixtures.path("checkpoints/zip.pth")
    #expect(try tensor(path).elements == tensor(plain).elements)
  }

  @Test func anArchiveOfNothingIsNoCheckpoint() throws {
    // The record at the end alone would not be taken for a zip; so a record of an entry stands before.
    let end: [UInt8] = [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18)
    let path = try folder.write([0x50, 0x4B, 3, 4] + end, to: "empty.pth")
    #expect(
      throws: CheckpointError.unsupported(
        path: path, reason: "it is a zip file, but not one written by torch.save")
    ) { try Checkpoint(path: path) }
  }
}
