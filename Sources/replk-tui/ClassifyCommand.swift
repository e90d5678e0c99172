// `replk-tui classify`: what a network takes pictures for, and how often it is right.

import ERFEngine
import ERFInterface

extension Command {
  static let classify = Command(
    name: "classify", synopsis: "MODEL|FILE --image PATH... [options]",
    summary: "name the five likeliest classes of pictures, and the accuracy over class folders",
    options: Options.network + [
      Option(
        "--image", value: "PATH",
        help: "picture, folder of pictures, or folder of folders named like classes; may repeat"),
      Option(
        "--size", value: "S|HxW", values: .inputSize,
        help: "input size in pixels (default: what the network is evaluated at)"),
      Option("--json", help: "print as JSON"),
    ] + Options.run
  ) { arguments in
    let spec = try arguments.networks([arguments.model(for: "classify")])[0]
    guard arguments.has("--image") else {
      throw UsageError.missingOption(command: "classify", option: "--image PATH")
    }
    let size = arguments.size()
    let files = try ImageList.expandClasses(arguments.all("--image"))
    let classifier = try Classifier(spec, size: size, threads: arguments.threads())
    var skipped: [SkippedImage] = []
    let results = try classifier.classify(files) { skipped.append($0) }
    for image in skipped {
      StandardStreams.writeError(Text.message("skipped \(image.explanation)"))
    }
    if arguments.has("--json") {
      let document = Document(
        classifier.network, results, skipped, Accuracy(results, classes: classifier.classes))
      try StandardStreams.write(json: JSONText.encode(document))
    } else {
      try StandardStreams.write(text(classifier, results, skipped))
    }
  }

  private static func text(
    _ classifier: Classifier, _ results: [Classification], _ skipped: [SkippedImage]
  ) -> String {
    let network = classifier.network
    var lines = [
      "\(network.id)  weights \(network.weights) (\(network.weightsHash))  "
        + "\(classifier.classes) classes",
      "",
    ]
    for result in results {
      let mark = result.isRight.map { $0 ? "  right" : "  wrong" } ?? ""
      lines.append(result.image + mark)
      lines.append("  " + result.top.map(text).joined(separator: ", "))
    }
    let accuracy = Accuracy(results, classes: classifier.classes)
    if let share = accuracy.share {
      lines.append("")
      lines.append(
        "accuracy: \(accuracy.correct) of \(accuracy.total) pictures whose class is known, "
          + "\(Format.fixed(100 * share, 1)) %")
    }
    if !skipped.isEmpty {
      lines += ["", "note: \(skipped.count) of \(skipped.count + results.count) pictures skipped"]
    }
    for note in network.weightsChoice.map(Text.notes) ?? [] { lines += ["", note] }
    return Text.lines(lines)
  }

  private static func text(_ candidate: Classification.Candidate) -> String {
    "\(candidate.name ?? "class \(candidate.index)") "
      + "\(Format.fixed(100 * candidate.probability, 1)) %"
  }
}

extension Accuracy {
  /// How many pictures of known class were named rightly, out of so many classes.
  fileprivate init(_ results: [Classification], classes: Int) {
    let known = results.compactMap(\.isRight)
    self.init(correct: known.count { $0 }, total: known.count, categories: max(2, classes))
  }
}

/// What `--json` prints.
private struct Document: Encodable {
  struct Entry: Encodable {
    let image: String
    let top: [Classification.Candidate]
    let label: Int?
    let isRight: Bool?
  }

  struct Total: Encodable {
    let right: Int
    let labelled: Int
    let share: Double
  }

  let model: String
  let weights: String
  let weightsHash: String
  let results: [Entry]
  let skipped: [String]
  let accuracy: Total?

  init(
    _ network: Network, _ classifications: [Classification], _ skipped: [SkippedImage],
    _ accuracy: Accuracy
  ) {
    self.skipped = skipped.map(\.explanation)
    model = network.id
    weights = network.weights.description
    weightsHash = network.weightsHash
    results = classifications.map {
      Entry(
        image: $0.image, top: $0.top, label: $0.label, isRight: $0.isRight)
    }
    self.accuracy = accuracy.share.map {
      Total(right: accuracy.correct, labelled: accuracy.total, share: $0)
    }
  }
}
