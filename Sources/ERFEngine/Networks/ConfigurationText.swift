/// Settings in a configuration written in Python, as mmengine and its forerunners store it beside weights:
/// the sections called `backbone`, and those that say how pictures are normalised, as calls of `dict` or as
/// literals, however they are laid out.
///
/// It is read as text; nothing of it is executed.
struct ConfigurationText: Sendable {
  enum Value: Sendable, Hashable {
    /// A number, a name, or what stands in quotes.
    case word(String)
    /// A tuple or a list of whole numbers.
    case numbers([Int])
    /// A call of `dict` or a literal; what is nested deeper is kept as it is written.
    case section([String: Value])
    /// Anything else, as it is written, without blanks and quotes.
    case other(String)

    /// The value under `key` as text; those in a section are under names joined by dots: `act_cfg.type`.
    func texts(under key: String) -> [(key: String, text: String)] {
      switch self {
      case .word(let text), .other(let text): [(key, text)]
      case .numbers(let numbers):
        [(key, "(" + numbers.map { "\($0)" }.joined(separator: ", ") + ")")]
      case .section(let settings): settings.flatMap { $1.texts(under: "\(key).\($0)") }
      }
    }
  }

  /// The settings of every module that is called `backbone` and says what it is, each once.
  let backbones: [[String: Value]]
  /// What modules called `head` are, such as `ArcFaceClsHead`, each once.
  let heads: [String]
  /// The first section with a mean and a deviation of pictures, or else with an order of their colours alone,
  /// and what it is called: by its name, or `Normalize` for a step of that type.
  let normalisation: (name: String, settings: [String: Value])?

  /// What only the description of a module has, unlike, say, rules for its learning rate.
  private static let telling = ["type", "depth", "strides", "dilations", "style", "num_stages"]

  /// What sections of means and deviations are called, since mmengine and before.
  private static let normalising = ["data_preprocessor", "preprocess_cfg", "img_norm_cfg"]
  /// The type of the same as a step of a pipeline.
  private static let step = "Normalize"

  /// Settings that tell the order of colours.
  static let turning = ["to_rgb", "bgr_to_rgb", "to_bgr"]

  /// Settings that are often given once for all modules: `norm_cfg=norm_cfg`.
  private static let shared = ["norm_cfg", "conv_cfg", "act_cfg"]

  /// - Parameter role: the network whose settings are looked for.
  init(_ text: String, of role: NetworkRole = .main) {
    let tokens = Self.own(Self.tokens(text), of: role)
    var reader = Reader(tokens)
    var found: [[String: Value]] = []
    var seen: Set<[String: Value]> = []
    while let section = reader.nextSection(called: "backbone") {
      let isModule = Self.telling.contains { section[$0] != nil }
      if isModule, seen.insert(section).inserted { found.append(section) }
    }
    if found.count == 1 {
      for name in Self.shared where found[0][name] == .word(name) {
        var reader = Reader(tokens)
        if let section = reader.nextSection(called: name) { found[0][name] = .section(section) }
      }
    }
    backbones = found
    heads = Self.heads(in: tokens)
    normalisation = Self.normalisation(in: tokens)
  }

  /// As many as anybody looks at.
  private static let mostHeads = 8

  private static func heads(in tokens: [Token]) -> [String] {
    var reader = HeadReader(tokens)
    var heads: [String] = []
    var looked = 0
    while heads.count < mostHeads, let head = reader.next() {
      var type: Value?
      switch head {
      case .section(let settings): type = settings["type"]
      case .type(let word): type = .word(word)
      case .variable(let name) where looked < mostHeads:
        looked += 1
        var reader = Reader(tokens)
        type = reader.nextSection(called: name)?["type"]
      case .variable: break
      }
      if case .word(let type)? = type, !heads.contains(type) { heads.append(type) }
    }
    return heads
  }

