// What the file of a saved map says of its pictures, in words.

import ERFEngine

extension MapRecord.Pictures {
  /// `4 pictures`, or `4 of 9 pictures` where more were to come.
  func counted(_ word: String) -> String {
    partialOf.map { "\(count) of \($0.counted(word))" } ?? count.counted(word)
  }

  /// That more were to come, in fewer and fewer words; none where nothing says so.
  var partialTexts: [String] {
    guard let partialOf else { return [] }
    let brief = "\(count) of \(partialOf)"
    return ["partial, \(counted("picture"))", "partial, \(brief)", brief]
  }
}
