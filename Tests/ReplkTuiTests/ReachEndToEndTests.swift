// What the commands say of kernel weights that training never reached.

import TestSupport
import Testing

@Suite struct ReachEndToEndTests {
  private let folder: TemporaryFolder
  private static let model =
    "replknet:kernels=13,13:layers=1,1:channels=4,4:small=3:dw=1:classes=16"

  init() throws { folder = try TemporaryFolder() }

  @Test func infoCountsReachedWeights() throws {
    let small = try succeed(["info", Self.model, "--size", "32"], in: folder)
    // Maps of 8 and 4: all taps, and 7 of 13 a side.
    for words in ["reached", "100 %", "29.0 %"] { #expect(small.text.contains(words), "\(words)") }
    let json = try succeed(["info", Self.model, "--size", "32", "--json"], in: folder).object()
    let reach = try #require(json["kernelReach"] as? [String: Any])
    let stages = try #require(reach["stages"] as? [[String: Any]])
    #expect(stages.map { $0["reached"] as? Int } == [4 * 169, 4 * 49])
    #expect(stages.map { $0["weights"] as? Int } == [4 * 169, 4 * 169])
  }

  /// Trained at 32 px: told of by erf, compare and inspect, and made zero on demand.
  @Test func unreachedWeightsAreToldOfAndTakenOut() throws {
    _ = try succeed(
      ["train", Self.model, "--batch", "8", "--count", "16", "--steps", "1", "--size", "32"]
        + ["-o", "net.safetensors"], in: folder)
    let note = "trained at 32 px; 71 % of the kernel weights of stage 2 met no pixel"
    let erf = ["erf", "net.safetensors", "--size", "64"]
    let whole = try succeed(erf, in: folder)
    #expect(whole.text.contains("note: " + note))
    // Not all commands that say it take the option.
    #expect(whole.text.contains("`erf` and `compare` take --zero-unreached"))
    // In what is made of it, too: numbers and maps go further than the screen.
    let json = try succeed(erf + ["--json"], in: folder).results()[0]
    #expect((json["notes"] as? [String])?.first?.hasPrefix(note) == true)
    _ = try succeed(erf + ["-o", "map.pgm", "-o", "part.erf"], in: folder)
    #expect(String(decoding: try folder.read("map.pgm").prefix(2000), as: UTF8.self).contains(note))
    #expect(try succeed(["merge", "part.erf"], in: folder).text.contains(note))
    let features = ["features", "net.safetensors", "--size", "64", "--tap", "stage2"]
    #expect(try succeed(features + ["-o", "f.npy"], in: folder).text.contains(note))
    #expect(try succeed(["inspect", "net.safetensors"], in: folder).text.contains("note: " + note))
    let zeroed = try succeed(erf + ["--zero-unreached"], in: folder)
    #expect(zeroed.text.contains("the kernel weights that 32 px do not reach are zero"))
    #expect(!zeroed.text.contains(note))
    func hash(_ more: [String]) throws -> String? {
      try succeed(erf + more + ["--json"], in: folder).results()[0]["weightsHash"] as? String
    }
    #expect(try hash([]) != hash(["--zero-unreached"]))
    #expect(
      try hash(["--zero-unreached"]) == hash(["--zero-unreached", "--trained-at", "32"]))
    // At 64 px every weight is reached, so that nothing changes.
    #expect(try hash(["--zero-unreached", "--trained-at", "64"]) == hash([]))
    let both = try succeed(
      ["compare", "net.safetensors", Self.model, "--size", "64"], in: folder)
    #expect(both.text.contains(note))
    expectOneLine(
      try Executable.run(["erf", Self.model, "--size", "64", "--zero-unreached"], in: folder),
      code: 2, mentions: ["--trained-at", "does not record the size it was trained at"])
    expectOneLine(
      try Executable.run(erf + ["--trained-at", "32"], in: folder), code: 2,
      mentions: ["--zero-unreached"])
  }

  /// Accuracy at several sizes, from one command.
  @Test func sizesInOneTable() throws {
    _ = try succeed(
      ["stimuli", "-o", "shapes", "--kind", "agreeing", "--count", "16", "--size", "64"],
      in: folder)
    _ = try succeed(
      ["train", Self.model, "--batch", "8", "--count", "16", "--steps", "1", "--size", "32"]
        + ["-o", "net.safetensors"], in: folder)
    let command = ["classify", "net.safetensors", "--image", "shapes", "--size"]
    let table = try succeed(command + ["64,96"], in: folder)
    #expect(table.text.contains("64x64") && table.text.contains("96x96"))
    #expect(table.text.contains("accuracy") && table.text.contains("16"))
    expectOneLine(
      try Executable.run(command + ["64,x"], in: folder),
      code: 2, mentions: ["--size", "160,224,320"])
  }
}
