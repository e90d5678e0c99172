/// Batch normalisation in training mode (Ioffe and Szegedy 2015, arXiv:1502.03167): with the statistics
/// of the batch, which also move the running ones.
extension BatchNorm: LearningOperator {
  /// What the running statistics move towards the batch's in one step: PyTorch's default.
  static let momentum = 0.1

  func forwardInTraining(
    _ inputs: consuming [Tensor], parameters: Parameters, noise: RandomStream, workers: Workers
  ) -> (Tensor, Kept) {
    let (weight, bias) = (parameters[0], parameters[1])
    let input = inputs[0]
    let statistics = StatisticsKernels.moments(input, workers: workers)
    let scales = statistics.variances.enumerated().map { channel, variance in
      Double(weight[channel]) / (variance + epsilon).squareRoot()
    }
    let shifts = scales.enumerated().map { channel, scale in
      Float(Double(bias[channel]) - statistics.means[channel] * scale)
    }
    let output = ElementKernels.scaled(
      input, by: Tensor(shape: weight.shape, elements: scales.map { Float($0) }),
      shift: Tensor(shape: weight.shape, elements: shifts), workers: workers)
    return (output, .batch(input: input, statistics))
  }

  /// With r = 1 / sqrt(variance + epsilon) and sums over the n pixels of the batch: of the shift sum(g),
  /// of the scale r sum(g (x - mean)), of the input
  /// weight r (g - sum(g) / n - (x - mean) r^2 sum(g (x - mean)) / n).
  func gradients(
    of gradient: consuming Tensor, parameters: Parameters, kept: Kept, inputs: [Shape],
    needsInputs: Bool, workers: Workers
  ) -> LayerGradients {
    let weight = parameters[0]
    guard case .batch(let input, let statistics) = kept else {
      preconditionFailure("the forward pass kept nothing")
    }
    var gradient = gradient
    let means = Tensor(shape: weight.shape, elements: statistics.means.map { Float($0) })
    let (sums, products) = StatisticsKernels.products(
      gradient, input: input, centre: means, workers: workers)
    let count = Double(input.shape.pixels)
    var ofWeight: [Float] = []
    var factors: (slope: [Float], shift: [Float], scale: [Float]) = ([], [], [])
    for (channel, variance) in statistics.variances.enumerated() {
      let inverse = 1 / (variance + epsilon).squareRoot()
      // The means that were subtracted are rounded.
      let product =
        products[channel] + (Double(means[channel]) - statistics.means[channel]) * sums[channel]
      ofWeight.append(Float(product * inverse))
      factors.slope.append(Float(-inverse * inverse * product / count))
      factors.shift.append(Float(-sums[channel] / count))
      factors.scale.append(Float(Double(weight[channel]) * inverse))
    }
    if needsInputs {
      func vector(_ elements: [Float]) -> Tensor { Tensor(shape: weight.shape, elements: elements) }
      ElementKernels.normGradient(
        &gradient, input: input, centre: means, slope: vector(factors.slope),
        shift: vector(factors.shift), scale: vector(factors.scale), workers: workers)
    }
    return LayerGradients(
      inputs: needsInputs ? [gradient] : [],
      parameters: [
        Tensor(shape: weight.shape, elements: ofWeight),
        Tensor(shape: weight.shape, elements: sums.map { Float($0) }),
      ])
  }

  /// The running mean and variance after a batch; the variance without bias, as in PyTorch.
  func running(
    _ parameters: Parameters, after batch: BatchStatistics
  ) -> (mean: Tensor, variance: Tensor) {
    let unbiased = Double(batch.count) / Double(max(1, batch.count - 1))
    func moved(_ old: Tensor, _ new: (Int) -> Double) -> Tensor {
      Tensor(
        shape: old.shape,
        elements: (0..<old.count).map {
          Float(Double(old[$0]) * (1 - Self.momentum) + new($0) * Self.momentum)
        })
    }
    return (
      moved(parameters[2]) { batch.means[$0] },
      moved(parameters[3]) { batch.variances[$0] * unbiased }
    )
  }
}
