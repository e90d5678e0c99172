// Shares that are no parts of maps: decisions and sweeps as CSV, features as arrays.

import ERFEngine

enum TableMerge {
  /// Whether `paths` are all of the ending `ending`.
  static func areAll(_ paths: [String], _ ending: String) -> Bool {
    !paths.isEmpty && paths.allSatisfy { $0.lowercased().hasSuffix(ending) }
  }

  /// Puts tables of a sweep together, or decisions.
  static func csv(_ paths: [String], to output: String, partial: Bool) throws -> String {
    if (try? SweepTable(path: paths[0])) != nil {
      let whole = try SweepTable.merged(paths.map { ($0, try SweepTable(path: $0)) })
      let missing = whole.missing
      guard missing.isEmpty || partial else {
        throw MergeError.missingPoints(missing, of: whole.points)
      }
      try AtomicFile.write(whole.encoded, to: output)
      return "wrote \(output): \(whole.count) points"
    }
    var holders: [String: String] = [:]
    var decisions: [CueDecision] = []
    for path in paths {
      // The table of a share without stimuli, which elsewhere would be a mistake.
      if try FileBytes.read(path, limit: 1 << 32) == DecisionFile.encode([]) { continue }
      for decision in try DecisionFile.read(path) {
        let name = "\(decision.subject) on \(decision.image)"
        if let holder = holders.updateValue(path, forKey: name) {
          throw MergeError.twice(path: path, other: holder, what: name)
        }
        decisions.append(decision)
      }
    }
    // As one run over the sorted folder writes them, subject by subject.
    var subjects: [String: Int] = [:]
    for decision in decisions where subjects[decision.subject] == nil {
      subjects[decision.subject] = subjects.count
    }
    decisions.sort { left, right in
      let places = [left, right].map { subjects[$0.subject] ?? 0 }
      if places[0] != places[1] { return places[0] < places[1] }
      if left.shape != right.shape { return left.shape.rawValue < right.shape.rawValue }
      return left.image.utf8.lexicographicallyPrecedes(right.image.utf8)
    }
    try AtomicFile.write(DecisionFile.encode(decisions), to: output)
    return "wrote \(output): \(decisions.count) decisions"
  }

  /// Puts arrays behind each other along the first axis, in the order given.
  static func arrays(_ paths: [String], to output: String) throws -> String {
    var shape: [Int]?
    var values: [Float] = []
    for path in paths {
      let array = try NPY.load(path: path)
      guard shape == nil || shape?.dropFirst() == array.shape.dropFirst(), !array.shape.isEmpty
      else {
        throw MergeError.shapes(path: path, other: paths[0])
      }
      shape = [(shape?[0] ?? 0) + array.shape[0]] + array.shape.dropFirst()
      values += array.values
    }
    let whole = NPY(shape: shape ?? [], values: values)
    try AtomicFile.write(whole.encoded(), to: output)
    return "wrote \(output): \(whole.shape.map(String.init).joined(separator: "x")) float32"
  }
}

enum MergeError: ExplainedError {
  case noImages
  case missingPoints([Int], of: Int)
  case twice(path: String, other: String, what: String)
  case shapes(path: String, other: String)

  var explanation: String {
    switch self {
    case .noImages: "none of the parts holds an image: nothing to average"
    case .missingPoints(let points, let count):
      "\(points.count) of \(count) points are missing (\(Self.listed(points))): give the other "
        + "shares too, or --partial"
    case .twice(let path, let other, let what):
      "\(path) and \(other) both hold \(what): give each share once"
    case .shapes(let path, let other):
      "\(path) and \(other) hold arrays of different shapes"
    }
  }

  private static func listed(_ points: [Int]) -> String {
    points.prefix(10).map(String.init).joined(separator: ", ") + (points.count > 10 ? ", ..." : "")
  }
}
