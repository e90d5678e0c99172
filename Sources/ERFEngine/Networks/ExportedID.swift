// What names an exported graph and the edits of it, as text: `net.onnx:kernels=7,7,5:shortcuts=1,0,1`.

/// The file of an exported graph and what is chosen for its stages.
struct ExportedID: Sendable {
  let path: String
  /// What follows the path, as it was written.
  private let fields: String?

  /// nil for the names of other networks.
  init?(_ text: String) {
    if ONNXModel.isONNX(text) {
      (path, fields) = (text, nil)
      return
    }
    guard let end = text.lowercased().ranges(of: ".onnx:").last,
      text.lowercased().utf8.count == text.utf8.count
    else { return nil }
    let count = text.lowercased().utf8.distance(
      from: text.lowercased().startIndex, to: end.upperBound)
    let bytes = Array(text.utf8)
    path = String(decoding: bytes.prefix(count - 1), as: UTF8.self)
    fields = String(decoding: bytes.dropFirst(count), as: UTF8.self)
  }

  /// The stages that the text asks for, given those of the file.
  ///
  /// - Throws: ``ModelError`` for fields that are not known and numbers that do not fit.
  func stages(_ original: [StageDesign]) throws(ModelError) -> [StageDesign] {
    guard let fields else { return original }
    var parser = try FieldParser("\(path.fileName):\(fields)")
    let count = original.count
    func each(_ field: String, _ range: ClosedRange<Int>, _ own: [Int]) throws(ModelError) -> [Int]
    {
      let numbers = try parser.list(field, range, default: own, counts: 1...max(1, count))
      guard numbers.count == 1 || numbers.count == count else {
        throw .badValue(
          id: parser.id, field: field, value: numbers.listText,
          expected: "one number, or one for each of the \(count) stages")
      }
      return numbers.count == 1 ? [Int](repeating: numbers[0], count: count) : numbers
    }
    let kernels = try each("kernels", 0...StageDesign.kernels.upperBound, original.map(\.kernel))
    let dilations = try each("dilation", StageDesign.dilations, original.map(\.dilation))
    let shortcuts = try each("shortcuts", 0...1, original.map { $0.hasShortcuts ? 1 : 0 })
    try parser.finish()
    var stages = original
    for (index, stage) in original.enumerated() {
      // A stage without kernels has none to choose.
      if stage.kernel > 0 {
        guard FieldParser.isOdd(kernels[index]) else {
          throw .badValue(
            id: parser.id, field: "kernels", value: kernels.listText,
            expected: FieldParser.oddSides)
        }
        stages[index].kernel = kernels[index]
        stages[index].dilation = dilations[index]
      }
      stages[index].hasShortcuts = stage.hasShortcuts && shortcuts[index] == 1
    }
    return stages
  }

  /// The canonical text for stages that were chosen.
  static func text(_ path: String, _ stages: [StageDesign], original: [StageDesign]) -> String {
    var text = path
    func add(_ field: String, _ value: (StageDesign) -> Int) {
      guard stages.map(value) != original.map(value) else { return }
      text += ":\(field)=" + stages.map(value).listText
    }
    add("kernels") { $0.kernel }
    add("dilation") { $0.dilation }
    add("shortcuts") { $0.hasShortcuts ? 1 : 0 }
    return text
  }
}
