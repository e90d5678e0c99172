// How weights were brought to kernels of another size, in words.

import ERFEngine

extension WeightFit {
  var label: String {
    switch self {
    case .crop: "crop, or zeros around"
    case .interpolate: "interpolate, energy kept"
    case .reinitialise(let seed): "start anew, seed \(seed)"
    }
  }

  /// Where columns are few.
  var shortLabel: String {
    switch self {
    case .crop: "crop, or zeros"
    case .interpolate: "interpolate"
    case .reinitialise(let seed): "anew, seed \(seed)"
    }
  }

  /// Where they are fewest.
  var shortestLabel: String {
    switch self {
    case .crop: "crop"
    case .interpolate: "interp."
    case .reinitialise(let seed): "random:\(seed)"
    }
  }
}
