// The plot of shape bias that the papers show (Geirhos et al. 2019, figure 4; RepLKNet, figure 5), in
// characters: a row a category, from shape at the left to texture at the right.

import ERFEngine
import ERFInterface

struct ShapeBiasChart {
  /// One decision maker of the plot.
  struct Entry {
    let marker: Character
    let bias: ShapeBias
    /// The middle 95 % of the bias over stimuli.
    let interval: ClosedRange<Double>?
    /// Decided by a read-out that only guesses: no bias is drawn.
    var isAtChance = false

    var average: Double? { isAtChance ? nil : bias.overall.bias }
    func bias(for category: ObjectCategory) -> Double? {
      isAtChance ? nil : bias.counts(for: category).bias
    }
  }

  private struct Glyphs {
    let point: Character
    let average: Character
    let reference: Character
    let several: Character
  }

  private static let unicode = Glyphs(point: "·", average: "│", reference: "┊", several: "✶")
  private static let ascii = Glyphs(point: ".", average: "|", reference: ":", several: "*")
  private static let markers: [Character] = ["●", "■", "▲", "◆", "▼", "○", "□", "△", "◇", "▽"]
  private static let letters: [Character] = Array("abcdefghijklmnopqrstuvwxyz")
  static let human: Character = "H"

  /// The marker of decision maker `index`; letters where these are used up or only ASCII is wanted.
  static func marker(_ index: Int, ascii: Bool) -> Character {
    ascii || index >= markers.count ? letters[index % letters.count] : markers[index]
  }

  private let entries: [Entry]
  private let width: Int
  private let glyphs: Glyphs

  /// `width`: columns of the whole plot, at least 40.
  init(_ entries: [Entry], width: Int = 78, ascii: Bool = false) {
    self.entries = entries
    self.width = max(40, width)
    glyphs = ascii ? Self.ascii : Self.unicode
  }

  var lines: [String] {
    let left = String(repeating: " ", count: labels)
    let titles = "shape".rightPadded(cells / 2) + "texture".leftPadded(cells - cells / 2)
    return [left + titles, left + scale] + ObjectCategory.plotOrder.map(row) + feet
  }

  // MARK: Parts

  private let labels = 10
  private var cells: Int { width - labels }

  /// Shares of shape decisions, from 1 to 0, above their columns.
  private var scale: String {
    var line = [Character](repeating: " ", count: cells)
    for tenth in stride(from: 0, through: 10, by: 2) {
      let text = tenth == 0 ? "0" : tenth == 10 ? "1" : ".\(tenth)"
      let column = min(column(Double(tenth) / 10), cells - text.count)
      for (offset, character) in text.enumerated() { line[column + offset] = character }
    }
    return String(line)
  }

  private func row(_ category: ObjectCategory) -> String {
    var line = [Character](repeating: glyphs.point, count: cells)
    for entry in entries {
      guard let bias = entry.average else { continue }
      line[column(bias)] = entry.marker == Self.human ? glyphs.reference : glyphs.average
    }
    var taken: Set<Int> = []
    for entry in entries {
      guard let bias = entry.bias(for: category) else { continue }
      let column = column(bias)
      line[column] = taken.insert(column).inserted ? entry.marker : glyphs.several
    }
    return category.rawValue.rightPadded(labels) + String(line)
  }

  /// Whose the vertical lines are; one line more where two of them fall together.
  private var feet: [String] {
    var feet: [[Character]] = []
    for entry in entries {
      guard let bias = entry.average else { continue }
      let column = column(bias)
      if let free = feet.firstIndex(where: { $0[column] == " " }) {
        feet[free][column] = entry.marker
      } else {
        var foot = [Character](repeating: " ", count: cells)
        foot[column] = entry.marker
        feet.append(foot)
      }
    }
    return feet.enumerated().map { index, foot in
      (index == 0 ? "average" : "").rightPadded(labels) + String(foot).trimmedRight
    }
  }

  /// The column of a share of shape decisions: 1 at the left.
  private func column(_ bias: Double) -> Int {
    Int(((1 - bias) * Double(cells - 1)).rounded())
  }
}

// MARK: Legend

extension ShapeBiasChart {
  /// Who is who, with the numbers behind the plot.
  var legend: [String] {
    let hasForeign = entries.contains { $0.bias.foreignCount > 0 }
    let rows = entries.map { entry -> [String] in
      let counts = entry.bias.overall
      return [
        "\(entry.marker) \(entry.bias.subject)",
        entry.isAtChance ? "chance" : counts.bias.map { Format.fixed($0, 4) } ?? "n/a",
        Self.text(entry.interval),
        "\(counts.shape)", "\(counts.texture)", "\(counts.neither)", "\(counts.total)",
      ] + (hasForeign ? ["\(entry.bias.foreignCount)"] : [])
    }
    return Text.table(
      ["", "shape bias", "95 %", "shape S", "texture T", "neither", "conflicts"]
        + (hasForeign ? ["no category"] : []), rows)
  }

  static func text(_ interval: ClosedRange<Double>?) -> String {
    interval.map { "\(Format.fixed($0.lowerBound, 3))-\(Format.fixed($0.upperBound, 3))" } ?? ""
  }

  /// What the signs of plot and legend mean.
  var note: String {
    let several = glyphs.several
    let bias = "shape bias = S / (S + T)"
    return lines.contains { $0.contains(several) }
      ? "\(several) several in one place; \(bias)" : bias
  }
}
