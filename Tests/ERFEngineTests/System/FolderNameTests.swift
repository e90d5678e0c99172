// Folders by their own names.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct FolderNameTests {
  /// A step is followed by the name of the folder that it leads to; both are one folder.
  @Test func stepsAreNamed() throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder("a/b")
    for (path, named) in [
      ("a/.", "a/../a"), ("a/b/..", "a/b/../../a"), ("a/b/../", "a/b/../../a"),
      ("a/./", "a/../a"), ("a", "a"), ("a/", "a/"), ("a/../a", "a/../a"), ("a/none/.", "a/none/."),
    ] {
      let (path, named) = (folder.file(path), folder.file(named))
      #expect(Folder.named(path) == named)
      #expect(FileIdentity(of: path) == FileIdentity(of: named))
    }
    for path in ["/", "/..", "/.", ""] { #expect(Folder.named(path) == path) }
    #expect(Folder.named(".") == "../\(Folder.whole(".").fileName)")
  }
}
