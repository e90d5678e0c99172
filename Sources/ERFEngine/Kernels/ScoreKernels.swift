// Scores of pixels from the gradients of their channels, added to exact sums.

internal import CKernels

/// How the gradients of a pixel's channels become its score.
enum PixelScore {
  /// What is positive of them, summed.
  case positive
  /// The mean of their absolute values.
  case absolute
  case sum
  /// What is positive of their mean.
  case meanPositive

  fileprivate var kernel: ck_score {
    switch self {
    case .positive: CK_SCORE_POSITIVE
    case .absolute: CK_SCORE_ABSOLUTE
    case .sum: CK_SCORE_SUM
    case .meanPositive: CK_SCORE_MEAN_POSITIVE
    }
  }
}

enum ScoreKernels {
  /// Adds the scores of `count` pixels of `gradient`, (N, H, W, C), from pixel `first` on, to as many
  /// sums from `place` on, each of which two doubles hold: the nearest, and what that leaves out.
  ///
  /// - Returns: how many pixels were done, from the first on; for one of the next 64 two doubles may be
  ///   too few.
  static func add(
    _ score: PixelScore, of gradient: Tensor, from first: Int, count: Int,
    to sums: inout [Double], at place: Int, errors: inout [Double], at errorPlace: Int
  ) -> Int {
    let channels = gradient.shape.channels
    precondition(first >= 0 && count >= 0 && (first + count) * channels <= gradient.count)
    precondition(place >= 0 && place + count <= sums.count)
    precondition(errorPlace >= 0 && errorPlace + count <= errors.count)
    return unsafe sums.withUnsafeMutableBufferPointer { sums in
      unsafe errors.withUnsafeMutableBufferPointer { errors in
        guard let sums = sums.baseAddress, let errors = errors.baseAddress else { return 0 }
        return unsafe ck_add_scores(
          score.kernel, gradient.pointer + first * channels, count, channels, sums + place,
          errors + errorPlace)
      }
    }
  }

  /// The score of one pixel of `gradient`, in double precision.
  static func score(_ score: PixelScore, of gradient: Tensor, at pixel: Int) -> Double {
    var (sum, error) = (0.0, 0.0)
    let channels = gradient.shape.channels
    precondition(pixel >= 0 && (pixel + 1) * channels <= gradient.count)
    _ = unsafe ck_variant_for(CK_ISA_SCALAR).pointee.add_scores(
      score.kernel, gradient.pointer + pixel * channels, 1, channels, &sum, &error)
    return sum
  }
}
