// `replk-tui classify`: what a network takes pictures for, and how often it is right.

import ERFEngine
import ERFInterface

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Command {
  static let classify = Command(
    name: "classify", synopsis: "MODEL|FILE --image PATH... [options]",
    summary: "name the five likeliest classes of pictures, and the accuracy over class folders",
    options: Options.network + [
      Option(
        "--image", value: "PATH",
        help: "picture, folder of pictures, or folder of folders named like classes; may repeat"),
      Option(
        "--size", value: "S|HxW",
        help: "input size in pixels (default: what the network is evaluated at)"),
      Option("--json", help: "print as JSON"),
    ] + Options.run
  ) { arguments in
    let spec = try arguments.networks([arguments.model(for: "classify")])[0]
    guard arguments.has("--image") else {
      throw UsageError.missingOption(command: "classify", option: "--image PATH")
    }
    let size = arguments.has("--size") ? try arguments.size() : nil
    let files = try ImageList.expandClasses(arguments.all("--image"))
    let classifier = try Classifier(spec, size: size, threads: arguments.threads())
    var skipped: [SkippedImage] = []
    let results = try classifier.classify(files) { skipped.append($0) }
    for image in skipped {
      StandardStreams.writeError(Text.message("skipped \(image.explanation)"))
    }
    if arguments.has("--json") {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      let document = Document(classifier.network, results, skipped)
      try StandardStreams.write(String(decoding: encoder.encode(document), as: UTF8.self) + "\n")
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
    let accuracy = Accuracy(results)
    if accuracy.labelled > 0 {
      lines.append("")
      lines.append(
        "accuracy: \(accuracy.right) of \(accuracy.labelled) pictures whose class is known, "
          + "\(Format.fixed(100 * accuracy.share, 1)) %")
    }
    if !skipped.isEmpty {
      lines += ["", "note: \(skipped.count) of \(skipped.count + results.count) pictures skipped"]
    }
    if let choice = network.weightsChoice, !choice.others.isEmpty {
      lines += ["", Text.note(of: choice)]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func text(_ candidate: Classification.Candidate) -> String {
    "\(candidate.name ?? "class \(candidate.index)") "
      + "\(Format.fixed(100 * candidate.probability, 1)) %"
  }
}

/// How many pictures of known class were named rightly.
private struct Accuracy {
  let right: Int
  let labelled: Int

  init(_ results: [Classification]) {
    let known = results.compactMap(\.isRight)
    labelled = known.count
    right = known.count { $0 }
  }

  var share: Double { Double(right) / Double(labelled) }
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
    _ network: Network, _ classifications: [Classification], _ skipped: [SkippedImage]
  ) {
    self.skipped = skipped.map(\.explanation)
    model = network.id
    weights = network.weights.description
    weightsHash = network.weightsHash
    results = classifications.map {
      Entry(
        image: $0.image, top: $0.top, label: $0.label, isRight: $0.isRight)
    }
    let total = Accuracy(classifications)
    accuracy =
      total.labelled == 0
      ? nil : Total(right: total.right, labelled: total.labelled, share: total.share)
  }
}
