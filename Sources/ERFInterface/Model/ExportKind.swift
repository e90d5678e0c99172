// What the export menu offers.

import ERFEngine

/// A kind of file.
public enum ExportKind: Sendable, Hashable, CaseIterable {
  case maps, pgm16, pgm8, pgmASCII, png, npy, csv, json
  case figurePDF, figureSVG, figurePNG, tableTeX, tableCSV
  case screenText, screenANSI, screenSVG, screenPNG

  /// As the menu names it.
  var title: String {
    switch self {
    case .maps: "maps as PGM, PNG and NPY"
    case .pgm16: "maps as PGM, 16 bits"
    case .pgm8: "maps as PGM, 8 bits"
    case .pgmASCII: "maps as PGM, text"
    case .png: "maps as PNG, in colours"
    case .npy: "maps as NPY: M, float32"
    case .csv: "maps as CSV: M as text"
    case .json: "metrics as JSON"
    case .figurePDF: "figure for a paper as PDF"
    case .figureSVG: "figure for a paper as SVG"
    case .figurePNG: "figure for a paper as PNG"
    case .tableTeX: "table for a paper as LaTeX"
    case .tableCSV: "table of all networks as CSV"
    case .screenText: "this screen as text"
    case .screenANSI: "this screen as text with colours, for cat"
    case .screenSVG: "this screen as SVG"
    case .screenPNG: "this screen as PNG"
    }
  }

  /// Endings of the files of maps; none for the screen.
  var endings: [String] {
    switch self {
    case .maps: ["pgm", "png", "npy"]
    case .pgm16, .pgm8, .pgmASCII: ["pgm"]
    case .png: ["png"]
    case .npy: ["npy"]
    case .csv: ["csv"]
    case .json: ["json"]
    default: []
    }
  }

  /// Ending of the screen's file; nil for maps.
  public var screenEnding: String? {
    switch self {
    case .screenText: "txt"
    case .screenANSI: "ans"
    case .screenSVG: "svg"
    case .screenPNG: "png"
    default: nil
    }
  }

  /// Ending of a figure's file, or of its table; nil for others.
  var figureEnding: String? {
    switch self {
    case .figurePDF: "pdf"
    case .figureSVG: "svg"
    case .figurePNG: "png"
    case .tableTeX: "tex"
    case .tableCSV: "csv"
    default: nil
    }
  }

  var variant: PGMVariant {
    switch self {
    case .pgm8: .binary8
    case .pgmASCII: .ascii
    default: .binary16
    }
  }
}

extension Model {
  /// Why an entry of the export menu cannot be had now.
  func exportRefusal(_ kind: ExportKind) -> String? {
    if kind.screenEnding != nil { return nil }
    return sides.contains { $0.shown?.result != nil } ? nil : "no finished map to export yet"
  }
}
