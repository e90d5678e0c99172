import Foundation
import TestSupport
import Testing

@testable import ERFEngine

/// Runs cut into shares, kept, gone on with and put together.
@Suite struct ERFPartTests {
  private static let images = 8
  private let folder: TemporaryFolder
  private let computer = ERFComputer()

  init() throws { folder = try TemporaryFolder() }

  private func request(_ images: Int = Self.images) -> ERFRequest {
    ERFRequest(
      network: NetworkSpec(model: "replknet:kernels=13,9:layers=1,1:channels=8,12:classes=5"),
      images: .builtIn(images), size: InputSize(height: 40, width: 32))
  }

  private func part(
    _ shard: Shard?, of request: ERFRequest? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> ERFPart {
    try #require(
      try computer.compute(request ?? self.request(), shard: shard).part,
      sourceLocation: sourceLocation)
  }

  private func shards(_ count: Int) throws -> [ERFPart.Named] {
    try (1...count).map { ("\($0).erf", try part(Shard($0, of: count))) }
  }

  @Test(arguments: [
    (1, [0..<8]), (3, [0..<2, 2..<5, 5..<8]),
    (11, [0..<0, 0..<1, 1..<2, 2..<2, 2..<3, 3..<4, 4..<5, 5..<5, 5..<6, 6..<7, 7..<8]),
  ])
  func blocksFollowEachOther(_ count: Int, _ blocks: [Range<Int>]) throws {
    #expect((1...count).map { Shard($0, of: count)!.block(of: 8) } == blocks)
  }

