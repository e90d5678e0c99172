/// Seeded parameters: every tensor has a stream of its own, made from the seed and its key, so that
/// neither order nor thread count nor machine changes a bit.
struct RandomParameters: ParameterSource {
  let seed: UInt64

  func holds(_ key: String, _ kind: OptionalParameter) -> Bool { kind == .head }

  func parameter(_ key: String, shape: Shape, initializer: Initializer) -> Tensor {
    let stream = RandomStream(seed: seed, name: key)
    switch initializer {
    case .constant(let value):
      return Tensor(shape: shape, elements: [Float](repeating: value, count: shape.count))
    case .uniform(let bound):
      let scale = Float(2 * bound / Double(1 << 24))
      let offset = Float(bound)
      return Tensor(generated: shape) { index in
        Float(stream.bits(at: UInt64(index)) >> 40) * scale - offset
      }
    case .normal(let deviation):
      return Tensor(generated: shape) { index in
        Float(deviation * NormalQuantile.value(at: stream.unit(at: UInt64(index))))
      }
    }
  }
}
