import Foundation
import TestSupport
import Testing

@testable import ERFEngine

/// Damaged checkpoints: whatever is done to their bytes, opening them is an error or an answer, never a
/// trap, a hang or a wrong read.
///
/// The mutations are the same in every run; REPLK_FUZZ_SECONDS says how far to go through them.
@Suite struct CheckpointFuzzTests {
  private static let seconds =
    ProcessInfo.processInfo.environment["REPLK_FUZZ_SECONDS"].flatMap(Double.init) ?? 20

  /// The fixtures, and the real files where they are beside the package.
  private static func corpus() throws -> [[UInt8]] {
    var files = try Fixtures.files(in: "checkpoints").map {
      try Fixtures.bytes("checkpoints/\($0)")
    }
    files.append(try Fixtures.bytes("resnet-tiny.safetensors"))
    let folder = SharedFolder.path("checkpoints")
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder).sorted()) ?? [] {
      guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)"),
        data.count < 1 << 20
      else { continue }
      files.append([UInt8](data))
    }
    return files
  }

  @Test func damagedFilesNeverTrap() throws {
    let corpus = try Self.corpus()
    let folder = try TemporaryFolder()
    let start = ContinuousClock.now
    var mutator = Mutator(seed: 2)
    var slowest = Duration.zero
    var opened = 0
    var rounds = 0
    while ContinuousClock.now - start < .seconds(Self.seconds) {
      let bytes = mutator.mutated(corpus[rounds % corpus.count], among: corpus)
      rounds += 1
      let path = try folder.write(bytes, to: "damaged.pth")
      let before = ContinuousClock.now
      if Self.open(path) { opened += 1 }
      slowest = max(slowest, ContinuousClock.now - before)
    }
    #expect(opened > 0 && opened < rounds)
    // Generous, for sanitizers on a busy machine: what hangs takes for ever.
    #expect(slowest < .seconds(30))
  }

  /// Whether the file at `path` can still be opened; if so, all that opening leads to is done.
  private static func open(_ path: String) -> Bool {
    guard let file = try? CheckpointInspection(path: path) else { return false }
    for name in file.names.prefix(16) { _ = try? file.tensor(name) }
    _ = try? Network(NetworkSpec(model: nil, weights: .file(path)))
    return true
  }
}

/// Seeded damage to files.
struct Mutator {
  private let stream: RandomStream
  private var draws: UInt64 = 0

  init(seed: UInt64) { stream = RandomStream(seed: seed) }

  /// 0 ..< bound.
  private mutating func draw(_ bound: Int) -> Int {
    draws += 1
    return Int(stream.bits(at: draws) % UInt64(max(1, bound)))
  }

  /// Places near the ends, where headers, pickles and directories lie, come up more often.
  private mutating func place(in count: Int) -> Int {
    let near = min(count, 4096)
    switch draw(4) {
    case 0: return draw(near)
    case 1: return count - 1 - draw(near)
    default: return draw(count)
    }
  }

  mutating func mutated(_ whole: [UInt8], among corpus: [[UInt8]]) -> [UInt8] {
    var bytes = whole
    for _ in 0..<1 + draw(4) where bytes.count > 16 {
      let at = place(in: bytes.count)
      switch draw(8) {
      case 0: bytes.removeLast(draw(bytes.count))
      case 1: bytes.removeSubrange(at..<min(bytes.count, at + 1 + draw(64)))
      case 2: bytes.insert(contentsOf: (0..<1 + draw(16)).map { UInt8($0) }, at: at)
      case 3:
        // Numbers at the edges of their range.
        let edges: [UInt64] = [0, 1, 0x7F, 0xFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 40, .max]
        let edge = edges[draw(edges.count)]
        for byte in 0..<[1, 2, 4, 8][draw(4)] where at + byte < bytes.count {
          bytes[at + byte] = UInt8(truncatingIfNeeded: edge >> (8 * byte))
        }
      case 4:
        let other = corpus[draw(corpus.count)]
        let from = place(in: other.count)
        let part = other[from..<min(other.count, from + 1 + draw(256))]
        bytes.replaceSubrange(at..<min(bytes.count, at + part.count), with: part)
      case 5:
        let to = place(in: bytes.count)
        let part = Array(bytes[at..<min(bytes.count, at + 1 + draw(128))])
        bytes.insert(contentsOf: part, at: to)
      case 6: bytes[at] ^= 1 << UInt8(draw(8))
      default: bytes[at] = UInt8(draw(256))
      }
    }
    return bytes.isEmpty ? [0] : bytes
  }
}
