// Where the numbers of a network come from.

/// Where a network's parameters come from, by their slots.
protocol ParameterSource: Sendable {
  /// The parameter `slot`; throws where a checkpoint lacks it or holds another shape.
  func parameter(_ slot: Slot) throws -> Tensor
}

/// What tells the numbers of a parameter from others.
struct ParameterDigest: Sendable {
  /// What a hash over several parameters mixes in for this one.
  let words: [UInt64]

  /// Hash of these numbers alone.
  var hash: UInt64 {
    var hash = FNV1a()
    for word in words { hash.add(word: word) }
    return hash.value
  }

  init(_ tensor: Tensor, workers: Workers) { words = tensor.hashWords(workers: workers) }
}

/// Seeded parameters: every tensor has a stream of its own, made from the seed and its key, so that
/// neither order nor thread count nor machine changes a bit.
struct RandomParameters: ParameterSource {
  let seed: UInt64

  func parameter(_ slot: Slot) -> Tensor {
    let stream = RandomStream(seed: seed, name: slot.key)
    switch slot.initializer {
    case .constant(let value):
      return Tensor(
        shape: slot.shape, elements: [Float](repeating: value, count: slot.shape.count))
    case .uniform(let bound):
      let scale = Float(2 * bound / Double(1 << 24))
      let offset = Float(bound)
      return Tensor(generated: slot.shape) { index in
        Float(stream.bits(at: UInt64(index)) >> 40) * scale - offset
      }
    case .normal(let deviation):
      return Tensor(generated: slot.shape) { index in
        Float(deviation * NormalQuantile.value(at: stream.unit(at: UInt64(index))))
      }
    }
  }
}
