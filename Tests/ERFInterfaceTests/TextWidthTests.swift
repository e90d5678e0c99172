// Columns of text: wide characters, marks over others, and what is cut, padded and drawn by them.

import ERFEngine
import TestSupport
import Testing

@testable import ERFInterface

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct TextWidthTests {
  /// "é" of two scalars, a Korean syllable of three, Vietnamese with two marks on a letter.
  private static let accented = "e\u{301}"
  private static let syllable = "\u{1112}\u{1161}\u{11ab}"
  private static let double = "e\u{302}\u{301}"

  @Test(arguments: [
    ("abc", 3), ("図解", 4), ("ｱ", 1), ("Ａ", 2), ("한글", 4), (accented, 1), (syllable, 2),
    (double, 1), ("😀", 2), ("é–…σ", 4), ("", 0), ("a\u{202e}b", 3),
  ])
  func textTakesColumns(_ text: String, _ columns: Int) {
    #expect(text.columns == columns)
    #expect(text.leftPadded(6).columns == 6 && text.rightPadded(6).columns == 6)
  }

  #if canImport(Glibc)
    /// Of every character that is shown, the C library says the same, where it knows it.
    @Test func widthsAreThoseOfTheLibrary() throws {
      try #require(unsafe setlocale(LC_CTYPE, "C.UTF-8") != nil)
      defer { _ = unsafe setlocale(LC_CTYPE, "C") }
      // The headers hide it from Swift.
      let symbol = try unsafe #require(unsafe dlsym(unsafe dlopen(nil, RTLD_NOW), "wcwidth"))
      let wcwidth = unsafe unsafeBitCast(
        symbol, to: (@convention(c) (Int32) -> Int32).self)
      var counts = [0, 0, 0]
      var different: [String] = []
      for value in UInt32(0)...0x10ffff {
        guard let scalar = Unicode.Scalar(value), let columns = scalar.columns else { continue }
        let known = Int(wcwidth(Int32(bitPattern: value)))
        guard known >= 0 else { continue }
        counts[columns] += 1
        if known != columns { different.append("\(String(value, radix: 16)): \(known)") }
      }
      #expect(different.isEmpty, "\(different.prefix(20))")
      #expect(counts[0] > 1000 && counts[1] > 10_000 && counts[2] > 90_000, "\(counts)")
    }
  #endif

  @Test func textIsCutBetweenCharacters() {
    #expect("図解ab".prefix(columns: 3) == "図" && "図解ab".prefix(columns: 4) == "図解")
    #expect("図解ab".suffix(columns: 3) == "ab" && "図解ab".suffix(columns: 4) == "解ab")
    #expect("x\(Self.accented)y".prefix(columns: 2) == "x\(Self.accented)")
    #expect("x\(Self.accented)y".suffix(columns: 2) == "\(Self.accented)y")
    #expect("x\(Self.accented)y".suffix(columns: 1) == "y")
    #expect("図解".cut(columns: 4, "…") == "図解" && "図解a".cut(columns: 4, "…") == "図…")
    #expect(wrap("図解 図解図", width: 5) == ["図解", "図解", "図"])
    #expect(wrap("図解", width: 1) == ["図", "解"])
  }

  @Test func wideCharactersTakeTwoCells() {
    var frame = Frame(size: ScreenSize(rows: 1, columns: 8))
    let end = frame.write([Span("図a\(Self.accented)")], row: 0, column: 1, width: 7)
    #expect(end == 5 && frame.text == " 図a\(Self.accented)")
    #expect(frame[0, 1].scalar == "図" && frame[0, 2].isTail && frame[0, 3].scalar == "a")
    #expect(frame[0, 4].marks.scalars == ["\u{301}"])
    // Cut before what does not fit whole.
    frame = Frame(size: ScreenSize(rows: 1, columns: 8))
    frame.write("図解図解", row: 0, column: 0, width: 6)
    #expect(frame.text == "図解…")
    frame.writeRight([Span("解")], row: 0, end: 8, width: 4)
    #expect(frame.text == "図解… 解")
    // Written over in halves, colour alone, and over the edges of the screen.
    frame.write("x", row: 0, column: 1, width: 1)
    #expect(frame.text == " x解… 解")
    frame.write("y", row: 0, column: 2, width: 1)
    #expect(frame.text == " xy … 解")
    frame[0, 6].foreground = .role(.accent)
    #expect(frame.text == " xy … 解")
    frame.write("図", row: 0, column: 7, width: 2)
    frame.write("図", row: 0, column: -1, width: 2)
    #expect(frame.text == " xy …")
    var plain = Frame(size: ScreenSize(rows: 1, columns: 8), glyphs: .ascii)
    plain.write("図\(Self.accented)|", row: 0, column: 0, width: 8)
    #expect(plain.text == "??e|")
  }

  /// Names in a list do not move what stands behind them.
  @Test func columnsStayAligned() {
    let frame = view(
      ScreenState.browserNames.model(Display()), size: ScreenSize(rows: 24, columns: 80))
    let rows = (0..<24).filter { row in (0..<80).contains { frame[row, $0].scalar == "M" } }
    let sizes = rows.compactMap { row -> Int? in
      (0..<79).last { frame[row, $0].scalar == "M" && frame[row, $0 + 1].scalar == "B" }
    }
    #expect(sizes.count >= 4 && Set(sizes).count == 1, "\(sizes)")
    for row in 0..<24 {
      for column in 0..<80 {
        #expect((frame[row, column].scalar.columns == 2) == frame[row, column + 1].isTail)
      }
    }
  }

  @Test func promptsTakeWhatIsTypedAndPasted() {
    var model = makeModel()
    _ = model.type("w")
    _ = update(&model, .key(.control("u")))
    for scalar in "\u{301}図/\(Self.accented)\u{1b}\u{202e}😀".unicodeScalars {
      _ = update(&model, .key(.character(scalar)))
    }
    let text = "図/\(Self.accented)😀"
    #expect(model.overlay == .prompt(Prompt(purpose: .saveSession, text: text)))
    let frame = view(model, size: ScreenSize(rows: 24, columns: 80))
    #expect(frame.text.contains("> \(text)_"))
    let row = (0..<24).first { row in (0..<80).contains { frame[row, $0].scalar == "図" } } ?? 0
    let start = (0..<80).first { frame[row, $0].scalar == ">" } ?? 0
    #expect(frame[row, start + 2 + text.columns].scalar == "_", "behind the text, in columns")
    // A character goes with its marks.
    _ = update(&model, .key(.backspace))
    _ = update(&model, .key(.backspace))
    #expect(model.overlay == .prompt(Prompt(purpose: .saveSession, text: "図/")))
  }

  @Test func namesOfAnyBytesAreCompletedAndAskedFor() throws {
    let folder = try TemporaryFolder()
    let bytes = SystemPath.text(Array("caf".utf8) + [0xe9])
    for name in ["図解.json", "\(bytes).json"] {
      try LocalEngine().write([1], to: folder.file(name))
    }
    try LocalEngine().write([1], to: folder.file("\(bytes)/in.json"))
    let path = folder.path
    #expect(PathCompletion.counted("\(path)/図") == ("\(path)/図解.json", 1))
    #expect(PathCompletion.counted("\(path)/caf") == ("\(path)/\(bytes)", 2))
    #expect(PathCompletion.counted("\(path)/\(bytes)/") == ("\(path)/\(bytes)/in.json", 1))
    for name in ["図解.json", "\(bytes).json"] {
      let question = PathCompletion.question(folder.file(name), LocalEngine())
      #expect(question?.contains("replaces") == true)
    }
    #expect(
      PathCompletion.question(folder.file("\(bytes)/new.json"), LocalEngine())
        == nil)
  }

  @Test func picturesHoldWideCharacters() throws {
    var frame = Frame(size: ScreenSize(rows: 1, columns: 6))
    frame.write("a図\(Self.accented)b", row: 0, column: 0, width: 6)
    let svg = String(decoding: Snapshot.svg(frame), as: UTF8.self)
    #expect(svg.contains("<text x=\"10\" y=\"15\" textLength=\"20\""))
    #expect(svg.contains(">図</text>") && svg.contains(">\(Self.accented)b</text>"))
    let ansi = String(decoding: Snapshot.ansi(frame, depth: .mono), as: UTF8.self)
    #expect(ansi.contains("a図\(Self.accented)b") && !ansi.contains("\0"))
    // What the letters of the program lack is a box, not a hole.
    var blank = frame
    blank[0, 1] = Cell(" ")
    #expect(try Snapshot.png(frame) != Snapshot.png(blank))
  }
}
