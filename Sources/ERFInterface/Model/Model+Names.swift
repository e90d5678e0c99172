// What the session's networks are called, alone and beside one another.

import ERFEngine

extension Model {
  /// What a network is called on screen: as it was opened, and what was edited of it.
  func name(_ side: Int) -> String { designs.name(session.networks[side]) }

  /// `A` or `B`; further networks go on with `C`.
  static func letter(_ index: Int) -> String {
    String(Character(Unicode.Scalar(UInt8(ascii: "A") + UInt8(min(25, index)))))
  }

  /// The letter by which plots and tables name a network; nil: none of them shows it.
  func letter(of network: NetworkSpec) -> String? {
    compared.first { $0.network == network }?.letter
  }
}

extension Model {
  /// What the networks of the gallery are called beside their letters.
  var galleryNames: [String] { galleryNames(of: session.gallery) }

  /// The same where no letters stand beside: with them where nothing else tells two networks apart.
  var galleryTexts: [String] {
    let names = galleryNames
    return zip(session.gallery, names).map { network, name -> String in
      let isDouble = zip(session.gallery, names).contains { $0 != network && $1 == name }
      return isDouble ? lettered(network, name) : name
    }
  }

  /// `galleryNames` without what all of them have in common, where that would leave no room for what tells
  /// them apart.
  var briefGalleryNames: [String] {
    let names = galleryNames
    let comma = ", "
    let parts = names.map { name in
      name.replacing(#/ and \d+ more/#, with: "").split(separator: comma).map(String.init)
    }
    guard let first = parts.first, parts.count > 1 else { return names }
    let common = parts.dropFirst().reduce(Set(first)) { $0.intersection($1) }
    let brief = parts.map { $0.filter { !common.contains($0) }.joined(separator: comma) }
    return brief.contains("") || Set(brief).count < Set(names).count ? names : brief
  }

  /// A name behind the letter of its network.
  func lettered(_ network: NetworkSpec, _ name: String) -> String {
    letter(of: network).map { "\($0) \(name)" } ?? name
  }

  /// As the gallery calls them: by their kernels where all of it are edits of one network, else by name.
  func galleryNames(of networks: [NetworkSpec]) -> [String] {
    let models = Set(session.gallery.map(\.model))
    return namesApart(networks) { network in
      let kernels = models == [network.model] ? designs.kernels(network) : nil
      return kernels ?? network.shownModel
    }
  }

  /// What networks are called in full beside one another.
  func names(of networks: [NetworkSpec]) -> [String] { namesApart(networks, designs.name) }

  /// What figures call networks, by network: with what tells apart those that have one name and weights
  /// of one name, which stand beside.
  func figureNames(of networks: [NetworkSpec]) -> [NetworkSpec: String] {
    var names: [NetworkSpec: String] = [:]
    let groups = Dictionary(grouping: networks) { TrainingFilm.title($0.weights.description) }
    for group in groups.values {
      let apart = namesApart(group) { designs.figureName($0, among: networks) }
      for (network, name) in zip(group, apart) { names[network] = name }
    }
    return names
  }

  /// Names with what tells apart those that would be the same: what was edited, how weights were brought
  /// to it, and the weights.
  private func namesApart(
    _ networks: [NetworkSpec], _ plain: (NetworkSpec) -> String
  ) -> [String] {
    var names: [NetworkSpec: String] = [:]
    for network in networks { names[network] = plain(network) }
    // Each round says one thing more, until nothing is left that not all of one name have in common.
    while true {
      var next = names
      let groups = Dictionary(grouping: names.keys) { names[$0] }
      for group in groups.values where group.count > 1 {
        let known = group.map { (network: $0, details: details($0)) }
        let common = known.dropFirst().reduce(Set(known[0].details)) {
          $0.intersection($1.details)
        }
        for (network, details) in known {
          guard let detail = details.first(where: { !common.contains($0) }) else { continue }
          next[network]? += ", " + detail
        }
      }
      guard next != names else { break }
      names = next
    }
    return networks.map { names[$0] ?? plain($0) }
  }

  /// What can be said of a network beside its name, in the order in which it is said.
  private func details(_ network: NetworkSpec) -> [String] {
    guard network.savedMap == nil else { return [] }
    let edits = designs.shortEdits(network) + [network.fitText].compactMap(\.self)
    guard case .file(let path) = network.weights else {
      return edits + [network.weights.description]
    }
    // A graph's own file has named it already.
    let file = network.source == .file(path) ? [] : [TrainingFilm.title(path)]
    return edits + file + [weightsHash(of: network)].compactMap(\.self)
  }

  /// The beginning of the hash of a file's weights, as headings have it; nil before there is a map.
  private func weightsHash(of network: NetworkSpec) -> String? {
    let shown = sides.lazy.compactMap(\.measured).first { $0.network == network }?.subject
    let kept = finishedMaps.entries.first { $0.network == network }?.result.subject
    return (shown ?? kept).map { "#" + $0.weightsHash.prefix(8).description.sanitised }
  }
}
