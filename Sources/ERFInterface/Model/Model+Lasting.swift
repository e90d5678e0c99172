// What a session that is written may name: weights that are still there when it is opened again.

import ERFEngine

extension Model {
  /// The session with the hashes of the weights in its files and of saved maps, as far as they are known,
  /// which tell when it is opened again whether the files are the same.
  private var hashedSession: Session {
    var session = session
    let networks = session.networks + session.gallery
    session.weightsHashes = [:]
    for network in networks where network.hashedFile != nil {
      let key = network.hashKey
      session.weightsHashes[key] = knownHash(key) ?? self.session.weightsHashes[key]
    }
    return session
  }

  private func knownHash(_ key: NetworkSpec) -> String? {
    let shown = sides.lazy.compactMap(\.measured).first { $0.network.hashKey == key }?.subject
    let kept = finishedMaps.entries.first { $0.network.hashKey == key }?.result.subject
    return (shown ?? kept)?.hashInSessions
  }

  /// As many digits of a hash tell files apart wherever it is shown in short.
  private static let hashDigits = 8

  /// Says where a file holds other weights, or another map, than when the session was written, and says it
  /// once.
  mutating func compareHash(_ subject: ERFSubject, of network: NetworkSpec) {
    guard let path = network.hashedFile,
      let saved = session.weightsHashes[network.hashKey]?.lowercased()
    else { return }
    let present = subject.hashInSessions
    // Written by hand it may be as short as headings have it.
    let isSame = saved == present || saved.count >= Self.hashDigits && present.hasPrefix(saved)
    guard !isSame else { return }
    session.weightsHashes[network.hashKey] = nil
    let beginnings = [saved, present].map { $0.prefix(Self.hashDigits) }
    let hashes = (beginnings[0] == beginnings[1] ? [saved[...], present[...]] : beginnings)
      .map { $0.description.sanitised }
    let line =
      "\(path.fileName.sanitised) is not the file that this session was saved with "
      + "(#\(hashes[0]), now #\(hashes[1]))"
    replacedWeights.append(line)
    tell(.warning, line)
  }

  /// The session as a file is to hold it, with what is shown of the target.
  var lastingSession: Session {
    var session = keptSession
    session.target = shownTarget
    return session
  }

  /// The session for the next start: weights of training that were kept go by the file that the user has of them,
  /// so that nobody takes them for lost then.
  var keptSession: Session {
    var session = hashedSession
    session.networks = session.networks.map(lasting)
    session.gallery = session.gallery.map(lasting)
    session.weightsHashes = session.weightsHashes.withNetworks(lasting)
    session.keptSteps = [:]
    for path in (session.networks + session.gallery).compactMap({ passingFile($0) }) {
      let steps = keptSteps(besides: path)
      session.keptSteps[TrainingFilm.run(path)] = steps.isEmpty ? nil : steps
    }
    return session
  }

  private func lasting(_ network: NetworkSpec) -> NetworkSpec {
    guard case .file(let path) = network.weights, let kept = keptWeights[path] else {
      return network
    }
    var network = network
    network.weights = .file(kept)
    return network
  }

  /// Why the session cannot be written: it would name a moment of training that is in no file of the
  /// user's, and goes with its run. nil: all that it names lasts.
  var unkeptWeights: String? {
    let session = lastingSession
    for (index, network) in session.networks.enumerated() {
      guard let path = passingFile(network) else { continue }
      return unkept("\(Self.letter(index))'s weights", path)
    }
    for network in session.gallery {
      guard let path = passingFile(network) else { continue }
      return unkept("weights of the gallery", path)
    }
    return nil
  }

  private func unkept(_ whose: String, _ path: String) -> String {
    if let film, let shown = weightsOnScreen(film).moment, film.moments[shown].path == path {
      return "\(whose) are in no file yet: keep them first with "
        + "Enter in \(PanelName.training.title) (\(PanelName.training.jump))"
    }
    return "\(whose) are a moment of training and will not last: "
      + "copy \(path.sanitised) and open the copy"
  }

