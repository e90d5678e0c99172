// Results of independent work, in order, whichever thread makes them.

extension Workers {
  /// `body(i)` for i in 0 ..< `count`; nil where the run was cancelled before.
  func map<Value: Sendable>(_ count: Int, _ body: (Int) -> Value) -> [Value?] {
    var results = [Value?](repeating: nil, count: count)
    unsafe results.withUnsafeMutableBufferPointer { buffer in
      let slots = buffer.baseAddress
      forEach(count) { index in unsafe slots?[index] = body(index) }
    }
    return results
  }
}
