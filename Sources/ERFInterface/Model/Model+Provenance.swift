// Where a screen comes from, for whoever finds its picture.

public import ERFEngine

extension Model {
  /// The size of the input, or those of A's and B's.
  private var inputText: String {
    let sizes = sides.indices.map { "\(inputSize($0))" }
    return Set(sizes).count == 1
      ? sizes[0]
      : sides.indices.map { "\(Self.letter($0)) \(sizes[$0])" }.joined(separator: ", ")
  }

  /// As text chunks of a PNG hold it: networks with their weights, input, layer, pictures, rule, program.
  public var provenance: [PNGText] {
    let networks = sides.indices.map { side in
      let network = session.networks[side]
      let hash = sides[side].shown?.subject.map { ", hash \($0.weightsHash)" } ?? ""
      let weights =
        network.savedMap == nil ? " (weights \(network.weightsText)\(hash))" : ""
      return "\(Self.letter(side)) \(designs.text(network))\(weights)"
    }
    let images = session.images
    let names = images.range.prefix(8).map { images.name($0) }.joined(separator: ", ")
    let more = images.range.count > 8 ? " and \(images.range.count - 8) more" : ""
    var texts = [
      PNGText(keyword: "Title", text: "replk-tui, a screen"),
      PNGText(keyword: "Networks", text: networks.joined(separator: "; ")),
      PNGText(keyword: "Input", text: inputText),
      PNGText(keyword: "Images", text: "\(images.range.count): \(names)\(more)"),
      PNGText(keyword: "Rule", text: session.rule.rawValue),
      PNGText(keyword: "Software", text: ProgramRecord.maker),
    ]
    if let layer = facts(unitSide)?.layer(session.target)?.name {
      texts.insert(PNGText(keyword: "Layer", text: layer.sanitised), at: 3)
    }
    for side in sides.indices {
      for note in sides[side].shown?.subject?.weightsChoice.notes ?? [] {
        texts.append(PNGText(keyword: "Note", text: "\(Self.letter(side)): \(note.sanitised)"))
      }
    }
    return texts
  }
}
