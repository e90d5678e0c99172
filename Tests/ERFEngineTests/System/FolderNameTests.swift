// Folders by their own names.

import Foundation
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

  /// Links keep their own names, but for steps out of what they lead to.
  @Test func linksAreLeftWhereTheyLead() throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder("real/sub")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: "real/sub")
    let whole = Folder.whole(folder.path)
    let paths = ["link/x", "./link//x", "link/../x", "real/sub/../x"].map {
      "\(whole)/\($0)"
    }
    #expect(
      Folder.spelledOut(paths)
        == ["link/x", "link/x", "real/x", "real/x"].map { "\(whole)/\($0)" })
  }
}
