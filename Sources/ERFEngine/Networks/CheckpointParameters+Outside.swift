// What stands in a file beside the dictionary of weights that was taken.

extension CheckpointParameters {
  /// Tensors of numbers beside the dictionary that was taken, such as those of a head on top of a `backbone`;
  /// what training goes on with, and what other networks keep, is none.
  var tensorsOutside: [String] {
    guard !weights.prefix.isEmpty else { return [] }
    return file.entries.filter { key, entry in
      !key.hasPrefix(weights.prefix) && !others.contains(where: key.hasPrefix)
        && (Self.isParameter(key) || Self.isFloating(entry.type))
        && !TrainingTensors.holds(key, entry.shape)
    }.map(\.key)
  }

  /// Whether layers stand beside the network, as in the file of a larger one of which it is a part, and nothing
  /// in the file stands in the place of one of its parameters.
  var isPartOfMore: Bool {
    tensorsOutside.contains { file.entries[$0].map { $0.shape.rank > 1 } ?? false }
      && file.impostor(behind: weights.prefix) == nil && file.adapters == nil
  }

  /// What a converted file calls the classifier that its network was opened without.
  static let noHead = (key: "classifier", value: "none")

  /// Whether this program wrote the file of a network without a classifier, so that none was lost.
  var isWrittenWithoutHead: Bool {
    file.metadata["program"] != nil && file.metadata[Self.noHead.key] == Self.noHead.value
  }

  /// Whether it is called as the usual layers call their parameters, of whatever type.
  private static func isParameter(_ key: String) -> Bool {
    guard let name = StoredForm.name(key).split(separator: ".").last else { return false }
    return ["weight", "bias", "running_mean", "running_var"].contains {
      name == $0 || name.hasPrefix($0 + "_")
    }
  }

  private static func isFloating(_ type: String) -> Bool {
    switch ElementType(rawValue: type) {
    case .float32, .float16, .bfloat16, .float64, .float8Range, .float8Precision, .float8Other:
      true
    default: false
    }
  }

  /// How pictures are normalised for the network by what the file, or else one beside it, says; nil: nothing
  /// does.
  func normalisation(_ hints: FileHints) -> FileNormalisation? {
    let texts = NetworkRole(prefix: weights.body).own(FileHints.texts(of: file))
    return storedNormalisation(hints)
      ?? hints.configuredNormalisation
      ?? FileNormalisation(in: texts, source: "the file's settings say")
      ?? hints.normalisationBeside
  }

  /// Names of modules' tensors of which the first is subtracted and the second divides.
  private static let normalisers = [
    ("mean", "std"), ("new_mean", "new_std"), ("pixel_mean", "pixel_std"),
    ("image_mean", "image_std"), ("img_mean", "img_std"),
  ]

  /// The same by tensors of a module in front of the network, which do not tell the order of colours that
  /// they are for.
  private func storedNormalisation(_ hints: FileHints) -> FileNormalisation? {
    let order = takesGrey ? nil : hints.colourOrder
    let with = order.map { ", with \($0.source)," } ?? ""
    var found: FileNormalisation?
    for (mean, deviation) in pairsOfNormalisers {
      guard let means = try? file.tensor(mean), let deviations = try? file.tensor(deviation),
        let one = FileNormalisation(
          source: "the file's \(WeightsMismatch.printable(mean)) and "
            + "\(WeightsMismatch.printable(deviation))\(with) say",
          mean: means.elements, deviation: deviations.elements, isBlueFirst: order?.isBlueFirst)
      else { continue }
      // The module may be in the file more than once.
      let first = found ?? one
      guard one.choice == first.choice else { continue }
      found = first.adding([mean, deviation])
    }
    return found
  }

  /// Names of such tensors of a number for each colour, the shortest first: a single one is of grey pictures, or
  /// else of labels.
  private var pairsOfNormalisers: [(mean: String, deviation: String)] {
    func isMeant(_ key: String) -> Bool {
      guard let entry = file.entries[key] else { return false }
      let isOfColours = entry.shape.count == 3 || entry.shape.count == 1 && takesGrey
      return isOfColours && Self.isFloating(entry.type)
    }
    let pairs = file.entries.keys.flatMap { key -> [(mean: String, deviation: String)] in
      guard key.hasSuffix("mean") else { return [] }
      return Self.normalisers.compactMap {
        mean, deviation -> (mean: String, deviation: String)? in
        guard key == mean || key.hasSuffix("." + mean) else { return nil }
        let other = String(key.dropLast(mean.count)) + deviation
        guard isMeant(key), isMeant(other), !others.contains(where: key.hasPrefix),
          !TrainingTensors.holds(key, [])
        else { return nil }
        return (key, other)
      }
    }
    return pairs.sorted { ($0.mean.utf8.count, $0.mean) < ($1.mean.utf8.count, $1.mean) }
  }
}
