// Damaged sessions: an error or a session, never a trap.

import ERFEngine
import TestSupport
import Testing

@testable import ERFInterface

@Suite struct SessionFuzzTests {
  @Test func session() throws {
    let corpus = try PackageFiles.names(in: "Sessions").filter { $0.hasSuffix(".json") }
      .map { Array(try PackageFiles.text("Sessions/\($0)").utf8) }
    let outcome = Fuzzing.run("session", corpus: corpus, rounds: 2000) { bytes in
      (try? Session(decoding: bytes)) != nil
    }
    #expect(outcome.accepted > 0 && outcome.accepted < outcome.rounds)
    #expect(outcome.slowest < .seconds(30))
  }
}
