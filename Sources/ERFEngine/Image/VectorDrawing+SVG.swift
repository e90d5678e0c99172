// Drawings as SVG, whose text stays text.

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension VectorDrawing {
  /// The document (SVG 1.1), pictures inside.
  func svg() throws(CodecFailure) -> String {
    let (width, height) = (Self.number(width), Self.number(height))
    var lines = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
      "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
        + "width=\"\(width)pt\" height=\"\(height)pt\" viewBox=\"0 0 \(width) \(height)\" "
        + "font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\">",
      "<title>\(title.escapedXML)</title>",
    ]
    if !facts.isEmpty {
      let text = facts.map { "\($0.keyword): \($0.text)" }.joined(separator: "\n")
      lines.append("<desc>\(text.escapedXML)</desc>")
    }
    lines.append("<rect width=\"\(width)\" height=\"\(height)\" fill=\"#ffffff\"/>")
    for element in elements { lines.append(try Self.tag(element)) }
    return (lines + ["</svg>", ""]).joined(separator: "\n")
  }

  private static func tag(_ element: Element) throws(CodecFailure) -> String {
    switch element {
    case .line(let points, let width, let dash, let isClosed, let ink):
      let dashes = dash > 0 ? " stroke-dasharray=\"\(number(dash))\"" : ""
      return "<path d=\"\(path(points, isClosed: isClosed))\" fill=\"none\" "
        + "stroke=\"\(name(ink))\" stroke-width=\"\(number(width))\" "
        + "stroke-linejoin=\"round\"\(dashes)\(opacity("stroke", ink))/>"
    case .area(let points, let ink):
      return "<path d=\"\(path(points, isClosed: true))\" fill=\"\(name(ink))\""
        + "\(opacity("fill", ink))/>"
    case .text(let text, let point, let size, let anchor, let isBold, let isTurned, let ink):
      let (x, y) = (number(point.x), number(point.y))
      let anchored = ["", " text-anchor=\"middle\"", " text-anchor=\"end\""]
      let place = anchor == .start ? 0 : anchor == .middle ? 1 : 2
      let turned = isTurned ? " transform=\"rotate(-90 \(x) \(y))\"" : ""
      return "<text x=\"\(x)\" y=\"\(y)\" font-size=\"\(number(size))\""
        + anchored[place] + (isBold ? " font-weight=\"bold\"" : "") + turned
        + " fill=\"\(name(ink))\"\(opacity("fill", ink))>\(text.escapedXML)</text>"
    case .picture(let image, let box):
      let file = Data(try PNGCodec.encode(image)).base64EncodedString()
      return "<image x=\"\(number(box.x))\" y=\"\(number(box.y))\" width=\"\(number(box.width))\" "
        + "height=\"\(number(box.height))\" preserveAspectRatio=\"none\" "
        + "style=\"image-rendering:pixelated\" xlink:href=\"data:image/png;base64,\(file)\"/>"
    }
  }

  private static func path(_ points: [Point], isClosed: Bool) -> String {
    let places = points.map { "\(number($0.x)) \(number($0.y))" }
    return "M" + places.joined(separator: "L") + (isClosed ? "Z" : "")
  }

  /// Hundredths are finer than any eye.
  private static func number(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let (whole, rest) = abs(hundredths).quotientAndRemainder(dividingBy: 100)
    let sign = hundredths < 0 ? "-" : ""
    if rest == 0 { return "\(sign)\(whole)" }
    return "\(sign)\(whole)."
      + (rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)")
  }

  private static func name(_ ink: Ink) -> String {
    let digits = [ink.red, ink.green, ink.blue].map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return "#" + digits.joined()
  }

  private static func opacity(_ what: String, _ ink: Ink) -> String {
    ink.cover < 1 ? " \(what)-opacity=\"\(number(ink.cover))\"" : ""
  }
}
