// Work on many things at once that shows how far it is.

/// Independent work in batches that take about a tenth of a second each, so that progress shows.
enum Batches {
  /// Runs `body` for 0 ..< `count` on the workers and `collect` on this thread, in order.
  ///
  /// - Throws: what `collect` throws, `CancellationError`.
  static func run<Value: Sendable>(
    _ count: Int, workers: Workers, progress: (Int) -> Void, body: (Int) -> Value,
    collect: (Value) throws -> Void
  ) throws {
    let clock = ContinuousClock()
    var done = 0
    var size = workers.threads
    while done < count {
      let start = clock.now
      let batch = min(size, count - done)
      let results = workers.map(batch) { body(done + $0) }
      try workers.cancellation.check()
      for result in results {
        guard let result else { throw CancellationError() }
        try collect(result)
      }
      done += batch
      progress(done)
      if clock.now - start < .milliseconds(60) { size *= 2 }
    }
  }
}
