import TestSupport
import Testing

@testable import ERFEngine

@Suite struct ControlGroupsTests {
  /// The limit found among `files`, a group's file each, for the memberships.
  private func limit(_ memberships: String, _ files: [(path: String, text: String)]) throws -> Int?
  {
    let folder = try TemporaryFolder()
    for (path, text) in files {
      let parts = path.split(separator: "/").dropLast()
      try folder.makeFolder(parts.joined(separator: "/"))
      _ = try folder.write(Array(text.utf8), to: path)
    }
    let membership = try folder.write(Array(memberships.utf8), to: "membership")
    return ControlGroups.memoryLimit(membership: membership, mount: folder.path)
  }

  @Test func versionTwo() throws {
    #expect(try limit("0::/\n", [("memory.max", "1000000\n")]) == 1_000_000)
    #expect(try limit("0::/\n", [("memory.max", "max\n")]) == nil)
    #expect(
      try limit(
        "0::/a/b\n", [("a/memory.max", "3000\n"), ("a/b/memory.max", "max\n")]) == 3000)
    #expect(
      try limit("0::/a/b\n", [("a/memory.max", "5000\n"), ("a/b/memory.max", "3000\n")]) == 3000)
    // Another group's limit is none of ours.
    #expect(try limit("0::/a\n", [("b/memory.max", "3000\n")]) == nil)
  }

  @Test func versionOne() throws {
    let lines = "5:devices:/\n4:cpu,memory:/box\n0::/\n"
    #expect(
      try limit(lines, [("memory/box/memory.limit_in_bytes", "2048\n")]) == 2048)
    #expect(
      try limit(lines, [("memory/memory.limit_in_bytes", "9223372036854771712\n")]) == nil)
    #expect(try limit("5:devices:/box\n", [("memory/box/memory.limit_in_bytes", "2\n")]) == nil)
  }

  @Test func noGroupsAtAll() throws {
    #expect(ControlGroups.memoryLimit(membership: "/nowhere", mount: "/nowhere") == nil)
    #expect(try limit("", []) == nil)
    #expect(try limit("nonsense\n", [("memory.max", "nonsense\n")]) == nil)
  }
}
