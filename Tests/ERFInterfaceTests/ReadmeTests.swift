// The README's key table and the program's are one.

import TestSupport
import Testing

@testable import ERFInterface

@Suite struct ReadmeTests {
  @Test func listsEveryKey() throws {
    let readme = try PackageFiles.text("README.md")
    for command in Command.table {
      let row = "| `\(command.keyLabel)` | \(command.help) |"
      #expect(readme.contains(row), "README.md lacks the line: \(row)")
    }
  }
}
