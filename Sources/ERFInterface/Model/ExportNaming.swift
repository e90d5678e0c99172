// Names of exported files: short, and the same for the same map.

public import ERFEngine

/// A map with the name of its files, before their endings.
public struct ExportItem: Sendable {
  public let result: ERFResult
  public let stem: String
  /// How bright its values are on screen; nil: as A.
  var look: MapLook?
}

/// A map that is to be a file.
public struct ExportedFile: Sendable {
  let result: ERFResult
  /// Its ending says the format.
  var path: String
  let options: ExportOptions

  /// The files of maps, under names that neither others have nor one another.
  static func all(
    _ items: [ExportItem], _ kind: ExportKind, colours: String, exists: (String) -> Bool
  ) -> [ExportedFile] {
    var files: [ExportedFile] = []
    for item in items {
      let stem = ExportNaming.free(item.stem, kind.endings) { path in
        exists(path) || files.contains { PathKey.areSame($0.path, path) }
      }
      for ending in kind.endings {
        var options = ExportOptions(
          variant: kind.variant, colours: ColourMap.named(colours) ?? .ember)
        if ending == "png" { options.brightness = item.look?.brightness }
        files.append(
          ExportedFile(result: item.result, path: "\(stem).\(ending)", options: options))
      }
    }
    return files
  }
}

/// How a map looks on screen.
struct MapLook: Sendable {
  let field: HeatField
  let curve: Curve
  /// The curve's value at the highest colour.
  let top: Double

  /// The same for the file of a picture.
  var brightness: ExportOptions.Brightness {
    let shares = field.shares(curve, top: top)
    let largest = Format.significant(top)
    let scale =
      switch curve {
      case .log: "log10(M + 1) / \(largest)"
      case .decades: "log10(M / \(largest)) over \(Int(HeatColours.decades)) decades"
      case .linear: "M / \(largest)"
      case .power: "M^(1/4) / \(largest)"
      }
    return ExportOptions.Brightness(
      values: field.isSigned ? shares.map { ($0 + 1) / 2 } : shares, scale: scale)
  }
}

enum ExportNaming {
  /// `replknet-13-nano_s1k19_1024_stage4`: the network as it was opened, weights other than its own,
  /// edits, input, layer and a unit other than the central one.
  static func stem(
    _ network: NetworkSpec, _ subject: ERFSubject, _ designs: Designs
  ) -> String {
    if let map = network.savedMap { return plain("\(map.fileName) \(subject.input)") }
    return joined([name(network, designs)] + place(subject))
  }

  /// The same of a run's map. Bare numbers do not say that a run was stopped, so the name does:
  /// `replknet-31_random0_1024_stage4_4-of-50`.
  static func mapStem(_ network: NetworkSpec, _ result: ERFResult, _ designs: Designs) -> String {
    let images = result.record?.pictures?.count ?? result.map.images
    return stem(network, result.subject, designs)
      + (result.partialOf.map { "_\(images)-of-\($0)" } ?? "")
  }

  /// `replknet-13-nano_s1k19`: the network as it was opened, weights other than its own, edits.
  private static func name(_ network: NetworkSpec, _ designs: Designs) -> String {
    var parts = [plain(network.shownModel)]
    switch network.weights {
    case .trained: break
    case .random(let seed): parts.append("random\(seed)")
    case .file(let path):
      // A graph's own file has named it already.
      guard network.source != .file(path) else { break }
      let name = path.fileName
      parts.append(plain(name.split(separator: ".").first.map(String.init) ?? name))
    }
    let edits = designs.shortEdits(network).map { edit in
      String(edit.unicodeScalars.filter { $0 != " " }.map(Character.init))
    }
    if edits.count > 3 {
      parts.append("edited")
    } else if !edits.isEmpty {
      parts.append(edits.joined(separator: "-"))
    }
    return joined(parts)
  }

  /// `replknet-3-nano-classes-16_step-27`: weights of a moment of training, called as its maps are but for edits,
  /// of which their file holds nothing.
  static func weightsStem(_ network: NetworkSpec) -> String { name(network.unedited, Designs()) }

  /// Input, layer, and a unit other than the central one.
  private static func place(_ subject: ERFSubject) -> [String] {
    ["\(subject.input)", subject.tap].map(plain)
      + (subject.isCentral ? [] : ["at-\(subject.unit.row)-\(subject.unit.column)"])
  }

  private static func joined(_ parts: [String]) -> String {
    parts.filter { !$0.isEmpty }.joined(separator: "_")
  }

  /// `replknet-13-nano_replknet-31-nano_s1k19_1024_stage4_4-of-50`: the networks of a figure, each as
  /// its own file would be called, what they are measured at, and over how many pictures where that is
  /// not all.
  static func figureStem(_ networks: [ComparedNetwork], _ designs: Designs) -> String {
    // A saved map has the size and the layer that it came with.
    let computed = networks.filter { $0.network.savedMap == nil }
    let subject = (computed + networks).compactMap(\.subject).first
    return joined(names(networks, designs) + (subject.map { place($0) } ?? []) + [part(networks)])
  }

  /// `4-of-50`, or that some of the maps are partial where they are not equally so; empty where none is.
  private static func part(_ networks: [ComparedNetwork]) -> String {
    let parts = networks.compactMap(\.map).map { map -> String? in
      guard let result = map.result else { return "\(map.images)-of-\(map.ofImages)" }
      let images = result.record?.pictures?.count ?? map.images
      return result.partialOf.map { "\(images)-of-\($0)" }
    }
    guard let first = parts.compactMap(\.self).first else { return "" }
    return parts.allSatisfy { $0 == first } ? first : "partial"
  }

  /// `replknet-13-nano_replknet-31-nano_1024_depth_4-of-50`: the same of all layers, with their central units, and
  /// over how many pictures where that is not all.
  static func depthStem(
    _ networks: [ComparedNetwork], _ designs: Designs, _ size: InputSize,
    partial: (images: Int, of: Int?)?
  ) -> String {
    let pictures = partial.map { partial in
      partial.of.map { "\(partial.images)-of-\($0)" } ?? "partial"
    }
    return joined(names(networks, designs) + [plain("\(size)"), "depth", pictures ?? ""])
  }

  /// Each network once, as its own file would be called; of more than two the first.
  private static func names(_ networks: [ComparedNetwork], _ designs: Designs) -> [String] {
    var names: [String] = []
    for compared in networks {
      let name =
        compared.network.savedMap.map { plain($0.fileName) } ?? name(compared.network, designs)
      if !names.contains(name) { names.append(name) }
    }
    return names.count > 2 ? [names[0], "and-\(networks.count - 1)-more"] : names
  }

  /// A name that no file has yet.
  static func free(_ stem: String, _ endings: [String], _ exists: (String) -> Bool) -> String {
    var candidate = stem
    var number = 1
    while endings.contains(where: { exists("\(candidate).\($0)") }) {
      number += 1
      candidate = "\(stem)-\(number)"
    }
    return candidate
  }

  /// Letters, digits, dots and hyphens; runs of anything else become one hyphen.
  static func plain(_ text: String) -> String {
    var result = ""
    for scalar in text.lowercased().unicodeScalars {
      let isPlain =
        ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) || scalar == "."
      if isPlain {
        result.unicodeScalars.append(scalar)
      } else if !result.isEmpty, !result.hasSuffix("-") {
        result += "-"
      }
    }
    while result.hasSuffix("-") { result.removeLast() }
    return String(result.prefix(80))
  }
}
