// Classifiers that are linear layers without a bias, and those that compare angles, which look like them.

extension CheckpointParameters {
  /// The bias of the network's last linear layer where the file has the layer's weight alone, as
  /// `nn.Linear(..., bias=False)` leaves it; nil: it has a bias in some form, or does not have the layer.
  func absentBias(
    _ inventory: ParameterInventory, of architecture: any Architecture
  ) -> String? {
    let head = type(of: architecture).head
    let (weight, bias) = (head + ".weight", head + ".bias")
    guard let slot = inventory.entries[weight], weights[weight] == slot.shape,
      inventory.entries[bias] != nil, file.objects[weights.fullName(bias)] == nil,
      !weights.shapes.keys.contains(where: { $0.hasPrefix(head + ".") && $0.contains("bias") })
    else { return nil }
    return bias
  }

  /// The first of `tensors` that is named like a part of a layer that compares angles, such as ArcFace's: its
  /// weights, a matrix, or the scale and margin of the classifier `head`. That such a layer normalises features
  /// and weights leaves no other trace.
  func angular(among tensors: Set<String>, beside head: String) -> String? {
    tensors.filter { key in
      guard let shape = file.entries[key]?.shape else { return false }
      let isScale = [".s", ".m", ".sigma"].contains { weights.fullName(head + $0) == key }
      if shape.count == 1, isScale { return true }
      let parts = StoredForm.name(key).lowercased().split(separator: ".")
      // `nn.Linear` calls its own `weight`.
      return shape.rank == 2
        && (parts.last == "kernel" || parts.dropLast().contains(where: Self.isAngular))
    }.min()
  }

  /// Whether a module is called like such a layer: `arcface`, `am_softmax`, `margin_fc`.
  private static func isAngular(_ module: Substring) -> Bool {
    let name: String = module.filter { $0 != "_" }
    return ["arc", "cos"].contains(name) || angularNames.contains(where: name.hasPrefix)
  }

  /// What names of such layers begin with.
  private static let angularNames = [
    "arcface", "arcmargin", "arcloss", "archead", "cosface", "cosine", "cosmargin", "sphere",
    "margin", "addmargin", "amsoftmax", "aamsoftmax", "normlinear", "normedlinear",
    "normalizedlinear",
  ]
}
