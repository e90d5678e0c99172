// The explorer from the outside: what the program does with and without a terminal.

import Foundation
import TestSupport
import Testing

@Suite struct ExplorerEndToEndTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [[], ["replknet-31"], ["replknet-13", "replknet-31", "--size", "64"]])
  func needsATerminal(_ arguments: [String]) throws {
    let outcome = try Executable.run(arguments, in: folder)
    expectOneLine(outcome, code: 2, mentions: ["terminal"])
    #expect(outcome.output.isEmpty)
    #expect(folder.names == [])
  }

  @Test(arguments: [
    (["bogus"], "bogus"), (["erff", "replknet-31"], "did you mean erf?"),
    (["--bogus"], "--bogus"), (["replknet-3", "replknet-7", "replknet-13"], "two"),
    (["replknet-31", "--at", "99,99"], "99,99"),
  ])
  func wrongArgumentsShowBeforeItOpens(_ arguments: [String], mention: String) throws {
    let outcome = try Executable.run(arguments, in: folder)
    expectOneLine(outcome, code: 2, mentions: [mention])
    #expect(outcome.output.isEmpty)
  }
}
