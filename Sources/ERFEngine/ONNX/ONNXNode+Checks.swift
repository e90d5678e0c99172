// What settings of nodes have to be, by the definitions of the standard operators: a setting of another kind,
// or of no meaning, is refused rather than taken for its default.

extension ONNXNode {
  /// Kinds of settings.
  fileprivate enum Kind: String {
    case integer = "a whole number"
    case integers = "whole numbers"
    case float = "a number"
    case floats = "numbers"
    case text = "a word"

    /// Writers may leave out the point of a number.
    func holds(_ attribute: ONNXAttribute) -> Bool {
      switch (self, attribute) {
      case (.integer, .integer), (.integers, .integers), (.float, .float), (.float, .integer),
        (.floats, .floats), (.text, .text):
        true
      default: false
      }
    }
  }

  /// What settings are called that are of the same kind in every operator that is known.
  private static let kinds: [String: Kind] = {
    let names: [Kind: String] = [
      .integer: """
      allowzero antialias axis batch_dims blocksize ceil_mode count_include_pad end exclude_outside
      exclusive fmod group input_forget is_causal keepdims kv_num_heads layout
      noop_with_empty_axes num_groups num_outputs p q_num_heads reverse size start training_mode
      transA transB
      """,
      .integers: """
      axes dilations ends kernel_shape output_padding output_shape pads perm shape split starts
      strides
      """,
      .float: "alpha beta bias cubic_coeff_a epsilon extrapolation_value gamma scale softcap",
      .floats: "scales",
      .text: """
      approximate auto_pad coordinate_transformation_mode direction equation
      keep_aspect_ratio_policy mode nearest_mode reduction
      """,
    ]
    return names.reduce(into: [:]) { kinds, entry in
      for name in entry.value.split(whereSeparator: \.isWhitespace) {
        kinds[String(name)] = entry.key
      }
    }
  }()

  /// Words that settings may be; `mode` is of several operators.
  private static let words: [String: Set<String>] = [
    "approximate": ["none", "tanh"],
    "auto_pad": ["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"],
    "coordinate_transformation_mode": [
      "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric",
      "tf_crop_and_resize",
    ],
    "direction": ["forward", "reverse", "bidirectional"],
    "keep_aspect_ratio_policy": ["stretch", "not_larger", "not_smaller"],
    "nearest_mode": ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"],
    "reduction": ["none", "add", "mul", "min", "max"],
  ]

  private static let modes: [String: Set<String>] = [
    "DepthToSpace": ["DCR", "CRD"],
    "Pad": ["constant", "reflect", "edge", "wrap"],
    "Resize": ["nearest", "linear", "cubic"],
    "Upsample": ["nearest", "linear", "bilinear"],
  ]

  /// Checks the settings of a standard operator.
  ///
  /// - Throws: `ONNXRefusal` naming the first that is of another kind, or a word without meaning.
  func requireSettings() throws {
    for (name, attribute) in attributes.sorted(by: { $0.key < $1.key }) {
      guard let kind = Self.kinds[name] else { continue }
      guard kind.holds(attribute) else {
        throw ONNXRefusal.reason("has a setting \(name) that is not \(kind.rawValue)")
      }
      guard case .text(let word) = attribute,
        let words = name == "mode" ? Self.modes[operation] : Self.words[name]
      else { continue }
      // Writers leave out empty words, which stand for the default.
      guard word.isEmpty || words.contains(word) else {
        throw ONNXRefusal.reason(
          "has the setting \(name) \(WeightsMismatch.quoted(word)), which is none of "
            + words.sorted().joined(separator: ", "))
      }
    }
  }
}
