// Separated records: whatever stands in a field is read as it was written.

import Testing

@testable import ERFEngine

@Suite struct CSVRecordsTests {
  private func fields(_ text: String) throws -> [[String]] {
    try #require(CSVRecords.parse(text)).map(\.fields)
  }

  /// Scalars rather than strings, which are equal where they look alike.
  private func expectSame(_ found: [[String]], _ expected: [[String]]) {
    #expect(found.map { $0.map(PathKey.init) } == expected.map { $0.map(PathKey.init) })
  }

  /// Marks that join the character before them: separators, quotes and the mark of the byte order are none.
  @Test(arguments: [
    "\u{301}x", "\u{200D}x", "a,\u{301}b", "\"\u{301}", "a\"\u{200D}b", "\u{FEFF}x",
  ])
  func marksBelongToTheirFields(_ name: String) throws {
    let rows = [["a", name, name], [name, "", name], [name, "b,c", "d"]]
    expectSame(try fields(rows.map(CSVRecords.line).joined()), rows)
  }

  /// Other programs go by bytes, too.
  @Test func fieldsAreQuotedByBytes() {
    let line = CSVRecords.line(["a,\u{301}", "\"\u{301}", "\u{301}", "l\r\nm"])
    let expected = "\"a,\u{301}\",\"\"\"\u{301}\",\u{301},\"l\r\nm\"\n"
    #expect(Array(line.utf8) == Array(expected.utf8))
  }

  /// Line ends of all systems, each counted once, also within quotes.
  @Test(arguments: ["\n", "\r\n", "\r"]) func lineEnds(_ end: String) throws {
    let text = "a,b\(end)\(end)\"c\(end)\(end)d\",e\(end)f,\"\"\(end),"
    let records = try #require(CSVRecords.parse(text))
    let quoted = "c\(end)\(end)d"
    expectSame(records.map(\.fields), [["a", "b"], [quoted, "e"], ["f", ""], ["", ""]])
    #expect(records.map(\.line) == [1, 3, 6, 7])
    #expect(CSVRecords.parse("a,\"b\(end)") == nil)
  }

  /// Before a header the mark of the byte order is that of a file; a name may begin with it.
  @Test func marksOfTheByteOrder() throws {
    let header = "subj,object_response,category,imagename\n"
    let rows = "\u{FEFF}n,cat,cat,cat1-dog1.png\nn,cat,cat,cat1-dog1.png\n"
    let text = "\u{FEFF}" + header + rows + "\u{FEFF}" + header + rows
    let decisions = try DecisionFile.decode(Array(text.utf8), path: "d.csv")
    expectSame([decisions.map(\.subject)], [["\u{FEFF}n", "n", "\u{FEFF}n", "n"]])
  }

  /// Latin-1 is no UTF-8: names that differ in nothing else stay two.
  @Test(arguments: [[], [0xEF, 0xBB, 0xBF]] as [[UInt8]])
  func namesInOtherEncodings(_ mark: [UInt8]) throws {
    let header = Array("subj,object_response,category,imagename\n".utf8)
    let row = Array("s,cat,cat,cat1-dog1.png\n".utf8)
    var bytes = mark + header
    for letter: UInt8 in [0xE9, 0xE8] { bytes += [0x72, letter] + row }
    let subjects = try DecisionFile.decode(bytes, path: "d.csv").map(\.subject)
    #expect(subjects.map { SystemPath.bytes($0) } == [[0x72, 0xE9, 0x73], [0x72, 0xE8, 0x73]])
  }

  /// Nor is a separator lost to a row of decisions.
  @Test(arguments: [",", ";", "\t"]) func decisionsOfMarkedNames(_ separator: String) throws {
    let plain = "category,subj,object_response,imagename\ncat,\u{301}n,cat,cat1-dog1.png\n"
    let text = plain.unicodeScalars.map { $0 == "," ? separator : String($0) }.joined()
    let decisions = try DecisionFile.decode(Array(text.utf8), path: "d.csv")
    expectSame([decisions.map(\.subject)], [["\u{301}n"]])
  }
}
