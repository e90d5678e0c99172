import Testing

@testable import ERFEngine

/// Operators of exported networks over values of any rank: gradients by differences, values by their
/// definitions.
@Suite struct ArrayOperatorTests {
  static let shapes: [Shape] = [
    [7], [1, 3], [2, 5, 4], [1, 4, 3, 6], [2, 3, 1, 2], [2, 2, 3, 2, 3],
  ]
  private let workers = Workers(threads: 2)

  @Test(arguments: shapes) func functions(_ shape: Shape) throws {
    let functions: [ScalarFunction] = [
      .sigmoid, .silu, .tanh, .exp, .erf, .geluTanh, .hardSwish, .abs, .square, .softplus, .mish,
      .softsign, .sin, .cos, .hardSigmoid(slope: 0.2, offset: 0.5), .leakyReLU(slope: 0.1),
      .clip(low: -0.85, high: 0.65), .affine(scale: -3, shift: 2), .elu(alpha: 1.5, factor: 1.1),
    ]
    for function in functions {
      let error = try OperatorChecks.gradientError(
        Elementwise(function: function), inputs: [shape], step: 2e-3,
        values: { OperatorChecks.values($0, seed: $1).awayFrom([-0.85, 0.65]) })
      #expect(error < 4e-3, "\(function)")
    }
    for function: ScalarFunction in [.sqrt, .reciprocal, .log, .power(1.7), .power(-0.75)] {
      let error = try OperatorChecks.gradientError(
        Elementwise(function: function), inputs: [shape], step: 2e-3,
        values: { OperatorChecks.values($0, seed: $1).magnitudes(from: 0.4) })
      #expect(error < 4e-3, "\(function)")
    }
  }

  static let operands: [(Shape, Shape)] = [
    ([2, 3, 4], [2, 3, 4]), ([2, 3, 4], [4]), ([2, 3, 4], [3, 1]), ([3, 1], [2, 3, 4]),
    ([1, 4, 5, 6], [1, 1, 1, 6]), ([1, 4, 5, 6], [1, 4, 5, 1]), ([2, 1, 3], [1, 4, 1]), ([5], []),
  ]

