// Paths as they are typed, pasted and dropped into prompts.

import ERFEngine
import TestSupport
import Testing

@testable import ERFInterface

@Suite struct TypedPathTests {
  /// As terminals write the names of files that are dropped on them, in every prompt for a path.
  @Test(arguments: [
    ("/in/a b.png", "/in/a b.png"), ("'/in/a b.png' ", "/in/a b.png"),
    ("'/in/it'\\''s.png'", "/in/it's.png"), ("\"/in/a b.png\"", "/in/a b.png"),
    ("\"/in/a\\\"b.png\"", "/in/a\"b.png"), ("/in/a\\ b\\(1\\).png", "/in/a b(1).png"),
    ("file:///in/a%20b%C3%A9.png", "/in/a b\u{e9}.png"),
    ("file://localhost/in/100%.png", "/in/100%.png"), ("it's", "it's"), ("'", "'"), ("", ""),
  ])
  func droppedNamesAreUnderstood(_ text: String, _ path: String) {
    #expect(TypedPath.meant(text) == path)
  }

  @Test(arguments: [
    ("'/in/a b.png' '/in/c.png'", ["/in/a b.png", "/in/c.png"]),
    ("/in/a\\ b.png /in/c.png ", ["/in/a b.png", "/in/c.png"]),
    ("file:///in/a%20b.png file:///in/c.png", ["/in/a b.png", "/in/c.png"]),
    ("/in/a b.png", []), ("'/in/a b.png'", []), ("'/in/a /in/b", []),
  ])
  func severalNamesAreTold(_ text: String, _ paths: [String]) {
    #expect(TypedPath.several(text) == paths)
  }

  @Test func severalPicturesAreTakenAndSeveralOfOthersRefused() throws {
    let folder = try TemporaryFolder()
    let picture = try Fixtures.bytes("images/binary-16.ppm")
    for name in ["a b.ppm", "c.ppm"] { _ = try folder.write(picture, to: name) }
    let paths = ["a b.ppm", "c.ppm"].map(folder.file)
    let text = paths.map { "'\($0)'" }.joined(separator: " ")
    #expect(Set(try LocalEngine().images(at: text).paths) == Set(paths))
    var model = makeModel()
    _ = model.type("w")
    guard case .prompt(var prompt)? = model.overlay else {
      Issue.record("nothing is asked")
      return
    }
    prompt.text = text
    model.overlay = .prompt(prompt)
    #expect(update(&model, .key(.enter)).isEmpty && model.saving == nil)
    for size in [ScreenSize(rows: 24, columns: 80), ScreenSize(rows: 40, columns: 120)] {
      #expect(view(model, size: size).text.contains("2 paths given"))
    }
    // Tab goes on within quotes.
    #expect(PathCompletion.counted("'\(folder.file("a"))") == (folder.file("a b.ppm"), 1))
    #expect(PathCompletion.counted(folder.file("a\\ ")) == (folder.file("a b.ppm"), 1))
  }

  @Test func allPromptsTakeDroppedNames() throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder("of all")
    let picture = try Fixtures.bytes("images/binary-16.ppm")
    _ = try folder.write(picture, to: "of all/a b.ppm")
    let path = folder.file("of all/a b.ppm")
    let engine = LocalEngine()
    for text in ["'\(path)'", "\"\(path)\"", "file://\(path.replacing(" ", with: "%20"))"] {
      #expect(try engine.images(at: text).paths == [path])
    }
    let data = TrainingRequest(
      network: NetworkSpec(model: "RepLKNet-13-nano"), folder: "'\(folder.file("of all"))'",
      threads: 1
    ).data
    guard case .folder(let named) = data else {
      Issue.record("not a folder")
      return
    }
    #expect(named == folder.file("of all"))
    var model = makeModel()
    _ = model.type("w")
    guard case .prompt(var prompt)? = model.overlay else {
      Issue.record("nothing is asked")
      return
    }
    prompt.text = "'/in/a b.json'"
    model.overlay = .prompt(prompt)
    guard case .save(_, let saved, _, _)? = update(&model, .key(.enter)).first else {
      Issue.record("nothing is saved")
      return
    }
    #expect(saved == "/in/a b.json")
  }
}
