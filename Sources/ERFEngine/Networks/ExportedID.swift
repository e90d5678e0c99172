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
    func each(
      _ field: String, _ range: ClosedRange<Int>, _ own: [Int], _ numbers: String,
      isOpen: (StageDesign) -> Bool, lacking: String, where isValid: (Int) -> Bool = { _ in true }
    ) throws(ModelError) -> [Int] {
      let expected = FieldParser.onePerStage("\(numbers); one", count)
      let chosen = try parser.list(
        field, range, default: own, counts: 1...max(1, count), expected: expected)
      guard chosen.count == 1 || chosen.count == count else {
        throw .badValue(id: parser.id, field: field, value: chosen.listText, expected: expected)
      }
      let each = chosen.count == 1 ? [Int](repeating: chosen[0], count: count) : chosen
      guard zip(original, each).allSatisfy({ !isOpen($0) || isValid($1) }) else {
        throw .badValue(id: parser.id, field: field, value: chosen.listText, expected: expected)
      }
      guard !parser.has(field) || original.contains(where: isOpen) else {
        throw .badValue(
          id: parser.id, field: field, value: chosen.listText,
          expected: "no such field, since no stage has \(lacking)")
      }
      return each
    }
    let kernels = try each(
      "kernels", 0...StageDesign.kernels.upperBound, original.map(\.kernel),
      "\(FieldParser.oddSides), 0 for stages without kernels to choose",
      isOpen: { $0.kernel > 0 }, lacking: "kernels to choose", where: FieldParser.isOdd)
    let dilations = try each(
      "dilation", StageDesign.dilations, original.map(\.dilation),
      "whole numbers from \(StageDesign.dilations.lowerBound) to \(StageDesign.dilations.upperBound)",
      isOpen: { $0.kernel > 0 }, lacking: "kernels to choose")
    let shortcuts = try each(
      "shortcuts", 0...1, original.map { $0.hasShortcuts ? 1 : 0 }, "0 or 1",
      isOpen: \.hasShortcuts, lacking: "shortcuts to cut")
    try parser.finish()
    var stages = original
    for (index, stage) in original.enumerated() {
      // A stage without kernels has none to choose.
      if stage.kernel > 0 {
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
