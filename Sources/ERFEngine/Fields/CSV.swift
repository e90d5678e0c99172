// Matrices as comma-separated lines for spreadsheets.

/// Makes and reads tables of numbers.
public enum CSV {
  /// A matrix, (H, W) row-major.
  struct Matrix: Equatable {
    let height: Int
    let width: Int
    let values: [Double]
  }

  /// Reads one row a line, with as many numbers each between semicolons, commas, or tabs and blanks:
  /// whichever of these comes first in this order, or what a line `sep=;` before them says. Between
  /// semicolons, and what else such a line says, commas mark decimals, as spreadsheets in much of Europe
  /// write them. Lines of `#` are passed over.
  ///
  /// - Parameter path: for messages.
  /// - Throws: ``ExportError``.
  static func decode(_ bytes: [UInt8], path: String) throws(ExportError) -> Matrix {
    let text = CSVRecords.text(bytes)
    var separator: UInt8?
    var isTold = false
    var values: [Double] = []
    var height = 0
    var width = 0
    for (line, row) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let start = row.first { !$0.isWhitespace }
      if start == nil || start == "#" { continue }
      if height == 0, !isTold {
        if let told = CSVRecords.separator(toldBy: row) {
          separator = told
          isTold = true
          continue
        }
        separator = [UInt8(ascii: ";"), CSVRecords.comma].first { row.utf8.contains($0) }
      }
      let fields = fields(of: row, separator)
      if height == 0 { width = fields.count }
      guard fields.count == width else {
        throw .damaged(
          path: path, format: "CSV",
          reason: "line \(line + 1) has \(fields.count.counted("number")) where the first has "
            + "\(width)")
      }
      for field in fields {
        let marksDecimals = separator != nil && separator != CSVRecords.comma
        let number = marksDecimals ? field.replacing(",", with: ".") : field
        guard let value = Double(number) else {
          throw .damaged(
            path: path, format: "CSV",
            reason: "\(WeightsMismatch.quoted(field)) in line \(line + 1) is not a number")
        }
        values.append(value)
      }
      height += 1
    }
    return Matrix(height: height, width: width, values: values)
  }

  /// What stands in a row, without blanks and quotes around; nil: between blanks.
  private static func fields(of row: Substring, _ separator: UInt8?) -> [String] {
    guard let separator else { return row.split(whereSeparator: \.isWhitespace).map(String.init) }
    let quoted =
      row.contains("\"")
      ? CSVRecords.parse(String(row), separator: separator)?.first?.fields : nil
    let fields =
      quoted
      ?? row.utf8.split(separator: separator, omittingEmptySubsequences: false)
      .map { String(Substring($0)) }
    var bare = fields.map { field in
      let words = field.split(whereSeparator: \.isWhitespace)
      return words.count == 1 ? String(words[0]) : field.allSatisfy(\.isWhitespace) ? "" : field
    }
    // Some programs write a separator at the end of each line too.
    if bare.last == "" { bare.removeLast() }
    return bare
  }

  /// One line a row, (H, W) row-major, numbers in the shortest form that reads back the same.
  public static func encode(_ values: [Double], height: Int, width: Int) -> [UInt8] {
    precondition(values.count == height * width)
    var bytes: [UInt8] = []
    for row in 0..<height {
      for column in 0..<width {
        if column > 0 { bytes.append(UInt8(ascii: ",")) }
        bytes += Array("\(values[row * width + column])".utf8)
      }
      bytes.append(0x0A)
    }
    return bytes
  }
}

extension ExportFormat {
  /// M as text.
  static let csv = ExportFormat(
    "csv", [Offer("maps as CSV: M as text")], saysWhatItIsOf: false
  ) { result, _ throws(ExportError) in
    CSV.encode(result.map.values, height: result.map.height, width: result.map.width)
  }
}
