// What units can be reached from, where elements only move and where an operator computes from all pixels.

import Testing

@testable import ERFEngine

@Suite struct TheoreticalFieldTests {
  /// Codes of positions, a number for each token and channel, make no token see more.
  @Test func tokensOfPatchesSeeTheirPatch() throws {
    let position = Arithmetic(
      function: .add, constant: ConstantOperand(shape: [1, 4, 4], isLeft: false), isWhole: true)
    #expect(
      try fields(of: [Reshape(to: [1, 4, 4]), position]) == [.side(16), .side(16)])
    // Two pixels in one token.
    #expect(try fields(of: [Reshape(to: [1, 2, 8])]) == [.unknown])
  }

  @Test func tokensBehindAttentionSeeAll() throws {
    let heads = Reshape(to: [1, 4, 2, 2])
    let attention = Attention(scale: 1)
    #expect(
      try fields(of: [Reshape(to: [1, 4, 4]), heads, attention, Reshape(to: [1, 2, 2, 4])])
        == [.side(16), .unknown, .wholeInput, .wholeInput])
    // Each of two windows by itself.
    #expect(try fields(of: [Reshape(to: [2, 2, 2, 2]), attention]) == [.unknown, .unknown])
  }

  @Test func whatIsMovedIsNotKnown() throws {
    let flip = Selection(choices: [nil, nil, [1, 0], nil])
    #expect(try fields(of: [flip]) == [.unknown])
    let roll = Selection(choices: [nil, [1, 2, 3, 0], nil, nil])
    #expect(try fields(of: [roll], side: 64) == [.unknown])
    // A class token in front.
    let joined = Concatenation(axis: 1, constants: [[1, 1, 4], nil], extents: [4])
    #expect(try fields(of: [Reshape(to: [1, 4, 4]), joined]) == [.side(16), .unknown])
  }

  @Test func whatComesFromAllPixelsSeesAll() throws {
    #expect(try fields(of: [GlobalAveragePool()]) == [.wholeInput])
    let largest = Reduction(rule: .maximum, axes: [1], keepsAxes: true)
    #expect(try fields(of: [Reshape(to: [1, 4, 4]), largest]) == [.side(16), .wholeInput])
    let columns = Reduction(rule: .maximum, axes: [2], keepsAxes: true)
    #expect(try fields(of: [columns]) == [.unknown])
    // Two groups of channels, and the tokens of each channel.
    let turned = Permutation(axes: [0, 3, 1, 2])
    let norm = LayerNorm(row: [8], hasWeight: false, hasBias: false)
    #expect(
      try fields(of: [turned, Reshape(to: [1, 2, 8]), norm]) == [.unknown, .unknown, .wholeInput])
    let mixer = Linear(inputs: 4, outputs: 4)
    #expect(
      try fields(of: [Reshape(to: [1, 4, 4]), Permutation(axes: [0, 2, 1]), mixer])
        == [.side(16), .unknown, .wholeInput])
  }

  /// A unit that sees all somehow sees all, whatever else it sees.
  @Test func whereValuesMeet() throws {
    var blueprint = Self.patches
    func add(_ op: any Operator, _ inputs: [Int]) {
      blueprint.nodes.append(Blueprint.Node(scope: "", block: "", op: op, inputs: inputs))
    }
    add(Selection(choices: [nil, nil, [1, 0], nil]), [1])
    add(GlobalAveragePool(), [1])
    add(Arithmetic(function: .add), [1, 2])
    add(Arithmetic(function: .multiply), [4, 3])
    let fields = try blueprint.theoreticalFields(blueprint.shapes(input: [1, 32, 32, 3]))
    #expect(fields.suffix(4) == [.unknown, .wholeInput, .unknown, .wholeInput])
  }

  /// A map (1, 2, 2, 4) of a picture of 32 x 32 pixels.
  private static var patches: Blueprint {
    var blueprint = Blueprint()
    let convolution = Convolution(
      inputs: 3, outputs: 4, window: SlidingWindow(kernel: 16, stride: 16, padding: Padding(0)))
    blueprint.nodes.append(Blueprint.Node(scope: "", block: "", op: convolution, inputs: [0]))
    return blueprint
  }

  /// Of operators one after the other behind patches of 16 x 16 pixels.
  private func fields(of operators: [any Operator], side: Int = 32) throws -> [TheoreticalField] {
    var blueprint = Self.patches
    for (index, op) in operators.enumerated() {
      let inputs = [Int](repeating: index + 1, count: op is Attention ? 3 : 1)
      blueprint.nodes.append(Blueprint.Node(scope: "", block: "", op: op, inputs: inputs))
    }
    let shapes = try blueprint.shapes(input: [1, side, side, 3])
    return Array(blueprint.theoreticalFields(shapes).suffix(operators.count))
  }
}
