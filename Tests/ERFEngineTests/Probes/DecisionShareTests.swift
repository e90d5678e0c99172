// Shares of decisions as files: what was damaged is told, and what is finished stays.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct DecisionShareTests {
  private static let spec = NetworkSpec(
    model: "replknet:kernels=3:layers=1:channels=4:classes=1000")
  private let folder: TemporaryFolder
  private let stimuli: StimulusFolder

  init() throws {
    folder = try TemporaryFolder()
    for index in 0..<6 {
      let stimulus = BuiltInStimulus(kind: .conflict, seed: 0, index: index)
      let parts = stimulus.path.split(separator: "/")
      try folder.makeFolder("stimuli/\(parts[0])")
      // A name may have something in front of what it says.
      _ = try folder.write(
        PNGWriter.encode(stimulus.image(size: 16)),
        to: "stimuli/\(parts[0])/\(index == 0 ? "x_" : "")\(parts[1])")
    }
    stimuli = try StimulusFolder(folder.file("stimuli"))
  }

  /// Nothing yet of a share.
  private func share(_ shard: Shard) throws -> DecisionShare {
    DecisionShare(
      shard, of: stimuli, by: [try CueConflictBenchmark.opened(Self.spec)],
      command: ["probe", Self.spec.model, "--stimuli", "stimuli"])
  }

  /// The file of a share, to go on with.
  private func file(
    _ shard: Shard, at name: String, replaces: Bool = false
  ) throws -> DecisionShareFile {
    try DecisionShareFile(share(shard), at: folder.file(name), replaces: replaces)
  }

  /// The bytes of a finished share.
  private func finished(_ shard: Shard) throws -> [UInt8] {
    var file: DecisionShareFile? = try self.file(shard, at: "share.csv", replaces: true)
    _ = try CueConflictBenchmark(stimuli.share(shard)).run(
      try Network(Self.spec), number: 1, into: &file)
    #expect(file?.wasFinished == false)
    try file?.finish()
    #expect(try self.file(shard, at: "share.csv").wasFinished)
    return try folder.read("share.csv")
  }

  /// The bytes of a whole run's only share, stopped after the first stimuli.
  private func stopped() throws -> [UInt8] {
    let shard = Shard(1, of: 1)!
    let cancellation = Cancellation()
    var file: DecisionShareFile? = try self.file(shard, at: "stopped.csv", replaces: true)
    _ = try CueConflictBenchmark(stimuli.share(shard), threads: 1).run(
      try Network(Self.spec), number: 1, into: &file, cancellation: cancellation
    ) { progress in
      if progress.done > 0 { cancellation.cancel() }
    }
    return try folder.read("stopped.csv")
  }

  @Test func aFileGivesTheShareBack() throws {
    let bytes = try finished(Shard(1, of: 3)!)
    let share = try DecisionShare(bytes, path: "d.csv")
    #expect(share.isFinished && share.count == 2 && share.indices == [0, 1])
    #expect(try share.encoded() == bytes)
  }

  /// What no run writes is refused, also in a file that has the right hash, finished or not.
  @Test(arguments: [false, true]) func impossibleRowsAreTold(_ isFinished: Bool) throws {
    var share = try DecisionShare(try finished(Shard(1, of: 3)!), path: "d.csv")
    if !isFinished { share.finished = [] }
    #expect(try DecisionShare(try share.encoded(), path: "d.csv").count == 2)
    var doubled = share
    doubled.rows.append(share.rows[0])
    var foreign = share
    foreign.rows[0].decision.response = nil
    foreign.rows[0].decision.foreignResponse = "lorry"
    for wrong in [doubled, foreign] {
      let bytes = try wrong.encoded()
      #expect(throws: DecisionError.damaged(path: "d.csv")) {
        try DecisionShare(bytes, path: "d.csv")
      }
    }
  }

  /// A run that was stopped goes on where it was, and two that write one file at once write all of it each.
  @Test func stoppedSharesAreGoneOnWith() throws {
    let shard = Shard(1, of: 1)!
    let whole = try finished(shard)
    let share = try DecisionShare(try stopped(), path: "stopped.csv")
    #expect(!share.isFinished && (1..<6).contains(share.count))
    let network = try Network(Self.spec)
    let benchmark = CueConflictBenchmark(stimuli.share(shard))
    var one: DecisionShareFile? = try file(shard, at: "stopped.csv")
    var two = one
    let reports = [
      try benchmark.run(network, number: 1, into: &one),
      try benchmark.run(network, number: 1, into: &two),
    ]
    #expect(reports.allSatisfy { $0.decisions.count == 6 })
    try one?.finish()
    #expect(try folder.read("stopped.csv") == whole)
    try two?.finish()
    #expect(try folder.read("stopped.csv") == whole)
  }

  /// What another share's run wrote into the file meanwhile is not replaced.
  @Test func filesOfOtherSharesStay() throws {
    var one = try file(Shard(1, of: 2)!, at: "d.csv")
    var two = try file(Shard(2, of: 2)!, at: "d.csv")
    try one.write()
    let bytes = try folder.read("d.csv")
    let path = folder.file("d.csv")
    #expect(throws: RunPartError.taken(path: path, found: "share 1/2")) { try two.write() }
    #expect(try folder.read("d.csv") == bytes)
    try one.finish()
    #expect(try DecisionShare(path: path).isFinished)
  }

  /// Wherever a bit or a byte is wrong: in the rows, or in what they are of; while a run goes on, too.
  @Test(arguments: [true, false]) func damageIsTold(_ isFinished: Bool) throws {
    let bytes = isFinished ? try finished(Shard(2, of: 3)!) : try stopped()
    func isTold(_ bytes: [UInt8]) -> Bool {
      do {
        _ = try DecisionShare(bytes, path: "d.csv")
        return false
      } catch {
        return (error as? DecisionError) == .damaged(path: "d.csv")
      }
    }
    for place in bytes.indices {
      for bit: UInt8 in [0x01, 0x20] {
        var damaged = bytes
        damaged[place] ^= bit
        #expect(isTold(damaged), "bit \(bit) of byte \(place)")
      }
    }
    for place in stride(from: 0, to: bytes.count, by: 7) {
      var damaged = bytes
      damaged.remove(at: place)
      #expect(isTold(damaged), "without byte \(place)")
    }
    #expect(isTold(bytes + Array("x".utf8)) && isTold(Array(bytes.dropLast(40))))
    // Nor is it taken for a table of others.
    let text = String(decoding: bytes, as: UTF8.self).replacing(",NaN,", with: ",0.5,")
    let path = try folder.write(Array(text.utf8), to: "changed.csv")
    #expect(throws: DecisionError.damaged(path: path)) { try ShapeBias.read([path]) }
    // Nor gone on with.
    let shard = isFinished ? Shard(2, of: 3)! : Shard(1, of: 1)!
    let occupied = DecisionError.occupied(
      path: path, asked: Shard.words([shard]), isDamaged: true)
    #expect(throws: occupied) { try file(shard, at: "changed.csv") }
  }

  /// Several finished shares are as whole a file as one; they know what they are.
  @Test func mergedSharesAreShares() throws {
    let shards = (1...4).map { Shard($0, of: 4)! }
    let shares: [DecisionShare.Named] = try shards.map { shard in
      (path: "\(shard.index).csv", part: try DecisionShare(finished(shard), path: "share.csv"))
    }
    let some = try DecisionShare.merged([shares[2], shares[0]])
    let bytes = try some.encoded()
    let kept = try DecisionShare(bytes, path: "some.csv")
    #expect(kept.shards == [shards[0], shards[2]] && kept.isFinished && !kept.isWhole)
    #expect(kept.missingShards == [shards[1], shards[3]])
    #expect(try kept.encoded() == bytes)
    var damaged = bytes
    damaged[bytes.count - 2] ^= 1
    #expect(throws: DecisionError.damaged(path: "d.csv")) {
      try DecisionShare(damaged, path: "d.csv")
    }
    let whole = try DecisionShare.merged([shares[3], (path: "some.csv", part: kept), shares[1]])
    #expect(whole.isWhole)
    #expect(try whole.table == DecisionShare.merged(shares).table)
    let one = try CueConflictBenchmark(stimuli).run(try Network(Self.spec))
    #expect(whole.table == DecisionFile.encode(one.decisions))
  }

  /// One that is not finished is of a single maker; a finished one stays, unless it is to be replaced.
  @Test func sharesOfOtherMakers() throws {
    let own = try share(Shard(1, of: 2)!)
    var other = own
    other.makers = [
      ERFPart.Maker(program: "replk-tui 0.0.1", instructionSet: "none", library: "oneDNN 0")
    ]
    let path = folder.file("other.csv")
    try AtomicFile.write(other.encoded(), to: path)
    #expect(throws: RunPartError.self) { try own.kept(at: path, replaces: false) }
    other.finished = other.shards
    try AtomicFile.write(other.encoded(), to: path)
    #expect(try own.kept(at: path, replaces: false).makers == other.makers)
    #expect(try own.kept(at: path, replaces: true).makers == own.makers)
  }
}
