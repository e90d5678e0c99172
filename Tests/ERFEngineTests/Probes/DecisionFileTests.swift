// Decision files: what is read, what is written, what is refused.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct DecisionFileTests {
  @Test func otherFiles() {
    let packed: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    let error = #expect(throws: DecisionError.self) {
      try DecisionFile.decode(packed, path: "d.csv.gz")
    }
    #expect(
      error?.explanation
        == "d.csv.gz: holds no decisions: it is packed with gzip: unpack it with "
        + "`gunzip < FILE > NEW`")
  }

  private func decode(_ text: String) throws -> [CueDecision] {
    try DecisionFile.decode(Array(text.utf8), path: "d.csv")
  }

  @Test func prefixesAndMissingAnswers() throws {
    let decisions = try decode(
      DecisionFile.header
        + "subject-01,1,1,1.13,bird,bird,0,0001_s5n_s01_0_bird_00_bird3-bear12.png\r\n"
        + "subject-01,1,2,NaN,na,knife,0,0002_s5n_s01_0_knife_00_knife2-oven1.png")
    #expect(
      decisions == [
        CueDecision(
          subject: "subject-01", image: "bird3-bear12.png", shape: .bird, texture: .bear,
          response: .bird),
        CueDecision(
          subject: "subject-01", image: "knife2-oven1.png", shape: .knife, texture: .oven,
          response: nil),
      ])
  }

  @Test func columnsInAnyOrder() throws {
    let decisions = try decode(
      "imagename,OBJECT_RESPONSE,category,subj\ncat1-dog2.png,dog,cat,\"a,\"\"b\"\"\"\n")
    #expect(decisions.map(\.subject) == ["a,\"b\""])
    #expect(decisions.map(\.cue) == [.texture])
  }

  @Test func writtenAndReadBack() throws {
    let decisions = [
      CueDecision(
        subject: "replknet:kernels=31,29", image: "car1-cat3.png", shape: .car, texture: .cat,
        response: .cat),
      CueDecision(
        subject: "x\"y", image: "oven2-bear1.png", shape: .oven, texture: .bear, response: nil),
    ]
    let text =
      DecisionFile.header
      + decisions.enumerated().map { DecisionFile.line($1, trial: $0 + 1) }.joined()
    #expect(try decode(text) == decisions)
    #expect(
      DecisionFile.header == "subj,session,trial,rt,object_response,category,condition,imagename\n"
    )
  }

  /// Excel in Europe, a text editor on Windows, and `cat a.csv b.csv`.
  @Test func separatorsEncodingsAndPastedFiles() throws {
    let plain = "subj,object_response,category,imagename\na,cat,cat,cat1-dog1.png\n"
    let expected = try decode(plain)
    #expect(expected.count == 1)
    #expect(try decode(plain.replacing(",", with: ";")) == expected)
    #expect(try decode(plain.replacing(",", with: "\t")) == expected)
    for isBig in [false, true] {
      let bytes = Array(plain.utf16).flatMap { unit -> [UInt8] in
        let pair = [UInt8(unit >> 8), UInt8(truncatingIfNeeded: unit)]
        return isBig ? pair : pair.reversed()
      }
      #expect(try DecisionFile.decode(bytes, path: "d.csv") == expected)
      let mark: [UInt8] = isBig ? [0xFE, 0xFF] : [0xFF, 0xFE]
      #expect(try DecisionFile.decode(mark + bytes, path: "d.csv") == expected)
    }
    for isBig in [false, true] {
      let bytes = ("\u{FEFF}" + plain).unicodeScalars.flatMap { scalar -> [UInt8] in
        let four = (0..<4).map { UInt8(truncatingIfNeeded: scalar.value >> (8 * UInt32($0))) }
        return isBig ? four.reversed() : four
      }
      #expect(try DecisionFile.decode(bytes, path: "d.csv") == expected)
    }
    #expect(try decode("\u{FEFF}" + plain) == expected)
    let spreadsheet = "\u{FEFF}sep=;\n" + plain.replacing(",", with: ";")
    #expect(try decode(spreadsheet) == expected)
    #expect(try decode("# a; remark\n# another\n\n" + plain) == expected)
    #expect(try decode(",,,\n" + plain + ",,,\n, ,,\n") == expected)
    let other = "\u{FEFF}imagename,subj,category,object_response\nbear1-car1.png,b,bear,bear\n"
    let both = try decode(plain + plain + other)
    #expect(both.count == 3 && both[1] == expected[0])
    #expect(both[2].subject == "b" && both[2].cue == .shape)
  }

  /// Files of several programs in one: each part has the separator and the remarks of its own.
  @Test(arguments: [(",", ";"), (";", "\t"), ("\t", ","), (",", "\t"), (";", ",")])
  func pastedFilesWithOtherSeparators(_ first: String, _ second: String) throws {
    let part = "subj,object_response,category,imagename\na,cat,cat,cat1-dog1.png\n"
    let expected = try decode(part)
    let other = part.replacing("subj", with: "\"subj\"").replacing(",", with: second)
    for between in ["", "\n", "\u{FEFF}", "sep=\(second)\n", "# another, of; mine\n"] {
      let text = part.replacing(",", with: first) + between + other + part
      #expect(try decode(text) == expected + expected + expected, "\(between)")
    }
    // A subject may be called like a remark, and a row of the old kind is a fault.
    let marked = part + "#a,dog,cat,cat1-dog1.png\n"
    #expect(try decode(marked).map(\.subject) == ["a", "#a"])
    #expect(throws: DecisionError.self) {
      try decode(other + "a\(first)cat\(first)cat\(first)cat1-dog1.png\n")
    }
  }

  @Test(arguments: ["/data/cat/0001_x_cat1-dog2.png", "cat\\cat1-dog2.png", "CAT1-dog2.PNG "])
  func foldersOfImages(_ image: String) throws {
    let decisions = try decode(
      "subj,object_response,category,imagename\na, Dog ,CAT,\"\(image)\"\n")
    #expect(decisions.map(\.cue) == [.texture] && decisions[0].shape == .cat)
    #expect(decisions[0].image.lowercased() == "cat1-dog2.png")
  }

  /// Blanks around separators make no other subjects, answers or stimuli.
  @Test func blanksAroundCells() throws {
    let plain = "subj,object_response,category,imagename\na b,lorry,cat,cat1-dog1.png\n"
    let spaced = plain.replacing(",", with: " , ").replacing("a b", with: " a b")
    #expect(try decode(spaced) == decode(plain))
  }

  /// In a name a zero byte would be seen nowhere, and make another subject.
  @Test(arguments: [(",", 3), ("lorry", 3), ("category", 1)])
  func zeroBytes(_ place: String, line: Int) {
    let header = "subj,object_response,category,imagename\r\n"
    let row = "a,lorry,cat,cat1-dog1.png\n"
    func damaged(_ text: String) -> String { text.replacing(place, with: "\0" + place) }
    let text = line == 1 ? damaged(header) + row : header + row + damaged(row)
    let expected = DecisionError.zero(path: "d.csv", line: line)
    #expect(throws: expected) { try decode(text) }
    #expect(expected.explanation.hasPrefix("d.csv, line \(line): holds a zero byte, "))
  }

  /// Answers: `na` is one that names neither cue, another word is none at all.
  @Test func wordsThatAreNoCategory() throws {
    let rows = [" Bird", "bird ", "BEAR", "lorry", "lorry", "aeroplane", "NA", "na ", "car", ""]
    let text =
      "subj,object_response,category,imagename\n"
      + rows.enumerated().map { "a,\($1),bird,bird\($0)-bear1.png\n" }.joined()
    let decisions = try decode(text)
    let bias = ShapeBias(subject: "a", decisions: decisions)
    #expect(bias.overall == CueCounts(shape: 2, texture: 1, neither: 3))
    #expect(bias.foreignResponses == ["lorry": 2, "aeroplane": 1, "": 1])
    #expect(bias.foreignCount == 4 && bias.repeated == 0)
    let again = try decode(String(decoding: DecisionFile.encode(decisions), as: UTF8.self))
    #expect(ShapeBias(subject: "a", decisions: again) == bias)
  }

  @Test(arguments: [
    ("", DecisionError.empty(path: "d.csv")),
    (DecisionFile.header, .empty(path: "d.csv")),
    ("subj,category\n", .missingColumn(path: "d.csv", column: "object_response")),
    (
      DecisionFile.header + "a,1,1,NaN,cat,cat,0\n",
      .fieldCount(path: "d.csv", line: 2, found: 7, expected: 8)
    ),
    (
      DecisionFile.header + "\na,1,1,NaN,cat,zebra,0,cat1-dog1.png\n",
      .category(path: "d.csv", line: 3, found: "zebra")
    ),
    (
      DecisionFile.header + "a,1,1,NaN,cat,cat,0,n01440764_10026.png\n",
      .stimulus(path: "d.csv", line: 2, name: "n01440764_10026.png")
    ),
    (DecisionFile.header + "a,1,\"1\n", .openQuote(path: "d.csv")),
  ])
  func refused(_ text: String, _ expected: DecisionError) {
    #expect(throws: expected) { try decode(text) }
  }

  /// Which of two columns is meant is not told, in a header that comes again either.
  @Test func columnsStandOnce() {
    let twice =
      "subj,object_response,category,imagename,Object_Response\na,cat,cat,cat1-dog1.png,dog\n"
    #expect(throws: DecisionError.repeatedColumn(path: "d.csv", column: "object_response")) {
      try decode(twice)
    }
    let again =
      DecisionFile.header + "a,1,1,NaN,cat,cat,0,cat1-dog1.png\n"
      + "subj,object_response,category,category,imagename\n"
    #expect(throws: DecisionError.repeatedColumn(path: "d.csv", column: "category")) {
      try decode(again)
    }
  }

  /// What is wrong with a category is said with the place and the column.
  @Test(arguments: [
    (
      "category", "n021",
      ", line 2: the column 'category' holds 'n021', where one of the 16 categories was expected"
    ),
    (
      "category", " ",
      ", line 2: the column 'category' is empty, where one of the 16 categories was expected"
    ),
    (
      "categories", "cat",
      ": has no column 'category': expected a header that names at least subj, object_response, "
        + "category, imagename, in any order"
    ),
  ])
  func wordsForCategories(_ column: String, _ category: String, _ words: String) {
    let text = "subj,object_response,\(column),imagename\na,cat,\(category),cat1-dog1.png\n"
    let error = #expect(throws: DecisionError.self) { try decode(text) }
    let line = error?.explanation ?? ""
    #expect(line.hasPrefix("d.csv" + words) && !line.contains("\n"), "\(line)")
  }

  @Test(arguments: [
    ("airplane1-bicycle2.png", ObjectCategory.airplane, ObjectCategory.bicycle),
    ("0001_s5n_dnn_0_clock_00_clock10-oven3.png", .clock, .oven), ("car7-car7", .car, .car),
  ])
  func names(_ text: String, shape: ObjectCategory, texture: ObjectCategory) throws {
    let name = try #require(StimulusName(text))
    #expect(name.shape == shape && name.texture == texture)
    #expect(name.isConflict == (shape != texture))
  }

  @Test(arguments: [
    "", "-", "airplane1.png", "airplane1-.png", "airplane1-zebra2.png", "airplane-bear.png",
    "airplane1-bear2-cat3.png", "1-2.png",
  ])
  func noNames(_ text: String) { #expect(StimulusName(text) == nil) }
}
