import Synchronization

/// Forward passes that later ones over the same image build on: another unit needs none at all, a
/// network that was edited in stage k begins at the input of stage k.
///
/// What may be reused is recognised by content alone: the input's bits, and those of all layers and
/// parameters up to the output of a stage. Passes that were not used for longest are dropped.
public final class ForwardCache: Sendable {
  private struct Entry {
    /// Hash and shape of the input.
    let input: UInt64
    let prefixes: [UInt64]
    let activations: Activations
  }

  /// Most recently used last.
  private let entries = Mutex<[Entry]>([])
  /// Most that is kept, in bytes.
  let limit: Int

  /// A quarter of what this process may use, and at most 2 GB.
  public static let defaultLimit = min(2_000_000_000, ProcessMemory.machineBytes / 4)

  public init(limit: Int = ForwardCache.defaultLimit) {
    self.limit = limit
  }

  /// Bytes that are kept, counting what passes share for each of them.
  var bytes: Int { entries.withLock { $0.reduce(0) { $0 + $1.activations.bytes } } }

  /// The forward pass of `program` over `input` (1, H, W, C) to all of `value`, with what can be reused
  /// of earlier ones.
  ///
  /// `report` hears of the layers that are computed, `began` whether all of them are.
  ///
  /// - Throws: what `Program.forward` throws.
  func activations(
    of program: Program, input: Tensor, to value: Int, workers: Workers,
    report: Program.LayerReport = { _, _ in }, began: (_ isWhole: Bool) -> Void = { _ in }
  ) throws -> Activations {
    var hash = FNV1a()
    for extent in input.shape.extents { hash.add(word: UInt64(extent)) }
    input.addBits(to: &hash, workers: workers)
    let key = hash.value
    let shapes = try program.blueprint.upTo(value).shapes(input: input.shape)
    let plan = RegionPlan(program.blueprint, value: value, region: nil, shapes: shapes)
    let prefixes = program.prefixHashes
    let start = start(for: plan, prefixes: prefixes, input: key)
    began(start == nil)
    let activations = try program.forward(
      input, to: value, cuts: program.blueprint.cuts(to: value), from: start, workers: workers,
      report: report)
    if start?.cut != value {
      keep(Entry(input: key, prefixes: prefixes, activations: activations))
    }
    return activations
  }

  /// The entry that leaves least to be computed, and the value to begin at.
  private func start(
    for plan: RegionPlan, prefixes: [UInt64], input: UInt64
  ) -> (earlier: Activations, cut: Int)? {
    let cuts = Set(plan.blueprint.cuts(to: plan.value))
    return entries.withLock { entries in
      var best: (index: Int, cut: Int)?
      for (index, entry) in entries.enumerated() where entry.input == input {
        let shared = entry.activations.cuts.keys.filter {
          cuts.contains($0) && entry.prefixes[$0] == prefixes[$0]
            && entry.activations.plan.region(of: $0).contains(plan.region(of: $0))
        }
        guard let cut = shared.max(), cut > best?.cut ?? 0 else { continue }
        best = (index, cut)
      }
      guard let best else { return nil }
      let entry = entries.remove(at: best.index)
      entries.append(entry)
      return (entry.activations, best.cut)
    }
  }

  private func keep(_ entry: Entry) {
    entries.withLock { entries in
      entries.append(entry)
      var bytes = entries.reduce(0) { $0 + $1.activations.bytes }
      while bytes > limit, !entries.isEmpty {
        bytes -= entries.removeFirst().activations.bytes
      }
    }
  }
}
