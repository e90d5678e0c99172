import Testing

@testable import ERFEngine

@Suite struct CheckpointEntriesTests {
  private static func entries(_ names: [String]) -> CheckpointEntries {
    var entries = CheckpointEntries()
    for (index, name) in names.enumerated() {
      entries.append(
        name, CheckpointEntry(type: "F32", shape: [index], place: index..<index + 1))
    }
    entries.sort()
    return entries
  }

  /// Names of any length, one the beginning of another, and beyond ASCII, in the order of bytes.
  @Test func namesAreSortedAndFound() throws {
    let long = String(repeating: "layers.", count: 40)
    let names = [
      "b", long + "weight", "a", "", long, "ü", "layers", "z\u{0}", "e\u{301}", "\u{e9}",
    ]
    let entries = Self.entries(names)
    let bytes = names.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
    #expect(entries.keys.map { Array($0.utf8) } == bytes)
    #expect(entries.map(\.key) == Array(entries.keys) && entries.count == names.count)
    for (index, name) in names.enumerated() {
      let found = try #require(entries[name], "\(name)")
      #expect(found.shape == [index] && found.place == index..<index + 1, "\(name)")
    }
    for name in ["layer", "layers.", "c", "~", "\u{e8}"] {
      #expect(entries[name] == nil, "\(name)")
    }
    #expect(Self.entries([])["a"] == nil)
  }

  /// What begins alike is found where it stands, whatever surrounds it.
  @Test func entriesBehindAPrefix() {
    let names = ["a", "a.", "a.b", "a.b.c", "a/", "ab", "b.a", "e\u{301}.x", "\u{e9}.x", "~"]
    let entries = Self.entries(names)
    for prefix in names + ["", "a.b.", "a.c", "a.b.c.d", "z", "\u{7f}", "e"] {
      let bytes = Array(prefix.utf8)
      let expected = entries.keys.filter { $0.utf8.starts(with: bytes) }
      #expect(entries.behind(prefix).map(\.key) == expected, "\(prefix)")
    }
    #expect(Self.entries([]).behind("a").isEmpty)
  }

  /// Extents and types come back as they were, up to the largest number.
  @Test func shapesComeBack() {
    let shapes: [[Int]] = [
      [], [0], [1, 127, 128, 129], [16_383, 16_384, .max], [Int](repeating: 1, count: 400),
      [1 << 35, 0, 1 << 62],
    ]
    var entries = CheckpointEntries()
    for (index, shape) in shapes.enumerated() {
      entries.append(
        "\(index)",
        CheckpointEntry(type: index == 0 ? "" : "a type of \(index)", shape: Shape(shape)))
    }
    #expect(entries.sort() == nil)
    #expect(entries.map(\.value.shape.extents) == shapes)
    #expect(entries.map(\.value.type).prefix(2) == ["", "a type of 1"])
    for shape in shapes {
      var packed = PackedBytes()
      let start = packed.append(shape)
      #expect(packed.append("") - start == PackedBytes.length(of: shape))
    }
  }

  /// As in a dictionary that Python fills: the last of one name counts.
  @Test func theLastOfOneNameStays() {
    var entries = CheckpointEntries()
    for (index, name) in ["b", "a", "b", "c", "b"].enumerated() {
      entries.append(name, CheckpointEntry(type: "F32", shape: [index]))
    }
    #expect(entries.sort() == "b")
    #expect(Array(entries.keys) == ["a", "b", "c"])
    #expect(entries["b"]?.shape == [4] && entries["a"]?.shape == [1])
  }
}
