/// Repeated timing of one piece of work.
public enum Stopwatch {
  /// Median of the seconds that `body` takes, over `repetitions` calls after one that is not counted.
  public static func median(repetitions: Int, _ body: () throws -> Void) rethrows -> Double {
    try body()
    return median(
      try (0..<max(1, repetitions)).map { _ in
        let start = ContinuousClock.now
        try body()
        return (ContinuousClock.now - start).inSeconds
      })
  }

  /// The middle value; the mean of the middle two where their number is even.
  public static func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return 0 }
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}
