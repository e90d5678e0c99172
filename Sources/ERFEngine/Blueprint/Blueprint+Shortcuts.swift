/// Where blocks add their input to their output, whoever built the network.
extension Blueprint {
  /// What is left of the sum that node `index` makes once the shortcut is cut: the other side's value;
  /// nil: it is no sum of a value and something computed from it.
  ///
  /// A shortcut may lead over norms, pools, 1x1 convolutions and selections of pixels or channels where
  /// the value itself does not fit, being of other channels or pixels.
  func branch(besideShortcutAt index: Int) -> Int? {
    let node = nodes[index]
    guard node.op is Add, node.mergedScope == nil, node.inputs.count == 2 else { return nil }
    for (shortcut, branch) in [
      (node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0]),
    ] where shortcut != branch {
      if depends(branch, on: shortcut) { return branch }
      let start = projected(shortcut)
      if start.fits == false, start.value != branch, depends(branch, on: start.value) {
        return branch
      }
    }
    return nil
  }

  /// Whether anything on the way to `value` reads `source`.
  private func depends(_ value: Int, on source: Int) -> Bool {
    guard value > source else { return false }
    var isOnTheWay = [Bool](repeating: false, count: value - source + 1)
    isOnTheWay[value - source] = true
    for next in (source + 1...value).reversed() where isOnTheWay[next - source] {
      for input in nodes[next - 1].inputs where input >= source {
        isOnTheWay[input - source] = true
      }
    }
    return isOnTheWay[0]
  }

  /// The value before the norms, pools and 1x1 convolutions that lead to `value`, and whether it would fit
  /// in its place.
  private func projected(_ value: Int) -> (value: Int, fits: Bool) {
    var (value, fits) = (value, true)
    while let index = Blueprint.node(of: value) {
      let node = nodes[index]
      guard node.inputs.count == 1 else { break }
      if let convolution = node.op as? Convolution {
        guard case .sliding(let window) = convolution.window, window.kernelHeight == 1,
          window.kernelWidth == 1
        else { break }
        if convolution.inputs != convolution.outputs || window.stride > 1 { fits = false }
      } else if node.op is Pool || node.op is WindowPool || node.op is Selection
        || node.op is SubsampleShortcut
      {
        fits = false
      } else if node.affine == nil {
        break
      }
      value = node.inputs[0]
    }
    return (value, fits)
  }
}
