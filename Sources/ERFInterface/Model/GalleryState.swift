// Networks beside one another as small maps: what is known of each.

import ERFEngine

struct GalleryState: Sendable {
  /// The selected network.
  var selection = 0
  private(set) var jobs: [RequestID: ERFRequest] = [:]
  private(set) var failures: [(request: ERFRequest, reason: String)] = []
  /// Requests that were given up, until they are asked for anew.
  private var cancelled: [ERFRequest] = []
  /// Requests that were answered: a map that was too large to be kept is not computed for ever.
  private var finished: [ERFRequest] = []

  var isBusy: Bool { !jobs.isEmpty }

  func failure(of request: ERFRequest) -> String? {
    failures.first { $0.request == request }?.reason
  }

  /// Whether it is under way, or would not come.
  func isSettled(_ request: ERFRequest) -> Bool {
    jobs.values.contains(request) || failure(of: request) != nil || cancelled.contains(request)
      || finished.contains(request)
  }

  mutating func begin(_ request: ERFRequest, _ id: RequestID) { jobs[id] = request }

  /// The request that an answer is to; nil where nobody waits for it.
  mutating func end(_ id: RequestID) -> ERFRequest? {
    guard let request = jobs.removeValue(forKey: id) else { return nil }
    finished.append(request)
    if finished.count > 64 { finished.removeFirst() }
    return request
  }

  mutating func fail(_ request: ERFRequest, _ reason: String) {
    failures.append((request, reason))
    if failures.count > 32 { failures.removeFirst() }
  }

  /// Gives up what is not among `wanted`.
  mutating func drop(allBut wanted: [ERFRequest]) -> [RequestID] {
    let dropped = jobs.filter { !wanted.contains($0.value) }.keys.sorted { $0.number < $1.number }
    for id in dropped { jobs[id] = nil }
    return dropped
  }

  mutating func cancelAll() -> [RequestID] {
    let ids = jobs.keys.sorted { $0.number < $1.number }
    cancelled += jobs.values
    jobs = [:]
    return ids
  }

  mutating func forget() {
    failures = []
    cancelled = []
    finished = []
  }

  /// Forgets those of networks of which `isOutdated` holds; what ran for them.
  mutating func forget(where isOutdated: (NetworkSpec) -> Bool) -> [RequestID] {
    failures.removeAll { isOutdated($0.request.network) }
    cancelled.removeAll { isOutdated($0.network) }
    finished.removeAll { isOutdated($0.network) }
    return drop(allBut: jobs.values.filter { !isOutdated($0.network) })
  }
}

extension Model {
  /// Kernels of a sweep, the paper's Table 5 and its Figure 1.
  static let sweepKernels = [3, 7, 13, 25, 31]

  /// What is asked of the engine for a network of the gallery: all else is as for A and B.
  func galleryRequest(_ network: NetworkSpec) -> ERFRequest {
    var request = request(unitSide)
    request.network = network
    request.size = inputSize(of: network)
    if let layer = facts(of: network)?.layer(session.target) {
      request.tap = layer.name
      request.units = units(on: layer.map)
    }
    return request
  }

  func galleryMap(_ network: NetworkSpec) -> FinishedMaps.Entry? {
    finishedMaps[galleryRequest(network)]
  }

  /// What the gallery says in words: how much more the widest field of all sees than the narrowest, and at
  /// what cost, or why its maps do not compare. The fullest wording first; empty where that is not known yet.
  var galleryVerdicts: [String] {
    let networks = comparedGallery
    let results = networks.compactMap(\.result)
    guard results.count > 1, results.count == networks.count else { return [] }
    if let reason = notComparable(networks) { return ["Not comparable: \(reason)."] }
    guard let ranking = FieldRanking(results) else { return [] }
    let names = galleryTexts
    let border = Self.border(zip(names, results).map { ($0, $1.metrics, $1.record) })
      .last { $0.hasSuffix(".") }
    let weaker = Self.caveats(networks)
    func sentences(_ texts: [String]) -> String { texts.map { " " + $0 }.joined() }
    let caveats = sentences(weaker.full + [border].compactMap(\.self))
    let brief = sentences(weaker.brief + (border == nil ? [] : ["Input too small."]))
    if let tie = ranking.tie { return [tie + caveats, tie + brief] }
    let claim =
      "\(names[ranking.most]) sees \(Self.times(ranking.times)) as much as \(names[ranking.least])"
    var price = ""
    let costs = [ranking.most, ranking.least].compactMap {
      facts[session.gallery[$0], inputSize(unitSide)]?.multiplyAdds
    }
    if costs.count == 2, costs[1] > 0 {
      price = " at \(Self.times(Double(costs[0]) / Double(costs[1]))) the multiply-adds"
    }
    // By the letters above their maps where names take too much room.
    let letters = [ranking.most, ranking.least].map { networks[$0].letter }
    let lettered = "\(letters[0]) sees \(Self.times(ranking.times)) as much as \(letters[1])."
    let beside = ranking.beside({ names[$0] }, "its").map { "; " + $0 } ?? ""
    return [
      claim + price + beside + "." + caveats, claim + price + beside + "." + brief,
      claim + beside + "." + brief, claim + "." + brief, lettered + brief,
    ]
  }

  /// The active network with one kernel size in all stages, for each of a sweep's sizes.
  var kernelSweep: [NetworkSpec] {
    guard let design, design.stages.indices.contains(where: { design.isOpen(.kernel, stage: $0) })
    else { return [] }
    let present = session.networks[active]
    return Self.sweepKernels.compactMap { size in
      var next: NetworkDesign? = design
      for stage in design.stages.indices where design.isOpen(.kernel, stage: stage) {
        let wanted = Self.kernel(size, stage: stage, of: design)
        next = next.flatMap { Self.setting(wanted, stage: stage, of: $0) }
      }
      return next.map { designs.network(present, designed: $0) }
    }
  }

  /// Sizes within those of the network leave its smaller kernels as they are, as in the paper's Table 5:
  /// 25 makes 25-25-25-13 of 31-29-27-13.
  private static func kernel(_ size: Int, stage: Int, of design: NetworkDesign) -> Int {
    let largest = design.stages.map(\.kernel).max() ?? size
    return size <= largest ? min(size, design.stages[stage].kernel) : size
  }

  /// Steps a stage's kernel to a size; nil where it cannot be had.
  private static func setting(_ size: Int, stage: Int, of design: NetworkDesign) -> NetworkDesign? {
    var design = design
    for _ in 0..<64 {
      let now = design.stages[stage].kernel
      guard now != size else { return design }
      guard let next = design.stepping(.kernel, stage: stage, up: now < size) else { return nil }
      let reached = next.stages[stage].kernel
      // Sizes are odd: an even one would be stepped over for ever.
      if (now < size) != (reached <= size) && reached != size { return nil }
      design = next
    }
    return nil
  }
}
