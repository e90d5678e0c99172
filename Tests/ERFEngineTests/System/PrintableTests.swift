// What may reach a terminal, and JSON that reads back as it was.

import Foundation
import Testing

@testable import ERFEngine

@Suite struct PrintableTests {
  @Test(arguments: [
    ("plain.png", "plain.png"), ("a\nb", "a?b"), ("a\tb", "a?b"), ("\u{1b}[2J", "?[2J"),
    ("a\u{7f}", "a?"), ("\u{85}\u{9b}31m", "??31m"), ("gnp.\u{202e}exe", "gnp.?exe"),
    ("\u{2066}x\u{2069}", "?x?"), ("\u{2028}\u{2029}", "??"), ("\u{feff}bom", "?bom"),
    ("\u{200e}\u{200f}\u{61c}", "???"), ("\u{e0041}", "?"),
    // Names as people write them stay.
    ("漢字.jpg", "漢字.jpg"), ("e\u{301}te\u{301}", "e\u{301}te\u{301}"),
    ("می\u{200c}خواهم", "می\u{200c}خواهم"), ("👩\u{200d}🔬", "👩\u{200d}🔬"),
  ])
  func oneLine(_ text: String, _ expected: String) {
    #expect(Array(text.printable.unicodeScalars) == Array(expected.unicodeScalars))
  }

  @Test func lineEndsOfTextThatIsLaidOutStay() {
    #expect("a\nb\u{1b}\n".printableLines == "a\nb?\n")
    #expect("a\r\nb".printableLines == "a?\nb")
  }

  /// Every scalar: what is let through is no control, separator or turn of direction.
  @Test func noScalarSteers() {
    let steering: Set<Unicode.GeneralCategory> = [
      .control, .format, .lineSeparator, .paragraphSeparator, .surrogate,
    ]
    for value in 0..<UInt32(0x110000) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let isJoiner = value == 0x200c || value == 0x200d
      // A byte of a name that is not UTF-8.
      let isByte = (0xF780...0xF7FF).contains(value)
      let expected =
        isJoiner || !isByte && !steering.contains(scalar.properties.generalCategory)
      if scalar.isPrintable != expected { Issue.record("U+\(String(value, radix: 16))") }
    }
  }

  @Test func longTextKeepsItsBeginningAndItsEnd() {
    let long = "--size " + String(repeating: "9", count: 100_000) + ": expected pixels"
    let bounded = long.bounded(200)
    #expect(bounded.count <= 200)
    #expect(bounded.hasPrefix("--size 999") && bounded.hasSuffix("999: expected pixels"))
    #expect("short".bounded(200) == "short")
  }

  @Test func jsonIsEscapedAndReadsBack() throws {
    let names = [
      "gnp.\u{202e}exe", "\u{1b}[31m", "\u{7f}\u{9b}", "\u{2028}\u{2029}", "漢字 \"quoted\" \\ /",
      "\u{e0041}\u{1f600}", "a\nb",
    ]
    let json = try JSONText.encode(["names": names])
    let text = String(decoding: json, as: UTF8.self)
    #expect(text == text.printableLines, "nothing of it steers")
    #expect(text.contains("gnp.\\u202eexe") && text.contains("\\u2028\\u2029"))
    #expect(text.contains("\\udb40\\udc41😀"), "a surrogate pair, and what may stay")
    let read = try JSONDecoder().decode([String: [String]].self, from: Data(json))
    #expect(read["names"] == names)
  }

  /// What is written piece by piece is what is written at once.
  @Test(arguments: [0, 1, 3])
  func arraysOfJSONAreWrittenInPieces(_ count: Int) throws {
    struct Part: Encodable {
      let name: String
      let shape: [Int]
      let none: [Int] = []
    }
    struct Whole: Encodable {
      let before = "\"parts\" : [\n  \"parts\" : ["
      var parts: [Part]
      let zeal = ["parts": ["]"]]
    }
    let parts = (0..<count).map { Part(name: "a\u{202e}]\($0)", shape: [1, $0]) }
    var written: [UInt8] = []
    try JSONText.encode(
      Whole(parts: []), with: parts, in: "parts", text: { try JSONText.encode($0) },
      write: { written += $0 })
    #expect(
      String(decoding: written, as: UTF8.self)
        == String(decoding: try JSONText.encode(Whole(parts: parts)), as: UTF8.self))
  }

  /// Texts and numbers that are written without the encoder are written as it writes them.
  @Test func textsAndNumbersOfJSON() throws {
    for text in ["", "layers.0.weight", "a/b\"\\", "\u{202e}\n\t", "é", "\u{7f}", "\u{1F600}"] {
      let (quick, encoded) = (try JSONText.string(text), try JSONText.encode([text]))
      #expect(Array("[\n  \(quick)\n]\n".utf8) == encoded, "\(text)")
    }
    for value: Double in [0, -0.0, 1, -2.5, 1e-7, 1e16, 3e300, 0.1, 123456789] {
      let encoded = try JSONText.encode([value])
      #expect(Array("[\n  \(JSONText.number(value))\n]\n".utf8) == encoded, "\(value)")
      let single = Float(max(-1e30, min(1e30, value)))
      let short = try JSONText.encode([single])
      #expect(Array("[\n  \(JSONText.number(single))\n]\n".utf8) == short, "\(single)")
    }
  }
}
