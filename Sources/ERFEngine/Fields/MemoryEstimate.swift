/// How much memory a run will take, known from shapes before anything is allocated.
///
/// It walks the plan of the run forward and back as the run itself will, adding up what is alive.
struct MemoryEstimate {
  /// Most that weights take while they are loaded: one by one as they come, and folded.
  let loadingBytes: Int
  /// Weights as they stay: folded, and copied into the layouts that kernels want.
  let weightBytes: Int
  /// Most that activations, gradients and what is kept between them take at once.
  let activationBytes: Int
  /// The same of a forward pass alone, of which nothing is kept.
  let forwardBytes: Int
  /// The next input, which is made ready meanwhile, and the sums of scores: two doubles a pixel.
  let imageBytes: Int

  /// Address space that the code takes which is made for the convolutions, most of it never touched.
  let codeBytes: Int
  /// The same of a forward pass alone.
  let forwardCodeBytes: Int

  /// The program, its libraries and their compiled kernels, a picture, working memory of tiles.
  static let programBytes = 55_000_000

  /// What oneDNN reserves for each kernel. Bands at borders have kernels of their own: up to 26 were counted for
  /// a convolution and its gradient.
  private static let kernelCodeBytes = 256 << 10

  /// Most that is resident at once.
  var bytes: Int {
    Self.programBytes + max(loadingBytes, weightBytes + activationBytes + imageBytes)
  }

  /// - Parameters:
  ///   - blueprint: the network as its weights come.
  ///   - plan: what is computed.
  ///   - keepsForward: whether what the forward pass keeps outlives the run.
  init(_ blueprint: Blueprint, plan: RegionPlan, keepsForward: Bool) {
    let size = MemoryLayout<Float>.stride
    let nodes = plan.blueprint.nodes
    let folded = nodes.reduce(0) { $0 + $1.op.foldedParameterCount * size }
    // Layers are read one by one, unless what comes is kept for edits; folding has a layer three times.
    let largest =
      blueprint.nodes.map { node in
        node.op.parameterShapes.reduce(0) { $0 + $1.shape.count * size }
      }.max() ?? 0
    loadingBytes = folded + (keepsForward ? blueprint.parameterCount * size : 0) + 3 * largest
    weightBytes =
      folded
      + plan.order.reduce(0) {
        $0 + nodes[$1].op.preparedBytes(inputs: plan.inputShapes(of: $1))
      }
    var walk = MemoryWalk(plan: plan, keepsForward: keepsForward)
    walk.forward()
    walk.backward()
    activationBytes = walk.peak
    let input = plan.shapes[0]
    imageBytes = input.count * size + input.pixels * 2 * MemoryLayout<Double>.stride
    let convolutions = plan.order.count { nodes[$0].op is Convolution }
    codeBytes = 28 * Self.kernelCodeBytes * convolutions
    forwardCodeBytes = 16 * Self.kernelCodeBytes * convolutions
    var pass = MemoryWalk(plan: plan, keepsForward: false, keepsNothing: true)
    pass.forward()
    forwardBytes = pass.peak
  }
}

/// The memory that is alive at each step of a run.
private struct MemoryWalk {
  let plan: RegionPlan
  let keepsForward: Bool
  /// Whether only the output of a forward pass is wanted.
  let keepsNothing: Bool
  private(set) var peak = 0
  private var kept = 0
  private var live = 0

  init(plan: RegionPlan, keepsForward: Bool, keepsNothing: Bool = false) {
    self.plan = plan
    self.keepsForward = keepsForward
    self.keepsNothing = keepsNothing
  }

  private func bytes(_ shape: Shape) -> Int { shape.count * MemoryLayout<Float>.stride }

  private func keptBytes(_ index: Int) -> Int {
    if keepsNothing { return 0 }
    return plan.blueprint.nodes[index].op.keptBytes(
      inputs: plan.inputShapes(of: index), output: plan.shape(of: Blueprint.value(of: index)))
  }

  private func workingBytes(_ index: Int) -> Int {
    plan.blueprint.nodes[index].op.workingBytes(inputs: plan.inputShapes(of: index))
  }

  private mutating func note(_ more: Int) { peak = max(peak, live + kept + more) }

  mutating func forward() {
    let order = plan.order
    var readers = [Int](repeating: 0, count: plan.value + 1)
    for index in order {
      for input in plan.blueprint.nodes[index].inputs { readers[input] += 1 }
    }
    readers[plan.value] += 1
    if keepsForward {
      for cut in plan.blueprint.cuts(to: plan.value) { readers[cut] += 1 }
    }
    // The input stays with whoever asked.
    if plan.regions[0] != nil { live = bytes(plan.shape(of: 0)) + bytes(plan.shapes[0]) }
    for index in order {
      let node = plan.blueprint.nodes[index]
      let output = plan.shape(of: Blueprint.value(of: index))
      var ended = 0
      var cut = 0
      var endsLast = false
      for (source, read) in zip(node.inputs, plan.inputShapes(of: index)) {
        readers[source] -= 1
        let whole = bytes(plan.shape(of: source))
        let isPart = bytes(read) != whole
        if isPart { cut += bytes(read) }
        endsLast = readers[source] == 0 || isPart
        if readers[source] == 0 { ended += whole }
      }
      // Element-wise operators work in place where nobody else reads their last input.
      let worksInPlace = node.op.worksInPlace && endsLast
      let keeps = keptBytes(index)
      note(cut + (worksInPlace ? 0 : bytes(output)) + keeps + workingBytes(index))
      kept += keeps
      live += bytes(output) - ended
    }
  }

  mutating func backward() {
    live = bytes(plan.shape(of: plan.value)) + bytes(plan.shapes[0])
    if keepsForward {
      for cut in plan.blueprint.cuts(to: plan.value) { live += bytes(plan.shape(of: cut)) }
    }
    // Parts that have arrived for each value; they are summed up when its turn comes.
    var parts = [[Int]](repeating: [], count: plan.value + 1)
    parts[plan.value] = [bytes(plan.shape(of: plan.value))]
    for index in plan.order.reversed() {
      let node = plan.blueprint.nodes[index]
      let value = Blueprint.value(of: index)
      let gradient = bytes(plan.shape(of: value))
      let arrived = parts[value].reduce(0, +)
      if !parts[value].contains(gradient) { note(gradient) }
      live += gradient - arrived
      parts[value] = []
      let sources = zip(node.inputs, plan.inputShapes(of: index)).map { ($0, bytes($1)) }
      let passesOn = node.op.worksInPlace
      if !passesOn { note(sources.reduce(workingBytes(index)) { $0 + $1.1 }) }
      if !keepsForward { kept -= keptBytes(index) }
      live -= gradient
      // An addition hands the same memory to both of its inputs.
      for (position, (source, size)) in sources.enumerated() {
        let isShared = passesOn && position > 0
        parts[source].append(isShared ? 0 : size)
        live += isShared ? 0 : size
      }
      note(0)
    }
  }
}
