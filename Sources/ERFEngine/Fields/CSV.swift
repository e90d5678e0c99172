// Matrices as comma-separated lines for spreadsheets.

/// Makes CSV files of numbers.
public enum CSV {
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
