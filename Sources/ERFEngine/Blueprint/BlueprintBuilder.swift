/// Builds a blueprint scope by scope; parameter keys come from the scopes, so that they mirror the
/// module tree of the official code and are spelt once.
struct BlueprintBuilder {
  /// A value under construction.
  struct Value {
    let id: Int
    let channels: Int
  }

  private let optional: OptionalParameters
  private let initialization: Initialization
  private var scopes: [String] = []
  private var block = ""
  private var role = Blueprint.Role.block
  private(set) var blueprint = Blueprint()
  /// Outputs of convolutions that took their batch norm in before they were saved.
  private var folded: Set<Int> = []

  init(_ optional: OptionalParameters, initialization: Initialization) {
    self.optional = optional
    self.initialization = initialization
  }

  /// The network's input: RGB.
  var input: Value { Value(id: 0, channels: 3) }

  /// Runs `body` one level deeper in the module tree.
  mutating func scope<T>(_ name: String, _ body: (inout BlueprintBuilder) -> T) -> T {
    scopes.append(name)
    defer { scopes.removeLast() }
    return body(&self)
  }

  /// Runs `body` at the root of the module tree, still counting towards the current block: stems and
  /// heads of networks whose official code has no module for them.
  mutating func atTopLevel<T>(_ body: (inout BlueprintBuilder) -> T) -> T {
    let outer = scopes
    scopes = []
    defer { scopes = outer }
    return body(&self)
  }

  /// A scope whose cost is one row of the summary and whose output is a tap named by the scope.
  mutating func block(
    _ name: String, role newRole: Blueprint.Role = .block,
    _ body: (inout BlueprintBuilder) -> Value
  ) -> Value {
    let outer = (block, role)
    scopes.append(name)
    block = path
    role = newRole
    defer {
      scopes.removeLast()
      (block, role) = outer
    }
    let output = body(&self)
    blueprint.taps.append(Tap(name: block, kind: .block, value: output.id))
    return output
  }

  /// Names `value` as the output of stage `index` (1-based), to which the blocks and transitions since
  /// the stage before belong.
  mutating func endStage(_ index: Int, _ value: Value) {
    for node in blueprint.nodes.indices.reversed() {
      if blueprint.nodes[node].stage != nil { break }
      let role = blueprint.nodes[node].role
      if role == .block || role == .transition { blueprint.nodes[node].stage = index - 1 }
    }
    blueprint.taps.append(Tap(name: "stage\(index)", kind: .stage, value: value.id))
  }

  /// The block that classifiers are.
  static let headBlock = "head"

  /// The classifier as the block `head`, its layers at the root of the module tree; nothing where the
  /// weights come without it, which `weight` tells.
  mutating func classifier(
    _ weight: String, _ body: (inout BlueprintBuilder) -> Value
  ) {
    guard atTopLevel({ $0.holds(weight, .head) }) else { return }
    let logits = block(Self.headBlock, role: .classifier) { $0.atTopLevel(body) }
    blueprint.taps.append(Tap(name: "logits", kind: .logits, value: logits.id))
  }

  /// Marks what `body` makes, a kernel or parallel ones added, as one kernel to be, which checkpoints
  /// keep under `merged`.
  mutating func mergeable(
    _ merged: String, _ body: (inout BlueprintBuilder) -> Value
  ) -> Value {
    let value = body(&self)
    if let node = Blueprint.node(of: value.id) { blueprint.nodes[node].mergedScope = key(merged) }
    return value
  }

  private var path: String { scopes.joined(separator: ".") }

  /// Whether the weights hold the optional `name` under the current scope.
  func holds(_ name: String, _ kind: OptionalParameter) -> Bool { optional.holds(key(name), kind) }

  private func key(_ name: String) -> String { path.isEmpty ? name : path + "." + name }

  private func parameter(
    _ name: String, _ shape: Shape, _ initializer: Initializer
  ) -> ParameterExpression {
    .slot(Slot(key: key(name), shape: shape, initializer: initializer))
  }

  mutating func append(
    _ op: any Operator, _ inputs: [Value], channels: Int, parameters: [ParameterExpression] = []
  ) -> Value {
    blueprint.nodes.append(
      Blueprint.Node(
        scope: path, block: block, role: role, op: op, inputs: inputs.map(\.id),
        parameters: parameters))
    return Value(id: blueprint.nodes.count, channels: channels)
  }

  /// An operator whose parameters start as `initializers` say, in the order of its `parameterShapes`.
  mutating func layer(
    _ name: String, _ op: any Operator, _ inputs: [Value], channels: Int,
    initializers: [Initializer] = []
  ) -> Value {
    precondition(initializers.count == op.parameterShapes.count)
    return scope(name) { builder in
      builder.append(
        op, inputs, channels: channels,
        parameters: zip(op.parameterShapes, initializers).map {
          builder.parameter($0.name, $0.shape, $1)
        })
    }
  }
}

/// The layers, by the names that frameworks give them.
extension BlueprintBuilder {
  /// `padding`: by default what keeps the size of a map under stride 1; `paddingFollowsInput`
  /// instead: see ``SlidingWindow/paddingFollowsInput``.
  mutating func convolution(
    _ name: String, _ input: Value, outputs: Int, kernel: Int, stride: Int = 1, groups: Int = 1,
    dilation: Int = 1, padding: Padding? = nil, paddingFollowsInput: Bool = false,
    bias: Bool = false
  ) -> Value {
    var window = SlidingWindow(
      kernel: kernel, stride: stride, dilation: dilation,
      padding: padding ?? .same(kernel: kernel, dilation: dilation))
    window.paddingFollowsInput = paddingFollowsInput
    return scope(name) { builder in
      let fanIn = input.channels / groups * kernel * kernel
      let isFolded = !bias && builder.holds("bias", .foldedBias)
      let hasBias = bias || isFolded
      let op: any Operator =
        groups == input.channels && groups == outputs && groups > 1
        ? DepthwiseConvolution(channels: outputs, window: window, hasBias: hasBias)
        : Convolution(
          inputs: input.channels, outputs: outputs, window: window, groups: groups,
          hasBias: hasBias)
      let weight = builder.initialization.convolution(
        fanIn: fanIn, fanOut: outputs * kernel * kernel)
      let initializers: [Initializer] =
        hasBias ? [weight, .uniform(bound: 1 / Double(fanIn).squareRoot())] : [weight]
      let parameters = zip(op.parameterShapes, initializers).map {
        builder.parameter($0.name, $0.shape, $1)
      }
      let output = builder.append(op, [input], channels: outputs, parameters: parameters)
      if isFolded { builder.folded.insert(output.id) }
      return output
    }
  }

  /// Nothing where the weights have the norm folded into the convolution before.
  mutating func batchNorm(_ name: String, _ input: Value, epsilon: Double = 1e-5) -> Value {
    scope(name) { builder in
      if builder.folded.contains(input.id) && !builder.holds("running_var", .foldedBias) {
        return input
      }
      let op = BatchNorm(channels: input.channels, epsilon: epsilon)
      let initializers: [Initializer] = [.constant(1), .constant(0), .constant(0), .constant(1)]
      return builder.append(
        op, [input], channels: input.channels,
        parameters: zip(op.parameterShapes, initializers).map {
          builder.parameter($0.name, $0.shape, $1)
        })
    }
  }

  mutating func linear(_ name: String, _ input: Value, outputs: Int) -> Value {
    layer(
      name, Linear(inputs: input.channels, outputs: outputs), [input], channels: outputs,
      initializers: [
        initialization.linear(fanIn: input.channels),
        initialization.linearBias(fanIn: input.channels),
      ])
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