  /// Trained weights that are in no file of the user's, but for those of a training of which none are: these are
  /// told of together. What is on screen counts, whichever way it came there; so does what a training began with,
  /// and what random weights took the place of, unless the user let go of it.
  var unkeptMoments: [UnkeptMoment] {
    let shown: [(String, NetworkSpec)] =
      session.networks.enumerated().map { (Self.letter($0), $1) }
      + session.gallery.map { ("A network of the gallery", $0) }
    var hidden: [(String, NetworkSpec)] = film.map { [(Self.letter($0.side), $0.start)] } ?? []
    hidden += setAside.sorted { $0.key < $1.key }.map { model, weights -> (String, NetworkSpec) in
      let network = NetworkSpec(shown: model, weights: weights)
      return (network.shownModel, network)
    }
    let moments = film?.moments ?? []
    var known = Set(keptWeights.keys)
    if film?.isUnkept == true, film?.isKept == false { known.formUnion(moments.map(\.path)) }
    func take(_ whose: String, _ network: NetworkSpec) -> UnkeptMoment? {
      guard let path = passingFile(network), known.insert(path).inserted else { return nil }
      let moment = moments.first { $0.path == path }
      return UnkeptMoment(
        whose: whose, network: network, path: path,
        step: moment?.step ?? TrainingFilm.step(path) ?? 0, isOfFilm: moment != nil,
        keptSteps: keptSteps(besides: path))
    }
    let onScreen = shown.compactMap { take($0, $1) }
    known.formUnion(droppedMoments.union(moments.map(\.path)))
    return onScreen + hidden.compactMap { take($0, $1) }
  }

  /// The steps of a moment's run of which the user has files, as far as that is known: kept by this
  /// program, or by the one that left the session.
  private func keptSteps(besides path: String) -> [Int] {
    let run = TrainingFilm.run(path)
    let steps = keptWeights.keys.filter { TrainingFilm.run($0) == run }
      .compactMap { TrainingFilm.step($0) }
    return Set(steps + (session.keptSteps[run] ?? [])).sorted()
  }

  /// The file of a network that goes with a run of training.
  private func passingFile(_ network: NetworkSpec) -> String? {
    let moments = film?.moments.map(\.path) ?? []
    var paths: [String] = []
    if case .file(let path) = network.weights { paths.append(path) }
    if case .file(let path) = network.source { paths.append(path) }
    return paths.first { moments.contains($0) || TrainingFilm.isMoment($0) }
  }
}

extension NetworkSpec {
  /// The file whose hash sessions keep: of a saved map, or else of weights; nil where there is none.
  fileprivate var hashedFile: String? {
    if let savedMap { return savedMap }
    return if case .file(let path) = weights { path } else { nil }
  }
}

extension ERFSubject {
  /// Of a saved map its file's, of a network that of its weights.
  fileprivate var hashInSessions: String { fileHash.isEmpty ? weightsHash : fileHash }
}

/// Trained weights that go with what is on screen.
struct UnkeptMoment {
  /// `A`, as it stands at the beginning of a sentence; a name is spelt as on screen.
  let whose: String
  let network: NetworkSpec
  let path: String
  let step: Int
  /// Whether they are of the training that the panel shows, rather than of one before it.
  let isOfFilm: Bool
  /// Steps of the same training that are in files of the user's.
  var keptSteps: [Int] = []

  /// What goes with them, in a line.
  var loss: String {
    guard isOfFilm else {
      let kept = keptSteps.map(String.init).joined(separator: ", ")
      let steps = keptSteps.count == 1 ? "step" : "steps"
      return "\(whose) was trained up to step \(step) in an earlier run, "
        + "and these weights are in no file yet"
        + (kept.isEmpty ? "." : "; kept of that run: \(steps) \(kept).")
    }
    return "\(whose) has the weights of step \(step), which are in no file yet."
  }
}

extension TrainingFilm {
  /// The step of a moment's weights by the name of their file; nil for other files.
  static func step(_ path: String) -> Int? {
    isMoment(path) ? number(path.fileName) : nil
  }

  /// The folder of a moment's run.
  fileprivate static func run(_ path: String) -> String {
    String(path.dropLast(path.fileName.count + 1))
  }

  /// What a file of weights is called: `step 50` where it is a moment of training, whose file nobody named.
  static func title(_ path: String) -> String {
    step(path).map { "step \($0)" } ?? path.fileName.sanitised
  }

  private static func number(_ name: String) -> Int? {
    Int(name.dropFirst("step-".count).dropLast(".safetensors".count))
  }

  static func isMoment(_ weights: WeightsSource) -> Bool {
    if case .file(let path) = weights { isMoment(path) } else { false }
  }

  /// How the name of a temporary folder of runs begins.
  static let temporaryFolder = "replk-tui-training"

  /// Whether a path is one of a moment's weights, of this program or an earlier one, by its names alone:
  /// `.../replk-tui/training/run-1/step-50.safetensors`, or in a temporary folder.
  static func isMoment(_ path: String) -> Bool {
    let names = path.split(separator: "/").suffix(4).map(String.init)
    guard names.count == 4, names[3].hasPrefix("step-"), names[3].hasSuffix(".safetensors"),
      number(names[3]) != nil, names[2].hasPrefix("run-"), Int(names[2].dropFirst(4)) != nil
    else { return false }
    return names[1] == "training" && names[0] == "replk-tui"
      || names[1].hasPrefix(temporaryFolder + "-")
  }
}