  @Test(arguments: operands) func pairs(_ left: Shape, _ right: Shape) throws {
    for function: PairFunction in [.add, .subtract, .multiply, .divide, .maximum, .minimum, .power]
    {
      let make = function == .maximum || function == .minimum ? Self.apart : Self.positive
      let isWhole = left.rank == 4
      let error = try OperatorChecks.gradientError(
        Arithmetic(function: function, isWhole: isWhole), inputs: [left, right], step: 2e-3,
        values: make)
      #expect(error < 4e-3, "\(function)")
      for isLeft in [true, false] {
        let op = Arithmetic(
          function: function, constant: ConstantOperand(shape: left, isLeft: isLeft),
          isWhole: isWhole)
        let layer = Layer(op, [make(left, 7)])
        #expect(
          try OperatorChecks.gradientError(layer, inputs: [right], step: 2e-3, values: make) < 4e-3,
          "\(function) with a constant, \(isLeft)")
      }
    }
  }

  /// As PyTorch has it, where the formulas would make 0 * infinity.
  @Test func powersOfZeroHaveSlopes() {
    let layer = Layer(Arithmetic(function: .power))
    let inputs = [
      Tensor(shape: [4], elements: [0, 0, 2, 0]), Tensor(shape: [4], elements: [0, 1, 0, 2]),
    ]
    let (output, kept) = layer.forward(inputs, keep: .inputGradient, workers: workers)
    #expect(output.elements == [1, 0, 1, 0])
    let gradients = layer.inputGradient(
      of: Tensor(shape: [4], elements: [1, 1, 1, 1]), kept: kept, inputs: [[4], [4]],
      workers: workers)
    #expect(gradients[0].elements == [0, 1, 0, 0])
    #expect(gradients[1].elements.map { ($0 * 1e4).rounded() } == [0, 0, 6931, 0])
  }

  /// As in PyTorch, which hands zeros back without a look at what comes.
  @Test(arguments: [ScalarFunction.floor, .ceil, .round, .sign])
  func stepsHandNothingBack(_ function: ScalarFunction) {
    let layer = Layer(Elementwise(function: function))
    let input = Tensor(shape: [3], elements: [0, 0.5, 1])
    let (_, kept) = layer.forward([input], keep: .inputGradient, workers: workers)
    let gradients = layer.inputGradient(
      of: Tensor(shape: [3], elements: [.infinity, .nan, 1]), kept: kept, inputs: [[3]],
      workers: workers)
    #expect(gradients[0].elements == [0, 0, 0])
  }

  @Test func pairsAreThoseOfNumpy() {
    let left = Tensor(shape: [2, 1, 3], elements: [1, 2, 3, 4, 5, 6])
    let right = Tensor(shape: [2, 1], elements: [10, 100])
    let sum = FunctionKernels.pair(.add, left, right, workers: workers)
    #expect(sum.shape == [2, 2, 3])
    #expect(sum.elements == [11, 12, 13, 101, 102, 103, 14, 15, 16, 104, 105, 106])
    let back = ReductionKernels.sum(sum, to: [2, 1], workers: workers)
    #expect(back.elements == [81, 621])
  }

  /// No two so near to each other that a step makes the smaller one larger, seeds 1 to 9 apart.
  private static func apart(_ shape: Shape, _ seed: UInt64) -> Tensor {
    Tensor(
      shape: shape,
      elements: (0..<shape.count).map { Float($0 * 7919 % 101) / 10 + Float(seed) / 100 })
  }

  private static func positive(_ shape: Shape, _ seed: UInt64) -> Tensor {
    OperatorChecks.values(shape, seed: seed).magnitudes(from: 0.5 + Float(seed) / 10)
  }

  @Test func reductions() throws {
    let cases: [(Shape, [Int])] = [
      ([2, 3, 4], [2]), ([2, 3, 4], [0, 2]), ([2, 3, 4], [0, 1, 2]),
      ([1, 5, 4, 3], [1, 2]),
      ([1, 5, 4, 3], [3]),
    ]
    for (shape, axes) in cases {
      for rule: Reduction.Rule in [.sum, .mean, .maximum, .minimum] {
        for keeps in [true, false] {
          let op = Reduction(rule: rule, axes: axes, keepsAxes: keeps)
          let error = try OperatorChecks.gradientError(
            op, inputs: [shape], step: 1e-3, values: Self.apart)
          #expect(error < 1e-2, "\(rule) over \(axes) of \(shape)")
        }
      }
    }
    let tensor = Tensor(shape: [2, 3], elements: [1, 5, 3, -4, 0, 2])
    func reduced(_ rule: ReductionKernels.Rule, _ axes: Set<Int>) -> [Float] {
      ReductionKernels.reduce(tensor, rule, axes: axes, workers: workers).elements
    }
    #expect(reduced(.sum, [1]) == [9, -2] && reduced(.sum, [0]) == [-3, 5, 5])
    #expect(reduced(.maximum, [1]) == [5, 2] && reduced(.minimum, [0]) == [-4, 0, 2])
    #expect(reduced(.maximum, [0, 1]) == [5])
    // Sums of many rows are cut into parts.
    let long = Tensor(shape: [3000, 2], elements: (0..<6000).map { Float($0 % 2 + 1) })
    let sums = ReductionKernels.reduce(long, .sum, axes: [0], workers: workers)
    #expect(sums.elements == [3000, 6000])
  }

  @Test(arguments: shapes) func softmax(_ shape: Shape) throws {
    #expect(try OperatorChecks.gradientError(Softmax(), inputs: [shape], step: 1e-2) < 4e-3)
  }

  @Test(arguments: [1, 2, 16, 33]) func layerNorm(_ columns: Int) throws {
    let cases: [(Shape, [Int])] = [
      ([3, columns], [columns]), ([1, 2, 3, columns], [columns]), ([2, 3, columns], [3, columns]),
    ]
    for (shape, row) in cases {
      for isCentred in [true, false] where !isCentred || row.reduce(1, *) > 2 {
        let op = LayerNorm(row: row, epsilon: 1e-3, isCentred: isCentred)
        let layer = Layer(
          op,
          [OperatorChecks.values(Shape(row), seed: 5), OperatorChecks.values(Shape(row), seed: 6)])
        #expect(
          try OperatorChecks.gradientError(layer, inputs: [shape], step: 2e-3) < 1e-2,
          "\(shape) \(row)")
      }
    }
  }

  @Test func matrixProducts() throws {
    let cases: [(Shape, Shape)] = [
      ([3, 4], [4, 5]), ([2, 3, 4], [2, 4, 5]), ([2, 1, 3, 4], [1, 3, 4, 2]), ([2, 3, 4], [4, 1]),
      ([1, 1], [1, 7]),
    ]
    for (left, right) in cases {
      for (a, b) in [(false, false), (true, false), (false, true), (true, true)] {
        func turned(_ shape: Shape, _ turn: Bool) -> Shape {
          turn ? Shape(shape.extents.dropLast(2) + shape.extents.suffix(2).reversed()) : shape
        }
        var op = MatrixMultiplication(transposedLeft: a, transposedRight: b)
        let shapes = [turned(left, a), turned(right, b)]
        #expect(
          try OperatorChecks.gradientError(op, inputs: shapes) < 2e-3, "\(left) \(right) \(a) \(b)")
        // The same product as of matrices that lie the usual way.
        let tensors = shapes.map { OperatorChecks.values($0, seed: 3) }
        func straight(_ tensor: Tensor, _ turn: Bool) -> Tensor {
          let rank = tensor.shape.rank
          return turn
            ? MovementKernels.permute(
              tensor, axes: Array(0..<rank - 2) + [rank - 1, rank - 2], workers: workers) : tensor
        }
        let product = MatrixKernels.multiply(
          tensors[0], tensors[1], transposedLeft: a, transposedRight: b, workers: workers)
        let same = MatrixKernels.multiply(
          straight(tensors[0], a), straight(tensors[1], b), workers: workers)
        #expect(zip(product.elements, same.elements).allSatisfy { abs($0 - $1) < 1e-5 })
        op.constant = ConstantOperand(shape: shapes[0], isLeft: true)
        #expect(
          try OperatorChecks.gradientError(Layer(op, [tensors[0]]), inputs: [shapes[1]]) < 2e-3)
        op.constant = ConstantOperand(shape: shapes[1], isLeft: false)
        #expect(
          try OperatorChecks.gradientError(Layer(op, [tensors[1]]), inputs: [shapes[0]]) < 2e-3)
      }
    }
  }

  /// As products and a softmax give it, rows in blocks.
  @Test(arguments: [nil, [1, 1], [2, 3]] as [[Int]?]) func attention(_ bias: [Int]?) throws {
    let (queries, keys) = (5, 7)
    let shapes: [Shape] = [[2, queries, 3, 4], [2, keys, 3, 4], [2, keys, 3, 2]]
    let table = bias.map { OperatorChecks.values(Shape($0 + [queries, keys]), seed: 5) }
    let op = Attention(scale: 0.5, bias: table?.shape)
    let layer = Layer(op, table.map { [$0] } ?? [])
    #expect(try OperatorChecks.gradientError(layer, inputs: shapes) < 4e-3)
    let inputs = shapes.enumerated().map { OperatorChecks.values($1, seed: UInt64($0) + 1) }
    let (output, _) = layer.forward(inputs, keep: .nothing, workers: workers)
    let heads = inputs.map { MovementKernels.permute($0, axes: [0, 2, 1, 3], workers: workers) }
    var scores = MatrixKernels.multiply(heads[0], heads[1], transposedRight: true, workers: workers)
    _ = FunctionKernels.apply(
      .affine(scale: 0.5, shift: 0), to: &scores, keep: false, workers: workers)
    if let table { scores = FunctionKernels.pair(.add, scores, table, workers: workers) }
    RowKernels.softmax(&scores, workers: workers)
    let mixed = MatrixKernels.multiply(scores, heads[2], workers: workers)
    let expected = MovementKernels.permute(mixed, axes: [0, 2, 1, 3], workers: workers)
    #expect(zip(output.elements, expected.elements).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  /// Rows beyond one block, in both directions.
  @Test func attentionInBlocks() throws {
    let shapes: [Shape] = [[1, 90, 1, 3], [1, 2000, 1, 3], [1, 2000, 1, 2]]
    let inputs = shapes.enumerated().map { OperatorChecks.values($1, seed: UInt64($0) + 1) }
    let layer = Layer(Attention(scale: 1))
    let (whole, kept) = layer.forward(inputs, keep: .inputGradient, workers: workers)
    let back = layer.inputGradient(of: whole, kept: kept, inputs: shapes, workers: workers)
    for row in [0, 15, 16, 17, 89] {
      let choices: [[Int32]?] = [nil, [Int32(row)], nil, nil]
      let query = MovementKernels.select(inputs[0], choices, fill: 0, workers: workers)
      let one = [query, inputs[1], inputs[2]]
      let (part, kept) = layer.forward(one, keep: .inputGradient, workers: workers)
      let gradient = layer.inputGradient(
        of: part, kept: kept, inputs: one.map(\.shape), workers: workers)
      for column in 0..<2 { #expect(abs(part[column] - whole[row * 2 + column]) < 1e-5) }
      for column in 0..<3 { #expect(abs(gradient[0][column] - back[0][row * 3 + column]) < 1e-5) }
    }
  }

  /// By the definition, whatever axes are joined or copied in blocks.
  @Test func permutations() throws {
    let cases: [(Shape, [Int])] = [
      ([3, 4], [1, 0]), ([2, 3, 4], [0, 2, 1]), ([2, 3, 4], [2, 1, 0]),
      ([2, 3, 4], [1, 0, 2]),
      ([2, 3, 4, 5], [0, 2, 3, 1]), ([2, 3, 4, 5], [3, 0, 2, 1]), ([1, 17, 1, 19], [0, 3, 2, 1]),
      ([2, 2, 2, 2, 3], [4, 1, 3, 0, 2]), ([5], [0]), ([40, 33], [1, 0]),
    ]
    for (shape, axes) in cases {
      let tensor = OperatorChecks.values(shape, seed: 1)
      let result = MovementKernels.permute(tensor, axes: axes, workers: workers)
      #expect(result.shape == Shape(axes.map { shape[$0] }))
      var place = [Int](repeating: 0, count: axes.count)
      for index in 0..<result.count {
        var rest = index
        for axis in axes.indices.reversed() {
          place[axes[axis]] = rest % result.shape[axis]
          rest /= result.shape[axis]
        }
        let source = zip(shape.extents, place).reduce(0) { $0 * $1.0 + $1.1 }
        #expect(result[index] == tensor[source])
      }
      #expect(try OperatorChecks.gradientError(Permutation(axes: axes), inputs: [shape]) < 2e-3)
    }
  }

  @Test func selections() throws {
    let cases: [(Shape, [[Int32]?])] = [
      ([2, 5, 3], [nil, [1, 2, 3], nil]), ([2, 5, 3], [nil, [4, 0, 0, -1, 2], [2, 0]]),
      ([2, 5, 3], [[1, 0], nil, nil]), ([4], [[3, 3, -1]]),
      ([1, 3, 2, 4], [nil, nil, nil, [1, 2]]),
      ([2, 3], [nil, nil]), ([2, 3], [[-1, 0], [0, 1, 2]]),
    ]
    for (shape, choices) in cases {
      let op = Selection(choices: choices, fill: 9)
      #expect(try OperatorChecks.gradientError(op, inputs: [shape]) < 2e-3, "\(choices)")
    }
    let tensor = Tensor(shape: [2, 3], elements: [1, 2, 3, 4, 5, 6])
    let picked = MovementKernels.select(tensor, [[1, -1], [2, 2, 0]], fill: 9, workers: workers)
    #expect(picked.shape == [2, 3] && picked.elements == [6, 6, 4, 9, 9, 9])
  }

  @Test func concatenations() throws {
    for axis in 0..<3 {
      var (left, right) = ([2, 3, 4], [2, 3, 4])
      (left[axis], right[axis]) = (1, 2)
      let op = Concatenation(axis: axis, constants: [nil, nil], extents: [1, 2])
      #expect(try OperatorChecks.gradientError(op, inputs: [Shape(left), Shape(right)]) < 2e-3)
      let mixed = Concatenation(axis: axis, constants: [Shape(left), nil], extents: [2])
      let layer = Layer(mixed, [OperatorChecks.values(Shape(left), seed: 4)])
      #expect(try OperatorChecks.gradientError(layer, inputs: [Shape(right)]) < 2e-3)
    }
    // A constant of one image goes before each of several.
    let token = Concatenation(axis: 1, constants: [[1, 1, 2], nil], extents: [1])
    let layer = Layer(token, [Tensor(shape: [1, 1, 2], elements: [7, 8])])
    let images = Tensor(shape: [2, 1, 2], elements: [1, 2, 3, 4])
    let (joined, _) = layer.forward([images], keep: .nothing, workers: workers)
    #expect(joined.shape == [2, 2, 2] && joined.elements == [7, 8, 1, 2, 7, 8, 3, 4])
  }

  @Test func resampling() throws {
    let weights = AxisWeights(
      inputs: 4,
      rows: [
        .init(first: 0, weights: [0.5, 0.5]), .init(first: 3, weights: [1]),
        .init(first: 1, weights: [0.2, 0.3, 0.5]),
      ])
    for axis in 1...2 {
      let op = Resampling(steps: [Resampling.Step(axis: axis, weights: weights)])
      #expect(try OperatorChecks.gradientError(op, inputs: [[1, 4, 4, 3]]) < 2e-3)
    }
    let row = Tensor(shape: [4], elements: [1, 2, 4, 8])
    let mixed = ResamplingKernels.apply(weights, to: row, axis: 0, workers: workers)
    #expect(zip(mixed.elements, [1.5, 8, 0.4 + 1.2 + 4]).allSatisfy { abs($0 - Float($1)) < 1e-5 })
  }

  @Test func windows() throws {
    for rule: WindowPool.Rule in [.maximum, .mean] {
      let cases: [([Int], [Int], [Int])] = [
        ([3, 2], [2, 1], [1, 1]), ([2, 2], [2, 2], [2, 2]), ([1, 4], [1, 3], [1, 1]),
        ([3, 3], [2, 2], [1, 1]),
      ]
      for (kernel, strides, dilations) in cases {
        for roundsUp in [false, true] {
          for counts in [false, true] {
            let op = WindowPool(
              rule: rule, kernel: kernel, strides: strides, dilations: dilations, before: [1, 0],
              after: [0, 1], roundsUp: roundsUp, countsPadding: counts)
            #expect(
              try OperatorChecks.gradientError(op, inputs: [[2, 6, 7, 3]], step: 5e-3) < 3e-3)
          }
        }
      }
    }
  }

  @Test func transposedConvolutions() throws {
    let cases = [(2, 2, 0, 1, 0), (3, 2, 1, 1, 1), (4, 2, 1, 2, 0), (3, 1, 1, 4, 0)]
    for (kernel, stride, padding, groups, extra) in cases {
      let op = TransposedConvolution(
        inputs: 4, outputs: 8, groups: groups, hasBias: true,
        convolution: SlidingWindow(kernel: kernel, stride: stride, padding: Padding(padding)),
        outputPadding: (extra, extra))
      let layer = Layer(
        op,
        [OperatorChecks.values(op.weightShape, seed: 8), OperatorChecks.values([8], seed: 9)])
      #expect(try OperatorChecks.gradientError(layer, inputs: [[2, 4, 3, 4]]) < 2e-3)
    }
  }
}

extension Tensor {
  /// Nothing near the places where a function bends.
  fileprivate func awayFrom(_ kinks: [Float]) -> Tensor {
    Tensor(
      shape: shape,
      elements: elements.map { value in
        kinks.contains { abs($0 - value) < 0.02 } ? value + 0.05 : value
      })
  }

  /// Positive, and at least `least`.
  fileprivate func magnitudes(from least: Float) -> Tensor {
    Tensor(shape: shape, elements: elements.map { abs($0) + least })
  }
}
