/// Builds a graph scope by scope; parameter keys come from the scopes, so that they mirror the
/// module tree of the official code and are spelt once.
struct GraphBuilder {
  /// A value under construction.
  struct Value {
    let id: Int
    let channels: Int
  }

  private let source: any ParameterSource
  private let initialization: Initialization
  private var scopes: [String] = []
  private var block = ""
  private(set) var graph = Graph()
  /// Outputs of convolutions that took their batch norm in before they were saved.
  private var folded: Set<Int> = []

  init(source: any ParameterSource, initialization: Initialization) {
    self.source = source
    self.initialization = initialization
  }

  /// The network's input: RGB.
  var input: Value { Value(id: 0, channels: 3) }

  /// Runs `body` one level deeper in the module tree.
  mutating func scope<T>(_ name: String, _ body: (inout GraphBuilder) throws -> T) rethrows -> T {
    scopes.append(name)
    defer { scopes.removeLast() }
    return try body(&self)
  }

  /// Runs `body` at the root of the module tree, still counting towards the current block: stems and
  /// heads of networks whose official code has no module for them.
  mutating func atTopLevel<T>(_ body: (inout GraphBuilder) throws -> T) rethrows -> T {
    let outer = scopes
    scopes = []
    defer { scopes = outer }
    return try body(&self)
  }

  /// A scope whose cost is one row of the summary and whose output is a tap named by the scope.
  mutating func block(
    _ name: String, _ body: (inout GraphBuilder) throws -> Value
  ) rethrows -> Value {
    let outer = block
    scopes.append(name)
    block = path
    defer {
      scopes.removeLast()
      block = outer
    }
    let output = try body(&self)
    graph.taps.append(Tap(name: block, kind: .block, value: output.id))
    return output
  }

  /// Names `value` as the output of stage `index` (1-based).
  mutating func endStage(_ index: Int, _ value: Value) {
    graph.taps.append(Tap(name: "stage\(index)", kind: .stage, value: value.id))
  }

  /// The block that classifiers are.
  static let headBlock = "head"

  /// The classifier as the block `head`, its layers at the root of the module tree; nothing where the
  /// weights come without it, which `weight` tells.
  mutating func classifier(
    _ weight: String, _ body: (inout GraphBuilder) throws -> Value
  ) rethrows {
    guard atTopLevel({ $0.holds(weight, .head) }) else { return }
    let logits = try block(Self.headBlock) { try $0.atTopLevel(body) }
    graph.taps.append(Tap(name: "logits", kind: .logits, value: logits.id))
  }

  /// Marks what `body` makes, a kernel or parallel ones added, as one kernel to be, which checkpoints
  /// keep under `merged`.
  mutating func mergeable(
    _ merged: String, _ body: (inout GraphBuilder) throws -> Value
  ) rethrows -> Value {
    let value = try body(&self)
    if let node = Graph.node(of: value.id) { graph.nodes[node].mergedScope = key(merged) }
    return value
  }

  private var path: String { scopes.joined(separator: ".") }

  /// Whether the weights hold the optional `name` under the current scope.
  func holds(_ name: String, _ kind: OptionalParameter) -> Bool { source.holds(key(name), kind) }

  private func key(_ name: String) -> String { path.isEmpty ? name : path + "." + name }

  private func parameter(
    _ name: String, _ shape: Shape, _ initializer: Initializer
  ) throws -> Tensor {
    try source.parameter(key(name), shape: shape, initializer: initializer)
  }

  mutating func append(
    _ op: any Operator, _ inputs: [Value], channels: Int, parameters: [Tensor] = []
  ) -> Value {
    graph.nodes.append(
      Graph.Node(
        scope: path, block: block, op: op, inputs: inputs.map(\.id),
        parameters: parameters.isEmpty ? .none : Parameters(parameters)))
    return Value(id: graph.nodes.count, channels: channels)
  }
}

