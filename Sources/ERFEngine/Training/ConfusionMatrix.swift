/// How often pictures of each class were taken for each other one.
public struct ConfusionMatrix: Sendable, Hashable {
  /// Names by class.
  public let classes: [String]
  /// (classes, classes) in row-major order: rows are what the pictures show, columns the answers.
  public private(set) var counts: [Int]

  public init(classes: [String]) {
    self.classes = classes
    counts = [Int](repeating: 0, count: classes.count * classes.count)
  }

  public mutating func add(truth: Int, answer: Int) { counts[truth * classes.count + answer] += 1 }

  public subscript(truth: Int, answer: Int) -> Int { counts[truth * classes.count + answer] }

  public var total: Int { counts.reduce(0, +) }
  public var right: Int { classes.indices.reduce(0) { $0 + self[$1, $1] } }

  /// Share of all pictures named rightly; 0 where there are none.
  public var accuracy: Double { Double(right) / Double(max(1, total)) }

  public func total(of truth: Int) -> Int {
    classes.indices.reduce(0) { $0 + self[truth, $1] }
  }

  /// Share of the pictures of a class named rightly; nil where there are none.
  public func accuracy(of truth: Int) -> Double? {
    let total = total(of: truth)
    return total == 0 ? nil : Double(self[truth, truth]) / Double(total)
  }

  /// A header `class,NAME...`, then a row of counts for each class that pictures show.
  public var csv: String {
    let rows = classes.indices.map { truth in
      [classes[truth]] + classes.indices.map { "\(self[truth, $0])" }
    }
    return ([["class"] + classes] + rows).map(CSVRecords.line).joined()
  }
}
