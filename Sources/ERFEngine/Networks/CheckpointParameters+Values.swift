// What is asked of the numbers in a file, and made of them.

extension Tensor {
  /// Whether all elements are zero; ends at the first that is not.
  var isZero: Bool {
    for index in 0..<count where self[index] != 0 { return false }
    return true
  }

  /// Kernels (O, 1, K, K) or (O, 4, K, K) as ones of red, green and blue: grey is their luminance, and a
  /// fourth channel is left out, which is zero then.
  func acceptingColours() -> Tensor {
    let (channels, area) = (shape[1], shape[2] * shape[3])
    return Tensor(generated: [shape[0], 3, shape[2], shape[3]]) { index in
      let (filter, colour, place) = (index / (3 * area), index / area % 3, index % area)
      return channels == 1
        ? Preprocessing.luminance[colour] * self[filter * area + place]
        : self[(filter * channels + colour) * area + place]
    }
  }
}
