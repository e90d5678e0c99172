// How far a result is from a reference.

public import ERFEngine

/// Largest absolute difference over the largest absolute expected value.
public func relativeError(_ found: Tensor, _ expected: Tensor) -> Double {
  guard found.shape == expected.shape else { return .infinity }
  return relativeError(
    found.elements.map { Double($0) }, expected.elements.map { Double($0) })
}

public func relativeError(_ found: [Double], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  var difference = 0.0
  var peak = 0.0
  for (one, other) in zip(found, expected) {
    guard !one.isNaN else { return .infinity }
    difference = max(difference, abs(one - other))
    peak = max(peak, abs(other))
  }
  return peak > 0 ? difference / peak : difference
}