  private static func normalisation(
    in tokens: [Token]
  ) -> (name: String, settings: [String: Value])? {
    var found: [(name: String, settings: [String: Value])] = []
    for name in normalising {
      var reader = Reader(tokens)
      while let section = reader.nextSection(called: name) { found.append((name, section)) }
    }
    var reader = Reader(tokens)
    // The pipeline of training comes before those of tests.
    for section in reader.sections(ofType: step).reversed() { found.append((step, section)) }
    return found.first { $0.settings["mean"] != nil && $0.settings["std"] != nil }
      ?? found.first { section in turning.contains { section.settings[$0] != nil } }
  }

  // MARK: Tokens

  private static func tokens(_ text: String) -> [Token] {
    var tokens: [Token] = []
    var rest = text[...]
    while let first = rest.first {
      if first == "#" {
        rest = rest.drop { !$0.isNewline }
      } else if first == "'" || first == "\"" {
        let body = rest.dropFirst()
        let held = body.prefix { $0 != first && !$0.isNewline }
        tokens.append(.text(String(held)))
        rest = body.dropFirst(held.count + 1)
      } else if isOfName(first) {
        let name = rest.prefix(while: isOfName)
        tokens.append(.name(String(name)))
        rest = rest.dropFirst(name.count)
      } else {
        if !first.isWhitespace { tokens.append(.mark(first)) }
        rest = rest.dropFirst()
      }
    }
    return tokens
  }

  private static func isOfName(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_" || character == "."
  }

  // MARK: Other networks

  /// Variables that stand for one another at most.
  private static let mostVariables = 4

  /// What only sections that describe networks have, whoever wrote them.
  private static let describing: Set<Substring> = [
    "type", "depth", "strides", "dilations", "style", "num_stages", "backbone", "arch", "model",
    "name", "cfg_path",
  ]

  private static let constants: Set = ["None", "True", "False", "null", "true", "false"]

  /// Whether a section that is called like the network describes it, in place or as a variable.
  private static func describe(_ tokens: [Token], _ role: NetworkRole) -> Bool {
    var reader = Reader(tokens)
    // Of each bracket that is open, and of the next one, whether it is in such a section.
    var open: [Bool] = []
    var isOwn = false
    while let token = reader.token(0) {
      if let key = reader.key {
        let parts = key.lowercased().split(separator: ".")
        let isWithin = open.last ?? false
        isOwn = isWithin || parts.contains(where: role.isOwn)
        if isWithin || isOwn && parts.count > 1, let last = parts.last, describing.contains(last) {
          return true
        }
        reader.skip(2)
        if isOwn, !isWithin, let name = reader.variable, !constants.contains(name) { return true }
        continue
      }
      if token.opens {
        open.append(isOwn)
      } else if token.closes || token == .mark(",") {
        if token.closes { _ = open.popLast() }
        isOwn = open.last ?? false
      }
      reader.skip(1)
    }
    return false
  }

  /// The tokens without what describes other networks, such as a teacher, in place or as a variable.
  private static func own(_ tokens: [Token], of role: NetworkRole) -> [Token] {
    let hasOwn = describe(tokens, role)
    var (rest, variables) = removing(tokens) { key in
      key.lowercased().split(separator: ".").contains {
        role.isOther($0, besideOwn: hasOwn)
      }
    }
    for _ in 0..<mostVariables where !variables.isEmpty {
      let names = variables
      (rest, variables) = removing(rest, under: names.contains)
    }
    return rest
  }

  /// The tokens without the keys that are meant and their values, and the variables that stand there and under no
  /// other key.
  private static func removing(
    _ tokens: [Token], under isMeant: (String) -> Bool
  ) -> (rest: [Token], variables: Set<String>) {
    var reader = Reader(tokens)
    var rest: [Token] = []
    var removed: Set<String> = []
    var kept: Set<String> = []
    while let token = reader.token(0) {
      guard let key = reader.key, let mark = reader.token(1) else {
        rest.append(token)
        reader.skip(1)
        continue
      }
      reader.skip(2)
      if isMeant(key) {
        if let name = reader.variable { removed.insert(name) }
        reader.skipTerm()
      } else {
        if let name = reader.variable { kept.insert(name) }
        rest.append(token)
        rest.append(mark)
      }
    }
    return (rest, removed.subtracting(kept))
  }
}
