// Drawings as files: SVG word for word, PDF and PNG by what their formats say of them.

import Foundation
import Testing

@testable import ERFEngine

@Suite struct VectorDrawingTests {
  private let black = VectorDrawing.Ink(0, 0, 0)

  private var drawing: VectorDrawing {
    var drawing = VectorDrawing(
      width: 90, height: 60, title: "A & B", facts: [PNGText(keyword: "Rule", text: "paper")])
    let points = [VectorDrawing.Point(10, 20.126), VectorDrawing.Point(30.5, 40)]
    drawing.elements = [
      .area(
        [
          VectorDrawing.Point(60, 0), VectorDrawing.Point(90, 0), VectorDrawing.Point(90, 60),
          VectorDrawing.Point(60, 60),
        ], VectorDrawing.Ink(255, 0, 0)),
      .line(points, width: 0.5, dash: 2, VectorDrawing.Ink(16, 32, 255, cover: 0.5)),
      .text("x < 1", VectorDrawing.Point(5, 8), size: 7, anchor: .middle, isBold: true, black),
      .picture(
        Image(height: 1, width: 2, pixels: [0, 255, 0, 0, 0, 255]),
        VectorDrawing.Rectangle(x: 20, y: 40, width: 20, height: 10)),
    ]
    return drawing
  }

  @Test func svgIsText() throws {
    let text = String(decoding: try drawing.encoded(.svg), as: UTF8.self)
    #expect(text.hasPrefix("<?xml"))
    let lines = text.split(separator: "\n").map(String.init)
    for line in [
      "<title>A &amp; B</title>", "<desc>Rule: paper</desc>",
      "<path d=\"M60 0L90 0L90 60L60 60Z\" fill=\"#ff0000\"/>",
      "<path d=\"M10 20.13L30.5 40\" fill=\"none\" stroke=\"#1020ff\" stroke-width=\"0.5\" "
        + "stroke-linejoin=\"round\" stroke-dasharray=\"2\" stroke-opacity=\"0.5\"/>",
      "<text x=\"5\" y=\"8\" font-size=\"7\" text-anchor=\"middle\" font-weight=\"bold\" "
        + "fill=\"#000000\">x &lt; 1</text>",
    ] {
      #expect(lines.contains(line), "\(line)")
    }
    let data = try #require(text.firstMatch(of: /base64,([A-Za-z0-9+\/=]+)/)?.1)
    let picture = try #require(Data(base64Encoded: String(data)))
    #expect(
      try PNGCodec.decode(Array(picture), size: InputSize(height: 1, width: 2)) == [
        0, 255, 0, 0, 0, 255,
      ])
  }

  @Test func pdfHasOnePageAndNoDate() throws {
    let bytes = try drawing.encoded(.pdf)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.hasPrefix("%PDF-1.4") && text.contains("MediaBox [ 0 0 90 60 ]"))
    #expect(!text.contains("Date"))
    #expect(try drawing.encoded(.pdf) == bytes)
  }

  @Test func pngHasThePixels() throws {
    let bytes = try drawing.encoded(.png, scale: 2)
    let size = try PNGCodec.size(bytes)
    #expect(size == InputSize(height: 120, width: 180))
    let pixels = try PNGCodec.decode(bytes, size: size)
    func pixel(_ row: Int, _ column: Int) -> [UInt8] {
      Array(pixels[(row * 180 + column) * 3..<(row * 180 + column) * 3 + 3])
    }
    #expect(pixel(60, 150) == [255, 0, 0] && pixel(118, 2) == [255, 255, 255])
    // Two pixels become two rectangles with a sharp edge between them.
    #expect(pixel(90, 59) == [0, 255, 0] && pixel(90, 60) == [0, 0, 255])
    #expect(String(decoding: bytes, as: UTF8.self).contains("tEXtRule\0paper"))
  }

  @Test func wordsAreWrapped() {
    let lines = VectorDrawing.wrapped("one two three four", size: 10, width: 60)
    #expect(lines.joined(separator: " ") == "one two three four" && lines.count > 1)
    #expect(lines.allSatisfy { VectorDrawing.width(of: $0, size: 10) <= 60 })
  }
}
