// Archives that are sound but packed in ways that are not read: files of make_wild_settings.py.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct PackedCheckpointTests {
  @Test(arguments: [("bzip2.pth", "compressed with bzip2"), ("lzma.pth", "compressed with LZMA")])
  func otherWaysAreNamed(_ name: String, words: String) throws {
    let error = #expect(throws: CheckpointError.self) {
      try Checkpoint(path: Fixtures.path("settings/\(name)"))
    }
    let line = try #require(error).explanation
    #expect(line.contains(words) && line.contains("stored or deflated"), "\(line)")
    #expect(!line.contains("damaged"), "\(line)")
  }
}
