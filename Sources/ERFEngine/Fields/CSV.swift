// Matrices as comma-separated lines for spreadsheets.

/// Makes and reads tables of numbers.
public enum CSV {
  /// A matrix, (H, W) row-major.
  struct Matrix: Equatable {
    let height: Int
    let width: Int
    let values: [Double]
  }

  /// Reads one row a line, with as many numbers each between commas, semicolons, tabs or blanks.
  ///
  /// - Parameter path: for messages.
  /// - Throws: ``ExportError``.
  static func decode(_ bytes: [UInt8], path: String) throws(ExportError) -> Matrix {
    let text = CSVRecords.text(bytes)
    let separator = CSVRecords.separator(of: text)
    var values: [Double] = []
    var height = 0
    var width = 0
    for (line, row) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let fields = row.split { $0 == separator || $0 == " " || $0 == "\t" }
      if fields.isEmpty { continue }
      if height == 0 { width = fields.count }
      guard fields.count == width else {
        throw .damaged(
          path: path, format: "CSV",
          reason: "line \(line + 1) has \(fields.count) numbers where the first has \(width)")
      }
      for field in fields {
        guard let value = Double(field) else {
          throw .damaged(
            path: path, format: "CSV",
            reason:
              "'\(WeightsMismatch.printable(String(field)))' in line \(line + 1) is not a number"
          )
        }
        values.append(value)
      }
      height += 1
    }
    return Matrix(height: height, width: width, values: values)
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
