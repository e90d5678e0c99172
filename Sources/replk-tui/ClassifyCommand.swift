// `replk-tui classify`: what a network takes pictures for, and how often it is right.

import ERFEngine
import ERFInterface

extension Command {
  static let classify = Command(
    name: "classify", synopsis: "MODEL|FILE --image PATH... [options]",
    summary: "name the five likeliest classes of pictures, and the accuracy over class folders",
    options: Options.network + [
      Option(
        "--image", value: "PATH", repeats: true,
        help: "picture, folder of pictures, or folder of folders named like classes; may be "
          + "repeated"),
      Option(
        "--size", value: "S|HxW", values: .inputSizes,
        help: "input size in pixels (default: what the network was trained for or is evaluated "
          + "at); with several, such as 160,224,320, the accuracy at each"),
      Option("--json", help: "print as JSON"),
    ] + Options.preparation + Options.classes + Options.run
  ) { arguments in
    let spec = try arguments.networks([arguments.model(for: "classify")])[0]
    guard arguments.has("--image") else {
      throw UsageError.missingOption(command: "classify", option: "--image PATH")
    }
    let sizes = arguments.last("--size").flatMap([InputSize].init(arguments:)) ?? []
    let files = try ImageList.expandClasses(arguments.all("--image"))
    arguments.tell(ImageList.leftOut(of: arguments.all("--image")))
    let opened = try OpenedNetwork(sizes.count == 1 ? spec.bound(to: sizes[0]) : spec)
    try opened.requireClasses()
    for size in sizes.isEmpty ? [nil] : sizes.map(Optional.some) {
      try opened.requireMemoryForward(size: size)
    }
    Interruption.catchSignals()
    let network = try Network(opened, cancellation: Interruption.cancellation)
    if sizes.count > 1 {
      if arguments.has("--json") { throw UsageError.conflicting("several sizes", "--json") }
      return try accuracies(network, sizes, files, threads: arguments.threads())
    }
    let size = sizes.first
    let classifier = try Classifier(
      network, size: size, threads: arguments.threads(), cancellation: Interruption.cancellation)
    let (results, skipped) = try finished(files, by: classifier)
    let done = results.count + skipped.count
    for line in Text.skipped(skipped.map(\.explanation)) {
      StandardStreams.writeError(Text.message(line))
    }
    if arguments.has("--json") {
      let document = Document(
        classifier.network, results, skipped, Accuracy(results, classes: classifier.classes),
        partialOf: done < files.count ? files.count : nil)
      try StandardStreams.write(json: JSONText.encode(Attributed(document)))
    } else {
      try StandardStreams.write(text(classifier, results, skipped, of: files.count))
    }
    guard done == files.count else {
      throw Interrupted(
        explanation: "stopped after \(done) of \(files.count.counted("picture")); what is there "
          + "covers only these")
    }
  }

  /// The classes of all pictures, or of those that were done when a signal came.
  ///
  /// - Throws: ``Interrupted`` where that was before the first.
  private static func finished(
    _ files: [ImageFile], by classifier: Classifier
  ) throws -> (results: [Classification], skipped: [SkippedImage]) {
    var results: [Classification] = []
    var skipped: [SkippedImage] = []
    do {
      _ = try classifier.classify(
        files, skip: { skipped.append($0) }, finished: { results.append($0) })
    } catch is CancellationError {
      guard !results.isEmpty else { throw Interrupted(beforeAny: "picture", at: nil) }
    }
    return (results, skipped)
  }

  /// A row a size.
  private static func accuracies(
    _ network: Network, _ sizes: [InputSize], _ files: [ImageFile], threads: Int?
  ) throws {
    var line = ProgressLine(label: network.id)
    defer { line.erase() }
    let total = files.count * sizes.count
    var skipped: Set<String> = []
    var rows: [[String]] = []
    for (place, size) in sizes.enumerated() {
      let classifier = try Classifier(
        network, size: size, threads: threads, cancellation: Interruption.cancellation)
      var results: [Classification] = []
      for (index, file) in files.enumerated() {
        results += try classifier.classify([file], orSkip: &skipped)
        line.show(
          "\(size.height)x\(size.width), picture \(index + 1)/\(files.count)",
          fraction: Double(place * files.count + index + 1) / Double(total))
      }
      let accuracy = Accuracy(results, classes: classifier.classes)
      guard let share = accuracy.share else {
        throw Classifier.Failure.noLabels(model: network.id)
      }
      rows.append([
        "\(size.height)x\(size.width)", "\(accuracy.correct)", "\(accuracy.total)",
        "\(Format.fixed(100 * share, 1)) %",
      ])
    }
    line.erase()
    let heading = "\(network.id)  weights \(network.weights) (\(network.weightsHash))"
    let notes =
      Text.skipped(skipped.sorted()) + (network.weightsChoice.map(Text.notes) ?? [])
    try StandardStreams.write(
      Text.lines(
        [heading, ""] + Text.table(["input", "right", "pictures", "accuracy"], rows) + notes))
  }

  private static func text(
    _ classifier: Classifier, _ results: [Classification], _ skipped: [SkippedImage],
    of whole: Int
  ) -> String {
    let network = classifier.network
    var lines = [
      "\(network.id)  weights \(network.weights) (\(network.weightsHash))  "
        + classifier.classes.counted("class", "classes"),
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
        "accuracy: \(accuracy.correct) of \(accuracy.total.counted("picture")) whose class is known, "
          + "\(Format.fixed(100 * share, 1)) %")
    }
    if !skipped.isEmpty {
      lines += [
        "",
        "note: \(skipped.count) of \((skipped.count + results.count).counted("picture")) skipped",
      ]
    }
    let done = results.count + skipped.count
    if done < whole { lines += ["", "note: partial, \(done) of \(whole.counted("picture"))"] }
    for note in network.weightsChoice.map(Text.notes) ?? [] { lines += ["", note] }
    return Text.lines(lines)
  }

  private static func text(_ candidate: Classification.Candidate) -> String {
    "\(candidate.name ?? "class \(candidate.index)") "
      + "\(Format.fixed(100 * candidate.probability, 1)) %"
  }
}

extension Classifier {
  /// As `classify(_:top:skip:)`, but where no picture can be read there are no results.
  fileprivate func classify(
    _ files: [ImageFile], orSkip skipped: inout Set<String>
  ) throws -> [Classification] {
    do {
      return try classify(files)
    } catch let error as any ExplainedError
      where error.isOfTheFile && !files[0].isNamed && !(error is Failure)
    {
      skipped.insert(error.explanation)
      return []
    }
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
  /// What there is to know of the weights; left out where that is nothing.
  let notes: [String]?
  let results: [Entry]
  let skipped: [String]
  let accuracy: Total?
  /// How many pictures there were where a signal came before all were done; else left out.
  let partialOf: Int?

  init(
    _ network: Network, _ classifications: [Classification], _ skipped: [SkippedImage],
    _ accuracy: Accuracy, partialOf: Int?
  ) {
    self.partialOf = partialOf
    self.skipped = skipped.map(\.explanation)
    model = network.id
    weights = network.weights.description
    weightsHash = network.weightsHash
    notes = network.weightsChoice.notes
    results = classifications.map {
      Entry(
        image: $0.image, top: $0.top, label: $0.label, isRight: $0.isRight)
    }
    self.accuracy = accuracy.share.map {
      Total(right: accuracy.correct, labelled: accuracy.total, share: $0)
    }
  }
}
