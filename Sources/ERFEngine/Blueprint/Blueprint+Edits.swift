/// Edits of stages as rewrites of a blueprint, whoever made it: nodes are found by stage and role, and
/// weights are fitted by expressions over those of the original.
extension Blueprint {
  /// - Throws: `EditError` for the first edit that does not apply.
  func edited(by edits: [StageEdit], fit: WeightFit) throws(EditError) -> Blueprint {
    var blueprint = self
    for edit in edits {
      guard stages.indices.contains(edit.stage) else {
        throw .noStage(edit.stage, of: stages.count)
      }
      guard let next = try blueprint.edited(by: edit, fit: fit) else {
        throw .nothingToEdit(edit)
      }
      blueprint = next
    }
    return blueprint.droppingDeadNodes()
  }

  /// nil: there is nothing of the kind in the stage.
  private func edited(by edit: StageEdit, fit: WeightFit) throws(EditError) -> Blueprint? {
    let large = largeKernels(ofStage: edit.stage)
    switch edit.change {
    case .kernel(let side):
      guard side % 2 == 1, side > 0 else { throw .even(side) }
      return large.isEmpty
        ? nil : changing(large) { $0.resized(to: side, fit: fit) }
    case .dilation(let dilation):
      return large.isEmpty || dilation < 1
        ? nil
        : changing(large) { node in
          node.changingWindow { $0.dilation = dilation }
        }
    case .shortcuts(false):
      let shortcuts = nodes.indices.filter { isShortcut($0, ofStage: edit.stage) }
      return shortcuts.isEmpty ? nil : skipping(shortcuts)
    // Exported graphs leave no more open, and a built-in network's builder makes its edited ones.
    case .shortcuts(true), .depth, .smallKernel: return nil
    }
  }
}

/// What an edit finds.
extension Blueprint {
  private func isBlock(_ index: Int, ofStage stage: Int) -> Bool {
    nodes[index].stage == stage && nodes[index].role == .block
  }

  /// The spatial kernels of a stage, but for those that are merely beside larger ones.
  func largeKernels(ofStage stage: Int) -> [Int] {
    let small = Set(smallKernels(ofStage: stage))
    let kernels = nodes.indices.filter {
      isBlock($0, ofStage: stage) && nodes[$0].editableSide != nil && !small.contains($0)
    }
    let side = kernels.compactMap { nodes[$0].kernelSide }.max()
    return kernels.filter { nodes[$0].kernelSide == side }
  }

  /// The second branches of sums that are one kernel to be.
  private func smallKernels(ofStage stage: Int) -> [Int] {
    nodes.indices.filter { isBranchSum($0, ofStage: stage) }.compactMap { sum in
      convolution(before: nodes[sum].inputs[1])
    }
  }

  private func isBranchSum(_ index: Int, ofStage stage: Int) -> Bool {
    isBlock(index, ofStage: stage) && nodes[index].op is Add && nodes[index].mergedScope != nil
  }

  func isShortcut(_ index: Int, ofStage stage: Int) -> Bool {
    isBlock(index, ofStage: stage) && branch(besideShortcutAt: index) != nil
  }

  /// The depth-wise convolution that makes `value`, a norm between them or not.
  private func convolution(before value: Int) -> Int? {
    var value = value
    while let index = Blueprint.node(of: value) {
      if nodes[index].op is DepthwiseConvolution { return index }
      guard nodes[index].affine != nil else { return nil }
      value = nodes[index].inputs[0]
    }
    return nil
  }
}

/// What an edit does.
extension Blueprint {
  private func changing(_ indices: [Int], _ change: (Node) -> Node) -> Blueprint {
    var changed = self
    for index in indices { changed.nodes[index] = change(nodes[index]) }
    return changed
  }

  /// Sums of which the branch is left.
  private func skipping(_ sums: [Int]) -> Blueprint {
    var changed = self
    // The branch goes where the sum went; it may be the sum of another that is gone by now.
    var replaced: [Int: Int] = [:]
    for sum in sums {
      guard let branch = branch(besideShortcutAt: sum) else { continue }
      let now = replaced[branch] ?? branch
      replaced[Blueprint.value(of: sum)] = now
      changed = changed.replacing(Blueprint.value(of: sum), by: now)
    }
    return changed
  }

  /// Readers of `value` read `other`.
  private func replacing(_ value: Int, by other: Int) -> Blueprint {
    var changed = self
    for index in nodes.indices {
      changed.nodes[index].inputs = nodes[index].inputs.map { $0 == value ? other : $0 }
    }
    for index in taps.indices where taps[index].value == value {
      changed.taps[index].value = other
    }
    return changed
  }
}

extension Blueprint.Node {
  /// The same convolution with square kernels of another side about the same centre.
  fileprivate func resized(to side: Int, fit: WeightFit) -> Blueprint.Node {
    guard let old = kernelSide else { return self }
    var node = changingWindow { ($0.kernelHeight, $0.kernelWidth) = (side, side) }
    guard old != side else { return node }
    let before = parameters[0].shape
    var start = Initializer.uniform(bound: 1 / Double(before[1] * side * side).squareRoot())
    var key = scope + ".weight"
    if case .slot(let slot) = parameters[0] {
      (start, key) = (slot.initializer.scaled(by: Double(old) / Double(side)), slot.key)
    }
    let slot = Slot(key: key, shape: [before[0], before[1], side, side], initializer: start)
    node.parameters[0] = fit.kernels(parameters[0], to: slot)
    return node
  }

  /// The same convolution with another window; padding grows with it on all sides.
  fileprivate func changingWindow(_ change: (inout SlidingWindow) -> Void) -> Blueprint.Node {
    guard case .sliding(let old) = op.window else { return self }
    var window = old
    change(&window)
    let rows = (window.extentHeight - old.extentHeight) / 2
    let columns = (window.extentWidth - old.extentWidth) / 2
    window.padding = Padding(
      top: old.padding.top + rows, left: old.padding.left + columns,
      bottom: old.padding.bottom + rows, right: old.padding.right + columns)
    var node = self
    switch op {
    case let op as Convolution:
      node.op = Convolution(
        inputs: op.inputs, outputs: op.outputs, window: window, groups: op.groups,
        hasBias: op.hasBias)
    case let op as DepthwiseConvolution:
      node.op = DepthwiseConvolution(channels: op.channels, window: window, hasBias: op.hasBias)
    default: break
    }
    return node
  }
}

extension Initializer {
  /// With so many times the deviation.
  fileprivate func scaled(by factor: Double) -> Initializer {
    switch self {
    case .uniform(let bound): .uniform(bound: bound * factor)
    case .normal(let deviation): .normal(deviation: deviation * factor)
    case .constant: self
    }
  }
}
