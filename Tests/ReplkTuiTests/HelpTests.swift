// The help of every command, word for word: files in `Help`, written anew where REPLK_WRITE_HELP is
// set, to be read and committed.

import ERFEngine
import Foundation
import TestSupport
import Testing

@testable import replk_tui

@Suite struct HelpTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: Command.all.map(\.name))
  func ofACommand(_ name: String) throws {
    let text = try succeed([name, "--help"], in: folder).text
    #expect(try succeed(["help", name], in: folder).text == text)
    #expect(try succeed([name, "-h"], in: folder).text == text)
    try expectGolden(text, name)
  }

  @Test func ofTheExplorer() throws {
    let text = try succeed(["--help"], in: folder).text
    #expect(try succeed(["help"], in: folder).text == text)
    for command in Command.all { #expect(text.contains(command.summary), "\(command.name)") }
    try expectGolden(text, "replk-tui")
  }

  @Test(arguments: Command.all.map(\.name))
  func everyOptionIsExplainedByWordsOfItsOwn(_ name: String) throws {
    let command = try #require(Command.all.first { $0.name == name })
    let options = command.options + Options.help
    #expect(Set(options.map(\.help)).count == options.count, "two options with one explanation")
    let names = options.flatMap(\.names)
    #expect(Set(names).count == names.count, "two options of one name")
  }

  /// What depends on the processor stands as `ISA` in the file.
  private func expectGolden(
    _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let text = text.replacing(InstructionSet.available.joined(separator: ", "), with: "ISA")
    let path = "Tests/ReplkTuiTests/Help/\(name).txt"
    if ProcessInfo.processInfo.environment["REPLK_WRITE_HELP"] != nil {
      try PackageFiles.write(text, to: path)
    }
    #expect(try text == PackageFiles.text(path), "\(name)", sourceLocation: sourceLocation)
  }
}
