// What the export menu offers.

import ERFEngine

/// An entry of the menu: files of maps, a figure or its table, or a picture of the screen.
public struct ExportKind: Sendable, Hashable {
  let title: String
  /// Endings of the files of maps; none for others.
  let endings: [String]
  let variant: PGMVariant
  /// Ending of a figure's file, or of its table; nil for others.
  let figureEnding: String?
  /// Ending of the screen's file; nil for others.
  public let screenEnding: String?

  private init(
    _ title: String, endings: [String] = [], variant: PGMVariant = .binary16,
    figure: String? = nil, screen: String? = nil
  ) {
    (self.title, self.endings, self.variant) = (title, endings, variant)
    (figureEnding, screenEnding) = (figure, screen)
  }

  /// Every map in the usual formats at once.
  static let maps = ExportKind(
    "maps as PGM, PNG and NPY", endings: ExportFormat.usual.map(\.ending))

  private static let figures = [
    ExportKind("figure for a paper as PDF", figure: "pdf"),
    ExportKind("figure for a paper as SVG", figure: "svg"),
    ExportKind("figure for a paper as PNG", figure: "png"),
    ExportKind("table for a paper as LaTeX", figure: "tex"),
    ExportKind("table of all networks as CSV", figure: "csv"),
  ]

  private static let screens = [
    ExportKind("this screen as text", screen: "txt"),
    ExportKind("this screen as text with colours, for cat", screen: "ans"),
    ExportKind("this screen as SVG", screen: "svg"),
    ExportKind("this screen as PNG", screen: "png"),
  ]

  static let all =
    [maps]
    + ExportFormat.all.flatMap { format in
      format.offers.map {
        ExportKind($0.title, endings: [format.ending], variant: $0.variant)
      }
    } + figures + screens

  /// `PGM, PNG, NPY`, for help.
  static let names = ExportFormat.all.map { $0.ending.uppercased() }.joined(separator: ", ")
}

extension Model {
  /// Why an entry of the export menu cannot be had now.
  func exportRefusal(_ kind: ExportKind) -> String? {
    if kind.screenEnding != nil || sides.contains(where: { $0.shown?.isExportable ?? false }) {
      return nil
    }
    // These say of each map whether it is partial.
    if kind.figureEnding != nil, sides.contains(where: { $0.measured != nil }) { return nil }
    let stopped = sides.indices.compactMap { index in
      sides[index].job == nil ? sides[index].measured.map { (index, $0) } : nil
    }.first
    if let (index, map) = stopped, sides[index].ending == map.id {
      return "the run of \(Self.letter(index)) is still ending: try again in a moment"
    }
    return stopped.map { index, map in
      "\(Self.letter(index)) was stopped at \(map.images) of \(map.ofImages): "
        + "figures and tables take that, maps must be finished"
    } ?? "no finished map to export yet"
  }
}
