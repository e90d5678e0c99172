/// Table 1 of the paper on this machine: 24 depth-wise convolutions in a row.
///
/// The paper runs batches of 64 images on a GPU; here it is one image, and milliseconds are compared
/// by image.
public struct DepthwiseBench: Sendable {
  public static let layers = 24
  public static let channels = 384
  /// Images a batch in the paper's table.
  public static let publishedBatch = 64
  public static let kernels = [3, 5, 7, 9, 13, 17, 21, 27, 29, 31]
  public static let sides = [16, 32, 64]

  /// One cell of the table.
  public struct Timing: Sendable, Encodable {
    public let side: Int
    public let kernel: Int
    /// Forward through the whole stack, one image.
    public let milliseconds: Double
    /// Counting every tap, also those that only meet padding.
    public let gflops: Double
    /// The input gradient of the whole stack, likewise.
    public let gradientMilliseconds: Double
    public let gradientGflops: Double
    /// The paper's numbers for 64 images on a 2080 Ti, PyTorch 1.9 and the authors' kernels.
    public let publishedPyTorch: Double
    public let publishedLargeKernel: Double
  }

  public let repetitions: Int
  public let workers: Workers

  public init(repetitions: Int, workers: Workers) {
    self.repetitions = repetitions
    self.workers = workers
  }

  /// Times the stack for one map side and kernel side out of ``sides`` and ``kernels``.
  ///
  /// - Throws: `CancellationError`.
  public func timing(side: Int, kernel: Int) throws -> Timing {
    let program = try Self.stack(kernel: kernel)
    let shape = Shape(height: side, width: side, channels: Self.channels)
    let stream = RandomStream(seed: 1, name: "bench")
    let input = Tensor(generated: shape) { Float(stream.unit(at: UInt64($0))) - 0.5 }
    let seconds = try Stopwatch.median(repetitions: repetitions) {
      _ = try program.forward(input, to: program.nodes.count, keep: .nothing, workers: workers)
    }
    let activations = try program.forward(input, to: program.nodes.count, workers: workers)
    let gradientSeconds = try Stopwatch.median(repetitions: repetitions) {
      _ = try activations.inputGradient(of: input, workers: workers)
    }
    let operations = 2 * Double(shape.count * kernel * kernel * Self.layers)
    let published = Self.published(side: side, kernel: kernel)
    return Timing(
      side: side, kernel: kernel, milliseconds: seconds * 1000,
      gflops: operations / seconds / 1e9, gradientMilliseconds: gradientSeconds * 1000,
      gradientGflops: operations / gradientSeconds / 1e9, publishedPyTorch: published.pytorch,
      publishedLargeKernel: published.largeKernel)
  }

  private static func stack(kernel: Int) throws -> Program {
    let op = DepthwiseConvolution(
      channels: channels, window: SlidingWindow(kernel: kernel, padding: .same(kernel: kernel)))
    var builder = BlueprintBuilder(.usual, initialization: .frameworkDefault)
    var value = BlueprintBuilder.Value(id: 0, channels: channels)
    for layer in 0..<layers {
      // Keeps the numbers from growing or vanishing over the layers.
      value = builder.layer(
        "layers.\(layer)", op, [value], channels: channels,
        initializers: [.uniform(bound: 1.7 / Double(kernel))])
    }
    return try Program(builder.blueprint, from: RandomParameters(seed: 1))
  }

  /// Table 1 of arXiv:2203.06717, milliseconds for 64 images.
  static func published(side: Int, kernel: Int) -> (pytorch: Double, largeKernel: Double) {
    guard let row = sides.firstIndex(of: side), let column = kernels.firstIndex(of: kernel) else {
      return (.nan, .nan)
    }
    return (pytorchColumns[row][column], largeKernelColumns[row][column])
  }

  private static let pytorchColumns = [
    [5.6, 11.0, 14.4, 17.6, 36.0, 57.2, 83.4, 133.5, 150.7, 171.4],
    [21.9, 34.1, 54.8, 76.1, 141.2, 230.5, 342.3, 557.8, 638.6, 734.8],
    [69.6, 141.2, 228.6, 319.8, 600.0, 977.7, 1454.4, 2371.1, 2698.4, 3090.4],
  ]
  private static let largeKernelColumns = [
    [5.6, 6.5, 6.4, 6.9, 7.5, 8.4, 8.4, 8.4, 8.3, 8.4],
    [21.9, 28.7, 34.6, 40.6, 52.5, 64.5, 73.9, 87.9, 92.7, 96.7],
    [69.6, 112.6, 130.7, 152.6, 199.7, 251.5, 301.0, 378.2, 406.0, 431.7],
  ]
}
