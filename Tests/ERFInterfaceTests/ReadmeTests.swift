// The README's key table and the program's are one; REPLK_DRAW_SCREENS writes it anew.

import Foundation
import TestSupport
import Testing

@testable import ERFInterface

@Suite struct ReadmeTests {
  private static let start = "<!-- keys: made from the table of commands -->\n"
  private static let end = "<!-- end of keys -->"

  @Test func listsEveryKey() throws {
    let readme = try PackageFiles.text("README.md")
    let parts = try #require(readme.range(of: Self.start))
    let rest = try #require(readme.range(of: Self.end))
    let section = String(readme[parts.upperBound..<rest.lowerBound])
    if ProcessInfo.processInfo.environment["REPLK_DRAW_SCREENS"] != nil {
      let new =
        readme[..<parts.upperBound] + "\n" + KeyTable.markdown + "\n" + readme[rest.lowerBound...]
      return try PackageFiles.write(String(new), to: "README.md")
    }
    let isSame = section == "\n" + KeyTable.markdown + "\n"
    #expect(isSame, "README.md's keys differ: REPLK_DRAW_SCREENS=1 swift test --filter ReadmeTests")
  }
}