  @Test(arguments: ["0/4", "5/4", "1/0", "1", "1/2/3", "a/b", "-1/2", "1/100001", "", "/"])
  func badShardsAreRefused(_ text: String) { #expect(Shard(text) == nil) }

  /// 1, 2, 3, 4, 7 and 11 shares, some of them empty, in several orders and groupings.
  @Test func mergedBytesAreThoseOfOneRun() throws {
    let single = try part(nil)
    let bytes = try single.encoded()
    let map = single.result().map
    for count in [1, 2, 3, 4, 7, 11] {
      let parts = try shards(count)
      #expect(try ERFPart.merged(parts).encoded() == bytes, "\(count)")
      #expect(try ERFPart.merged(parts.reversed()).encoded() == bytes, "\(count)")
      let odd = parts.filter { $0.part.shards[0].index % 2 == 1 }
      let even = parts.filter { $0.part.shards[0].index % 2 == 0 }
      if !even.isEmpty {
        let halves = [("even", try ERFPart.merged(even)), ("odd", try ERFPart.merged(odd))]
        #expect(try ERFPart.merged(halves).encoded() == bytes, "\(count)")
      }
      #expect(try ERFPart.merged(parts).result().map == map)
    }
  }

  @Test func aFileGivesThePartBack() throws {
    let part = try part(Shard(2, of: 3))
    let path = try folder.write(part.encoded(), to: "part.erf")
    #expect(try ERFPart(path: path) == part)
    #expect(part.done.map(\.index) == [2, 3, 4] && part.covered == 3 && part.isFinished)
    #expect(!part.isWhole && part.missingShards == [Shard(1, of: 3)!, Shard(3, of: 3)!])
  }

  /// What storage or a copy damaged is told, wherever the bit is: in the sums, or in what they are of.
  @Test func damagedBitsAreTold() throws {
    let bytes = try part(Shard(2, of: 3)).encoded()
    let planes = 2 * 8 * 32 * 32
    let sums = [bytes.count - 1, bytes.count - planes / 2, bytes.count - planes + 7]
    for place in sums + Array(stride(from: 0, to: bytes.count - planes, by: 7)) {
      var damaged = bytes
      damaged[place] ^= 1
      let path = try folder.write(damaged, to: "part.erf")
      let error = #expect(throws: (any Error).self, "\(place)") { try ERFPart(path: path) }
      guard place >= bytes.count - planes else { continue }
      #expect((error as? ERFPartError)?.explanation.contains("damaged") == true)
    }
    // Two highest bits, that is two signs.
    var damaged = bytes
    for place in [bytes.count - 1, bytes.count - 9] { damaged[place] ^= 0x80 }
    let path = try folder.write(damaged, to: "part.erf")
    #expect(throws: (any Error).self) { try ERFPart(path: path) }
  }

  /// What another program added behind the sums is no part of them.
  @Test func bytesBehindTheSumsAreTold() throws {
    let path = try folder.write(part(nil).encoded() + [0], to: "part.erf")
    let error = #expect(throws: CheckpointError.self) { try ERFPart(path: path) }
    #expect(error?.explanation.contains("part.erf is damaged: no tensor has the 1 byte") == true)
  }

  @Test func anEmptyShareIsAFileOfNoImages() throws {
    let part = try part(Shard(1, of: 11))
    #expect(part.done.isEmpty && part.isFinished && part.covered == 0)
    let path = try folder.write(part.encoded(), to: "empty.erf")
    #expect(try ERFPart(path: path) == part)
  }

  /// Stopped after three images, and gone on with from the file.
  @Test func aBrokenRunGoesOnWithTheSameBytes() throws {
    let bytes = try part(nil).encoded()
    let cancellation = Cancellation()
    var kept: ERFPart?
    #expect(throws: CancellationError.self) {
      try computer.compute(request(), shard: nil, cancellation: cancellation) { progress in
        guard case .part(let part) = progress else { return }
        kept = part
        if part.done.count == 3 { cancellation.cancel() }
      }
    }
    let path = try folder.write(try #require(kept).encoded(), to: "broken.erf")
    let broken = try ERFPart(path: path)
    #expect(broken.done.count == 3 && !broken.isFinished)
    var computed = 0
    let result = try computer.compute(
      request(), shard: nil,
      resume: { fresh in
        #expect(broken.difference(from: fresh) == nil)
        return broken
      },
      cancellation: Cancellation()
    ) { progress in
      if case .image = progress { computed += 1 }
    }
    #expect(computed == Self.images - 3)
    #expect(try result.part?.encoded() == bytes)
  }

  /// A picture that is another one than when its part was computed ends the run, and is named.
  @Test func changedPicturesAreNamed() throws {
    func picture(_ level: UInt8) throws -> [UInt8] {
      try PNGWriter.encode(
        Image(height: 40, width: 32, pixels: [UInt8](repeating: level, count: 40 * 32 * 3)))
    }
    let paths = try [("a.png", 60), ("b.png", 120)].map { name, level in
      try folder.write(try picture(UInt8(level)), to: name)
    }
    var request = request()
    request.images = .files(paths)
    let whole = try computer.compute(request, shard: nil, resume: { _ in nil }, progress: { _ in })
    let part = try #require(whole.part)
    func goOn() throws -> ERFResult {
      try computer.compute(request, shard: nil, resume: { _ in part }, progress: { _ in })
    }
    #expect(try goOn().map == whole.map)
    _ = try folder.write(try picture(200), to: "b.png")
    #expect(throws: ERFComputer.Failure.changed(image: part.done[1].name)) { try goOn() }
  }

  /// The exact sums against plain ones, which were what single runs gave before.
  @Test func mapsStayWithinRoundingOfPlainSums() throws {
    let network = try computer.network(request().network)
    var plain = [Double](repeating: 0, count: 40 * 32)
    for index in 0..<Self.images {
      let one = try computer.compute(
        ERFRequest(
          network: request().network, images: .builtInAt(index..<index + 1),
          size: InputSize(height: 40, width: 32)))
      for (pixel, value) in one.map.values.enumerated() { plain[pixel] += value }
    }
    #expect(network.stages.count == 2)
    let exact = try part(nil).result().map.values
    let worst = zip(exact, plain).map { exact, plain in
      exact == 0 ? abs(plain) : abs(plain / Double(Self.images) / exact - 1)
    }.max()
    #expect(try #require(worst) < 4e-16)
  }

  // MARK: What does not go together

  /// Numbers that no run writes, of files that somebody edited.
  @Test func absurdNumbersAreRefused() throws {
    let whole = try part(nil)
    for sums in [[1e308, 1e308], [-1e300]] {
      #expect(ExactSums(planes: sums.map { [$0, 0] }) == nil)
    }
    #expect(ExactSums(planes: [[Double]](repeating: [1], count: 65)) == nil)
    #expect(ExactSums(planes: [[1], [0x1p-60], [0x1p-120]])?.rounded == [1])
    // A unit far outside the layer's map, written over the one that is there.
    var edited = whole.subject
    edited.units = [Unit(row: Int.max, column: 1)]
    let other = ERFPart(
      subject: edited, images: whole.images, list: whole.list, command: whole.command, shards: [],
      makers: whole.makers, map: whole.map, done: whole.done, skipped: [])
    let path = try folder.write(try other.encoded(), to: "far.erf")
    #expect(throws: ERFPartError.self) { try ERFPart(path: path) }
  }

  @Test func otherRunsAreNamed() throws {
    var other = request()
    other.size = InputSize(height: 32, width: 32)
    let parts = [
      ("a.erf", try part(Shard(1, of: 2))), ("b.erf", try part(Shard(2, of: 2), of: other)),
    ]
    #expect(
      throws: RunPartError.mixture(
        path: "b.erf", other: "a.erf", difference: "input 32x32 and 40x32")
    ) { try ERFPart.merged(parts) }
    other = request(Self.images - 1)
    #expect(throws: RunPartError.self) {
      try ERFPart.merged([parts[0], ("c.erf", try part(Shard(2, of: 2), of: other))])
    }
  }

  @Test func overlapsAreNamed() throws {
    let parts = [
      ("a.erf", try part(Shard(1, of: 2))), ("b.erf", try part(Shard(2, of: 3))),
    ]
    let name = BuiltInImages.name(at: 2)
    #expect(
      throws: RunPartError.overlap(
        path: "b.erf", other: "a.erf", held: "image 3 (\(name))", cuts: "share 2/3 and share 1/2")
    ) { try ERFPart.merged(parts) }
    let twice = #expect(throws: RunPartError.self) { try ERFPart.merged([parts[0], parts[0]]) }
    #expect(twice?.explanation == "a.erf is given twice: give each share once")
  }

  @Test func whatIsMissingIsNumbered() throws {
    let parts = try shards(4)
    let half = try ERFPart.merged([parts[2], parts[0]])
    #expect(!half.isWhole && half.missingShards == [Shard(2, of: 4)!, Shard(4, of: 4)!])
    #expect(half.mixedInstructionSets.isEmpty)
    let several = try ERFPart.merged([parts[0], ("x", try part(Shard(3, of: 3)))])
    #expect(several.missingShards == nil)
  }

  /// A file of several shares that has a part of a missing one would overlap that share's own file.
  @Test func whatHoldsSomeOfAMissingShareIsTold() throws {
    let parts = try shards(3)
    var open = parts[1].part
    let last = open.done.removeLast()
    #expect(open.isFinished == false && !open.indices.contains(last.index))
    let sum = try ERFPart.merged([parts[0], ("b.erf", open)])
    let missing = try #require(sum.missingShards)
    #expect(missing == [Shard(2, of: 3)!, Shard(3, of: 3)!] && sum.holdsSome(of: missing))
    #expect(!open.holdsSome(of: missing) && !sum.holdsSome(of: [missing[1]]))
  }

  // MARK: Files that are none

  @Test func damagedPartsAreRefused() throws {
    let part = try part(Shard(1, of: 2))
    let text = String(decoding: try part.encoded(), as: Unicode.ASCII.self)
    func refuses(_ old: String, _ new: String) throws {
      #expect(text.contains(old), "\(old)")
      #expect(old.utf8.count == new.utf8.count)
      // Lengths stay, so that the header does.
      var bytes = try part.encoded()
      let place = try #require(
        bytes.indices.first { bytes[$0...].starts(with: Array(old.utf8)) })
      bytes.replaceSubrange(place..<place + old.utf8.count, with: Array(new.utf8))
      let path = try folder.write(bytes, to: "damaged.erf")
      let error = #expect(throws: (any Error).self, "\(new)") { try ERFPart(path: path) }
      // What nobody damaged by chance is refused all the same.
      #expect((error as? ERFPartError)?.explanation.contains("it is damaged") != true, "\(new)")
    }
    try refuses("replk-tui.erf", "replk-tui.xyz")
    try refuses("\\\"images\\\":8", "\\\"images\\\":2")
    try refuses("\\\"index\\\":3", "\\\"index\\\":7")
    try refuses("\\\"index\\\":3", "\\\"index\\\":2")
    try refuses("\\\"rule\\\":\\\"paper\\\"", "\\\"rule\\\":\\\"paler\\\"")
    try refuses("\\\"input\\\":[40,32]", "\\\"input\\\":[32,40]")
    try refuses("\"F64\"", "\"I64\"")
    for length in stride(from: 0, to: try part.encoded().count, by: 97) {
      let path = try folder.write(Array(try part.encoded().prefix(length)), to: "short.erf")
      #expect(throws: (any Error).self) { try ERFPart(path: path) }
    }
  }

  // MARK: Notes on the weights

  /// A part of a network of whose file `notes` are to be known.
  private func part(_ shard: Shard?, notes: [String]) throws -> ERFPart {
    var part = try part(shard)
    part.subject.weightsChoice = WeightsChoice(chosen: "", others: ["ema"], notes: notes)
    return part
  }

  @Test func notesAreKept() throws {
    let part = try part(nil, notes: ["left out", "in doubt"])
    let path = try folder.write(part.encoded(), to: "noted.erf")
    let read = try ERFPart(path: path)
    #expect(read == part && read.subject.weightsChoice?.notes == ["left out", "in doubt"])
    #expect(read.result().subject.weightsChoice?.others == ["ema"])
  }

  /// Parts of earlier versions open, and say nothing; beside a newer one its notes hold for both.
  @Test func partsWithoutNotesOpenAndMerge() throws {
    let old = try part(Shard(1, of: 2), notes: [])
    let new = try part(Shard(2, of: 2), notes: ["left out"])
    let text = String(decoding: try old.encoded(), as: UTF8.self)
    #expect(!text.contains("notes"))
    let path = try folder.write(old.encoded(), to: "old.erf")
    let merged = try ERFPart.merged([(path, ERFPart(path: path)), ("new.erf", new)])
    #expect(merged.subject.weightsChoice?.notes == ["left out"])
    let twice = try ERFPart.merged([
      ("one", part(Shard(1, of: 2), notes: ["left out"])), ("two", new),
    ])
    #expect(twice.subject.weightsChoice?.notes == ["left out"])
  }

  /// A run replaces what it found or wrote itself, and what is of its share, but nothing that came meanwhile.
  @Test func filesOfOtherSharesStay() throws {
    let parts = try shards(2).map(\.part)
    let path = folder.file("x.erf")
    var (one, other, again) = (PartPlace(path), PartPlace(path), PartPlace(path))
    try one.write(parts[0])
    try one.write(parts[0])
    #expect(throws: RunPartError.taken(path: path, found: "share 1/2")) {
      try other.write(parts[1])
    }
    try again.write(parts[0])
    #expect(try ERFPart(path: path) == parts[0])
    _ = try folder.write(Array("notes".utf8), to: "x.erf")
    #expect(throws: RunPartError.taken(path: path, found: "something else")) {
      try again.write(parts[0])
    }
    var last = PartPlace(path)
    try last.write(parts[1])
    #expect(try ERFPart(path: path) == parts[1] && folder.names == ["x.erf"])
    // What was taken away is written again.
    try FileManager.default.removeItem(atPath: path)
    try last.write(parts[1])
    #expect(try ERFPart(path: path) == parts[1])
  }

  /// Going on with a part of an earlier version says what the network's file says now.
  @Test func goingOnTakesTheNotesOver() throws {
    var request = request(2)
    request.network = NetworkSpec(file: Fixtures.path("names/grey.pth"))
    let new = try #require(try computer.compute(request).part)
    let notes = try #require(new.subject.weightsChoice?.notes)
    try #require(notes.contains { $0.contains("luminance") })
    var old = new
    old.subject.weightsChoice?.notes = []
    let result = try computer.compute(
      request, shard: nil, resume: { _ in old }, cancellation: Cancellation()
    ) { _ in }
    #expect(result.subject.weightsChoice?.notes == notes)
  }
}
