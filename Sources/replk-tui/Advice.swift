// What the engine says went wrong, in the words of the command line.

import ERFEngine

enum Advice {
  /// The explanation of `error` with the option or command that mends it, where there is one.
  static func line(_ error: any ExplainedError) -> String {
    guard let option = option(for: error) else { return error.explanation }
    return "\(error.explanation) (\(option))"
  }

  private static func option(for error: any ExplainedError) -> String? {
    switch error {
    case CheckpointError.mismatch(_, let mismatch) where !mismatch.remedies.isEmpty:
      WeightsMismatch.Remedy.allCases.filter(mismatch.remedies.contains)
        .map { $0 == .withoutHead ? "--allow-missing head" : "--ignore-extra" }
        .joined(separator: " ")
    case CheckpointError.ambiguousWeights: "--weights-key"
    case CheckpointError.unrecognised, CheckpointError.onlyZeros:
      "MODEL --weights FILE; `replk-tui models` lists the models"
    case ModelError.unknown: "`replk-tui models` lists them all"
    case ERFComputer.Failure.tooManyBuiltIn: "--image FOLDER"
    case ProbeError.noCategories: "leave --stimuli out"
    default: nil
    }
  }
}
