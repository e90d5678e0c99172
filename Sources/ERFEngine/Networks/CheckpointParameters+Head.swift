// Classifiers that are linear layers without a bias.

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
}
