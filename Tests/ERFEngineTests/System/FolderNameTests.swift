// Folders by their own names.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct FolderNameTests {
  /// A step has the name of the folder that it leads to behind it, or before it; both are one folder.
  @Test func stepsAreNamed() throws {
    let folder = try TemporaryFolder()
    try folder.makeFolder("a/b")
    for (path, named) in [
      ("a/.", "a/"), ("a/b/..", "a/b/../../a"), ("a/b/../", "a/b/../../a"), ("a/./.", "a/"),
      ("a/./", "a/"), ("a", "a"), ("a/", "a/"), ("a/../a", "a/../a"), ("a/none/.", "a/none/."),
    ] {
      let (path, named) = (folder.file(path), folder.file(named))
      #expect(Folder.named(path) == named)
      #expect(FileIdentity(of: path) == FileIdentity(of: named))
    }
    for path in ["/", "/..", "/.", ""] { #expect(Folder.named(path) == path) }
    for path in [".", "./", "./."] {
      #expect(Folder.named(path) == "../\(Folder.whole(".").fileName)")
    }
  }

  /// A mark that a name begins with is not one on the slash before it.
  @Test func namesThatBeginWithAMark() throws {
    let name = "\u{301}q.png"
    #expect("a/\(name)".pathParts.map { Array($0.utf8) } == [Array("a".utf8), Array(name.utf8)])
    #expect(PathKey.areSame("a/\(name)".fileName, name))
    let folder = try TemporaryFolder()
    try folder.makeFolder("a")
    let path = folder.file("a/\(name)")
    try AtomicFile.write([1], to: path)
    #expect(FileBytes.count(of: path) == 1)
    let spelt = [path, folder.file("a/../a/\(name)")]
    #expect(
      spelt.map { NetworkInputs.pictureNames([$0]) }.allSatisfy { PathKey.areSame($0[0], name) })
  }

  /// A folder with `real/sub` and `link`, which leads there.
  private func linked() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.makeFolder("real/sub")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: "real/sub")
    return folder
  }

  /// Files know their folder however their path is spelt: links keep their names.
  @Test func filesLieInOneFolder() throws {
    let folder = try linked()
    let whole = Folder.whole(folder.path)
    #expect(Folder.named("\(whole)/link/.") == "\(whole)/link/")
    let paths = ["real/sub/x", "real//sub/./y", "real/sub/../sub/z", "link/x", "link/./y"]
    let folders = ["real/sub", "real/sub", "real/sub", "link", "link"].map { "\(whole)/\($0)" }
    #expect(Folder.around(paths.map { "\(whole)/\($0)" }) == folders)
    let current = try #require(Folder.current)
    #expect(Folder.around(["x", "./y", "/x"]) == [current, current, "/"])
  }

  /// Links keep their own names, but for steps out of what they lead to.
  @Test func linksAreLeftWhereTheyLead() throws {
    let folder = try linked()
    let whole = Folder.whole(folder.path)
    let paths = ["link/x", "./link//x", "link/../x", "real/sub/../x"].map {
      "\(whole)/\($0)"
    }
    #expect(
      Folder.spelledOut(paths)
        == ["link/x", "link/x", "real/x", "real/x"].map { "\(whole)/\($0)" })
  }
}
