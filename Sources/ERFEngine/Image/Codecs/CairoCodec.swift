// Drawings to PDF and to pixels through cairo.

import CCairo

enum CairoCodec {
  /// Most pixels of a drawing.
  private static let pixelLimit = 200_000_000

  /// - Throws: where the library is not there.
  static func requireLibrary() throws(CodecFailure) {
    let failure = unsafe CodecFailure.collect(Int(CCAIRO_MESSAGE)) { unsafe ccairo_load($0) }
    if let failure { throw failure }
  }

  /// A PDF file of one page.
  static func pdf(_ drawing: VectorDrawing) throws(CodecFailure) -> [UInt8] {
    let subject = drawing.facts.map { "\($0.keyword): \($0.text)" }.joined(separator: "\n")
    let canvas = try unsafe CairoCanvas { canvas, message in
      unsafe ccairo_open_pdf(
        drawing.width, drawing.height, drawing.title, subject, canvas, message)
    }
    return try canvas.drawn(drawing)
  }

  static func pixels(_ drawing: VectorDrawing, scale: Double) throws(CodecFailure) -> Image {
    let width = (drawing.width * scale).rounded(.up)
    let height = (drawing.height * scale).rounded(.up)
    guard width >= 1, height >= 1, width * height <= Double(pixelLimit) else {
      throw CodecFailure(message: "\(width) x \(height) pixels are too many")
    }
    let canvas = try unsafe CairoCanvas { canvas, message in
      unsafe ccairo_open_pixels(Int32(width), Int32(height), scale, canvas, message)
    }
    return Image(height: Int(height), width: Int(width), pixels: try canvas.drawn(drawing))
  }
}

/// A canvas of the library, from its opening to its bytes.
@safe private struct CairoCanvas {
  private let canvas: OpaquePointer

  init(
    _ open: (UnsafeMutablePointer<OpaquePointer?>, UnsafeMutablePointer<CChar>?) -> Bool
  ) throws(CodecFailure) {
    var opened: OpaquePointer?
    let failure = unsafe CodecFailure.collect(Int(CCAIRO_MESSAGE)) { unsafe open(&opened, $0) }
    if let failure { throw failure }
    guard let opened = unsafe opened else { throw CodecFailure(message: "no canvas") }
    unsafe canvas = opened
  }

  /// Draws all of it and closes the canvas.
  func drawn(_ drawing: VectorDrawing) throws(CodecFailure) -> [UInt8] {
    var trouble: CodecFailure?
    for element in drawing.elements where trouble == nil { trouble = draw(element) }
    var encoded: [UInt8] = []
    let failure = unsafe CodecFailure.collect(Int(CCAIRO_MESSAGE)) { message in
      var bytes: UnsafeMutablePointer<UInt8>?
      var count = 0
      let done = unsafe ccairo_close(canvas, &bytes, &count, message)
      if done {
        encoded = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
        unsafe ccairo_free(bytes)
      }
      return done
    }
    if let failure = trouble ?? failure { throw failure }
    return encoded
  }

  private func draw(_ element: VectorDrawing.Element) -> CodecFailure? {
    switch element {
    case .line(let points, let width, let dash, let isClosed, let ink):
      let places = points.flatMap { [$0.x, $0.y] }
      unsafe ccairo_line(
        canvas, places, points.count, isClosed, width, dash, ccairo_colour(ink))
    case .area(let points, let ink):
      let places = points.flatMap { [$0.x, $0.y] }
      unsafe ccairo_line(canvas, places, points.count, true, 0, 0, ccairo_colour(ink))
    case .text(let text, let point, let size, let anchor, let isBold, let isTurned, let ink):
      let share = anchor == .start ? 0 : anchor == .middle ? 0.5 : 1
      unsafe ccairo_text(
        canvas, text, point.x, point.y, size, share, isBold, isTurned, ccairo_colour(ink))
    case .picture(let image, let box):
      return unsafe CodecFailure.collect(Int(CCAIRO_MESSAGE)) { message in
        unsafe ccairo_picture(
          canvas, image.pixels, Int32(image.height), Int32(image.width), box.x, box.y, box.width,
          box.height, message)
      }
    }
    return nil
  }
}

extension ccairo_colour {
  fileprivate init(_ ink: VectorDrawing.Ink) {
    self.init(
      red: Double(ink.red) / 255, green: Double(ink.green) / 255,
      blue: Double(ink.blue) / 255, alpha: ink.cover)
  }
}