/// The layers, by the names that frameworks give them.
extension GraphBuilder {
  /// `padding`: by default what keeps the size of a map under stride 1; `paddingFollowsInput`
  /// instead: see ``SlidingWindow/paddingFollowsInput``.
  mutating func convolution(
    _ name: String, _ input: Value, outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1,
    dilation: Int = 1, padding: Padding? = nil, paddingFollowsInput: Bool = false,
    bias: Bool = false
  ) throws -> Value {
    var window = SlidingWindow(
      kernel: kernel, stride: stride, dilation: dilation,
      padding: padding ?? .same(kernel: kernel, dilation: dilation))
    window.paddingFollowsInput = paddingFollowsInput
    return try scope(name) { builder in
      let fanIn = input.channels / groups * kernel * kernel
      let weight = try builder.parameter(
        "weight", [outputs, input.channels / groups, kernel, kernel],
        builder.initialization.convolution(
          fanIn: fanIn, fanOut: outputs * kernel * kernel))
      let isFolded = !bias && builder.holds("bias", .foldedBias)
      let bias =
        bias || isFolded
        ? try builder.parameter(
          "bias", [outputs], .uniform(bound: 1 / Double(fanIn).squareRoot())) : nil
      let op: any Operator =
        groups == input.channels && groups == outputs && groups > 1
        ? DepthwiseConvolution(channels: outputs, window: window, hasBias: bias != nil)
        : Convolution(
          inputs: input.channels, outputs: outputs, window: window, groups: groups,
          hasBias: bias != nil)
      let output = builder.append(
        op, [input], channels: outputs, parameters: [weight] + (bias.map { [$0] } ?? []))
      if isFolded { builder.folded.insert(output.id) }
      return output
    }
  }

  /// Nothing where the weights have the norm folded into the convolution before.
  mutating func batchNorm(
    _ name: String, _ input: Value, epsilon: Double = 1e-5
  ) throws -> Value {
    try scope(name) { builder in
      if builder.folded.contains(input.id) && !builder.holds("running_var", .foldedBias) {
        return input
      }
      let shape: Shape = [input.channels]
      let parameters = [
        try builder.parameter("weight", shape, .constant(1)),
        try builder.parameter("bias", shape, .constant(0)),
        try builder.parameter("running_mean", shape, .constant(0)),
        try builder.parameter("running_var", shape, .constant(1)),
      ]
      return builder.append(
        BatchNorm(channels: input.channels, epsilon: epsilon), [input], channels: input.channels,
        parameters: parameters)
    }
  }

  mutating func linear(_ name: String, _ input: Value, outputs: Int) throws -> Value {
    try scope(name) { builder in
      let parameters = [
        try builder.parameter(
          "weight", [outputs, input.channels],
          builder.initialization.linear(fanIn: input.channels)),
        try builder.parameter(
          "bias", [outputs], builder.initialization.linearBias(fanIn: input.channels)),
      ]
      return builder.append(
        Linear(inputs: input.channels, outputs: outputs), [input], channels: outputs,
        parameters: parameters)
    }
  }

  mutating func relu(_ input: Value) -> Value {
    append(Rectifier(), [input], channels: input.channels)
  }

  mutating func relu6(_ input: Value) -> Value {
    append(Rectifier(stopsAtSix: true), [input], channels: input.channels)
  }

  mutating func gelu(_ input: Value) -> Value { append(GELU(), [input], channels: input.channels) }

  mutating func maxPool(_ input: Value, kernel: Int, stride: Int, padding: Int) -> Value {
    append(
      Pool(.maximum, kernel: kernel, stride: stride, padding: padding), [input],
      channels: input.channels)
  }

  mutating func globalAverage(_ input: Value) -> Value {
    append(GlobalAveragePool(), [input], channels: input.channels)
  }

  /// `branch` is the value computed last.
  mutating func add(_ shortcut: Value, _ branch: Value) -> Value {
    append(Add(), [shortcut, branch], channels: branch.channels)
  }

  /// The parameter-free shortcut: subsampled, with `extra` zero channels around.
  mutating func subsample(_ input: Value, stride: Int, extra: Int) -> Value {
    append(
      SubsampleShortcut(stride: stride, leading: extra / 2, trailing: extra - extra / 2), [input],
      channels: input.channels + extra)
  }
}
