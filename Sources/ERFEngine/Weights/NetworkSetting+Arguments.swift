// Arguments that timm builds a network with, of which most names are not in the table of settings.

extension NetworkSetting {
  /// What timm calls them in `config.json`, in `args.yaml` and in its checkpoints.
  static let argumentSections: Set<String> = ["model_args", "model_kwargs"]

  /// Arguments whose effect shapes tell, or which matter while a network is trained or loaded.
  private static let harmlessArguments: Set<Substring> = [
    "num_classes", "in_chans", "img_size", "layers", "channels", "block", "cardinality",
    "base_width", "width", "depth", "stem_width", "block_reduce_first", "down_kernel_size",
    "channel_multiplier", "depth_multiplier", "drop_rate", "drop_path_rate", "drop_block_rate",
    "drop_connect_rate", "zero_init_last", "bn_momentum", "pretrained", "pretrained_cfg",
    "pretrained_cfg_overlay", "checkpoint_path", "cache_dir", "scriptable", "exportable",
  ]

  /// Whether what stands under `key`, names joined by dots, is an argument that a network of timm's was built
  /// with, and may change what it computes: `args.model_kwargs.act_layer`.
  static func isArgument(_ key: String) -> Bool {
    let parts = key.lowercased().split(separator: ".")
    let place = parts.firstIndex { argumentSections.contains(String($0)) }
    guard let place, !parts[..<place].contains(where: isOfOthers) else { return false }
    return !parts.contains(where: harmlessArguments.contains)
  }
}
