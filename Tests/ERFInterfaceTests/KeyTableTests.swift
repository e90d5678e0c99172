// The documented key table and the program's are one; REPLK_DRAW_SCREENS writes it anew.

import Foundation
import TestSupport
import Testing

@testable import ERFInterface

@Suite struct KeyTableTests {
  private static let start = "<!-- keys: made from the table of commands -->\n"
  private static let end = "<!-- end of keys -->"

  /// A key means one thing in a panel: none of its own is taken from one that holds everywhere.
  @Test func noPanelTakesAKeyThatHoldsEverywhere() {
    let everywhere = Set(Command.table.filter { $0.panel == nil }.flatMap(\.keys))
    for command in Command.table where command.panel != nil {
      #expect(everywhere.isDisjoint(with: command.keys), "\(command.help)")
    }
  }

  @Test func listsEveryKey() throws {
    let page = try PackageFiles.text("docs/keys.md")
    let parts = try #require(page.range(of: Self.start))
    let rest = try #require(page.range(of: Self.end))
    let section = String(page[parts.upperBound..<rest.lowerBound])
    if ProcessInfo.processInfo.environment["REPLK_DRAW_SCREENS"] != nil {
      let new =
        page[..<parts.upperBound] + "\n" + KeyTable.markdown + "\n" + page[rest.lowerBound...]
      return try PackageFiles.write(String(new), to: "docs/keys.md")
    }
    let isSame = section == "\n" + KeyTable.markdown + "\n"
    #expect(isSame, "docs/keys.md differs: REPLK_DRAW_SCREENS=1 swift test --filter KeyTableTests")
  }
}
