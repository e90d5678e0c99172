// Networks that a library has put adapters into: what it wraps is no longer called what it was.

extension Checkpoint {
  /// What PEFT calls the layers that it wraps and the matrices that it adds.
  private static let adapterMarks = [
    ".base_layer.weight", ".base_layer.bias", ".modules_to_save.", ".lora_A.", ".lora_B.",
  ]

  /// Why a file of adapters, or of layers with adapters around them, is no network's; nil: it holds none.
  var adapters: CheckpointError? {
    let found = entries.keys.filter { key in
      Self.adapterMarks.contains { key.utf8.holds($0) }
    }
    return found.min().map {
      .unsupported(
        path: path,
        reason: "it holds adapters of PEFT (LoRA), such as \(WeightsMismatch.printable($0)), which "
          + "are not added to the weights: call merge_and_unload() on the model, and save its state_dict()"
      )
    }
  }
}
