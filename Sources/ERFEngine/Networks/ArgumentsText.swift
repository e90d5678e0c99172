/// What timm's `args.yaml` tells. Of YAML it reads what that program writes, `name: value` and lists of values
/// below their name, `name=value` as items of a list, and values in brackets and braces, also as PyYAML marks
/// tuples and values that come again; of a network's arguments in any other notation the text is kept, so that it
/// is known that there are some.
struct ArgumentsText {
  /// Names of networks and settings, by the names on the way to them, joined by dots.
  private(set) var texts: [String: String] = [:]
  /// What is written otherwise; nil: nothing that matters.
  private(set) var flaw: String?
  /// Values that may come again, by the names that are given to them for that.
  private var anchored: [String: (value: Substring, body: ArraySlice<Line>)] = [:]

  init(_ text: String) {
    let lines = text.split(whereSeparator: \.isNewline).map(Line.init)
    var rest = lines.filter { !$0.text.isEmpty && $0.text.first != "#" }[...]
    while let line = rest.popFirst() {
      let body = rest.prefix { $0.indent > 0 || $0.isItem }
      rest = rest.dropFirst(body.count)
      // Marks of documents and directives.
      if ["---", "...", ":"].contains(line.text) || line.text.first == "%" { continue }
      guard !line.text.hasPrefix("---"), let pair = Self.pair(line.text), pair.name != "<<" else {
        flaw = flaw ?? "is not written as one setting a line"
        continue
      }
      let (value, lines) = resolved(pair.value, body)
      take(pair.name, value, lines)
    }
  }

  /// A value without the marks in front of it, or the earlier one that it refers to.
  private mutating func resolved(
    _ value: Substring, _ body: ArraySlice<Line>
  ) -> (value: Substring, body: ArraySlice<Line>) {
    let (plain, anchor) = Self.unmarked(value)
    if plain.first == "*", body.isEmpty,
      let known = anchored[Self.uncommented(Self.trimmed(plain.dropFirst()))]
    {
      return known
    }
    // Settings are short; long ones would be read over and over.
    if let anchor, body.count <= 16, Self.joined(plain, body).count <= 200 {
      anchored[anchor] = (plain, body)
    }
    return (plain, body)
  }

  private mutating func take(_ key: String, _ value: Substring, _ body: ArraySlice<Line>) {
    if NetworkSetting.argumentSections.contains(key) {
      guard let pairs = Self.arguments(of: key, value, body) else {
        texts[key] = Self.joined(value, body)
        return
      }
      for pair in pairs { texts["\(key).\(pair.name)"] = pair.value }
    } else if Checkpoint.normalisationSetting(key) != nil || NetworkSetting.isList(key) {
      let read = Self.value(value, body)
      let text = read ?? Self.joined(value, body)
      texts[key] = text
      if read == nil, NetworkSetting.isList(key), NetworkSetting.numbers(in: text) == nil {
        flaw = flaw ?? Self.unread(key)
      }
    } else if FileHints.tells(key), let value = Self.value(value, body) {
      texts[key] = value
    } else {
      let told = Self.inner(value, body).filter { FileHints.tells("\(key).\($0.name)") }
      for (name, value) in told { texts["\(key).\(name)"] = value }
      guard told.isEmpty || Checkpoint.namesArchitecture(key), FileHints.tells(key),
        NetworkSetting.named(key)?.setting.mayBeOfOthers != true
      else { return }
      flaw = flaw ?? Self.unread(key)
    }
  }

  private static func unread(_ key: String) -> String {
    "gives \(WeightsMismatch.printable(key)) in a way that is not read"
  }

  /// What lies in a value, by the names and numbers on the way to it: in brackets and braces, or one level of lines
  /// and of items of a list. What lies deeper is of something else.
  private static func inner(_ value: Substring, _ body: ArraySlice<Line>) -> [Argument] {
    if let first = trimmed(value).first, "[{".contains(first) {
      return FlowText(joined(value, body)).found
    }
    guard let indent = body.first?.indent else { return [] }
    var found: [Argument] = []
    var items = 0
    var rest = body
    while let line = rest.popFirst() {
      let isItem = line.isItem && line.indent == indent
      if isItem { items += 1 }
      // The other settings of an item stand below its first.
      let level = items > 0 ? indent + 2 : indent
      guard isItem || line.indent == level else { continue }
      let start = items > 0 ? "\(items - 1)." : ""
      guard let pair = pair(isItem ? String(line.item ?? "") : line.text) else {
        let within = FlowText(String(line.item ?? "")).found
        found += within.map { (name: start + $0.name, value: $0.value) }
        continue
      }
      let below = rest.prefix { $0.indent > level || $0.isItem && $0.indent == level }
      rest = rest.dropFirst(below.count)
      let value = unmarked(pair.value).value
      if let text = self.value(value, below) {
        found.append((name: start + pair.name, value: text))
      } else {
        let text = joined(value, below)
        let within = FlowText(text).found
        found += within.map { (name: "\(start)\(pair.name).\($0.name)", value: $0.value) }
        // That there is one has to be known where it cannot be read, too.
        if within.isEmpty, Checkpoint.normalisationSetting(pair.name) != nil {
          found.append((name: start + pair.name, value: text))
        }
      }
    }
    return found
  }

  // MARK: Arguments of a network

  private typealias Argument = (name: String, value: String)

  /// The arguments in a section; nil: it is in a notation that is not read.
  private static func arguments(
    of section: String, _ value: Substring, _ body: ArraySlice<Line>
  ) -> [Argument]? {
    guard !body.isEmpty else { return braced(uncommented(trimmed(value))) }
    guard scalar(value) == "", let indent = body.first?.indent, !body.contains(where: \.hasTab)
    else { return nil }
    if body.allSatisfy({ $0.isItem && $0.indent == indent }) {
      let items = body.compactMap { $0.item.flatMap(argument) }
      return items.count == body.count ? items : nil
    }
    var found: [Argument] = []
    var rest = body
    while let line = rest.popFirst() {
      guard line.indent == indent, let pair = pair(line.text), isName(pair.name) else { return nil }
      let below = rest.prefix { $0.indent > indent || $0.isItem && $0.indent == indent }
      rest = rest.dropFirst(below.count)
      guard NetworkSetting.isArgument("\(section).\(pair.name)") else { continue }
      guard let value = self.value(pair.value, below) else { return nil }
      found.append((pair.name, value))
    }
    return found
  }

  /// Arguments as `{name: value, ...}` with nothing nested, or none; nil: anything else.
  private static func braced(_ text: String) -> [Argument]? {
    let plain = text.lowercased().filter { !$0.isWhitespace }
    if ["", "{}", "[]", "null", "~"].contains(plain) { return [] }
    let inner = text.dropFirst().dropLast()
    guard text.hasPrefix("{"), text.hasSuffix("}"), !inner.contains(where: { "{}[]".contains($0) })
    else { return nil }
    let parts = inner.split(separator: ",")
    let found = parts.compactMap { part -> Argument? in
      guard let pair = pair(trimmed(part)), isName(pair.name), let value = scalar(pair.value)
      else { return nil }
      return (pair.name, value)
    }
    return found.count == parts.count ? found : nil
  }

  /// `name=value` or `name: value`, as an item of a list; nil: neither.
  private static func argument(_ text: Substring) -> Argument? {
    if let text = scalar(text) {
      guard let mark = text.firstIndex(of: "="), isName(String(text[..<mark])),
        let value = scalar(text[text.index(after: mark)...])
      else { return nil }
      return (String(text[..<mark]), value)
    }
    guard let pair = pair(String(text)), isName(pair.name), !trimmed(pair.value).isEmpty,
      let value = scalar(pair.value)
    else { return nil }
    return (pair.name, value)
  }

  /// Whether it is a name of Python's.
  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }
}

// MARK: Notation

extension ArgumentsText {
  private struct Line {
    let text: String
    /// Blanks and tabs before it.
    let indent: Int
    /// Whether there are tabs among them.
    let hasTab: Bool

    init(_ line: Substring) {
      let blanks = line.prefix { $0 == " " || $0 == "\t" }
      indent = blanks.count
      hasTab = blanks.contains("\t")
      text = ArgumentsText.trimmed(line)
    }

    /// Whether it begins an item of a list.
    var isItem: Bool { text == "-" || text.hasPrefix("- ") || text.hasPrefix("-\t") }
    /// What the item is; nil: it is not on this line, or behind a tab.
    var item: Substring? { text.hasPrefix("- ") ? text.dropFirst(2) : nil }
  }

  /// The two sides of `name: value`; nil: it is something else.
  private static func pair(_ text: String) -> (name: String, value: Substring)? {
    let mark = text.indices.first { place in
      let next = text.index(after: place)
      return text[place] == ":" && (next == text.endIndex || text[next].isWhitespace)
    }
    guard let mark, let name = scalar(text[..<mark]) else { return nil }
    return (name, text[text.index(after: mark)...])
  }

  /// A value without what PyYAML puts in front of tuples, which are written as lists are, and of what comes again;
  /// and the name that the latter is given.
  private static func unmarked(_ value: Substring) -> (value: Substring, anchor: String?) {
    var rest = value.drop(while: \.isWhitespace)
    var anchor: String?
    while true {
      let mark = rest.prefix { !$0.isWhitespace }
      let isAnchor = mark.first == "&"
      guard isAnchor || ["!!python/tuple", "!!seq"].contains(mark) else { return (rest, anchor) }
      if isAnchor { anchor = String(mark.dropFirst()) }
      rest = rest.dropFirst(mark.count).drop(while: \.isWhitespace)
    }
  }

  /// A value as it is written, in one line.
  private static func joined(_ value: Substring, _ body: ArraySlice<Line>) -> String {
    ([trimmed(value)] + body.map(\.text)).map(uncommented).filter { !$0.isEmpty }
      .joined(separator: " ")
  }

  /// A scalar behind a name, or a list of scalars below it as `[a, b]`; nil: anything else.
  private static func value(_ text: Substring, _ body: ArraySlice<Line>) -> String? {
    let value = scalar(text)
    guard let indent = body.first?.indent else { return value }
    let items = body.compactMap { line -> String? in
      line.indent == indent && !line.hasTab ? line.item.flatMap(scalar) : nil
    }
    guard value == "", items.count == body.count else { return nil }
    return "[\(items.joined(separator: ", "))]"
  }

  /// A value in quotes or without them, and without a comment behind it; nil: anything that YAML reads as more
  /// than the text itself, such as tags, aliases, escapes and what is nested.
  private static func scalar(_ value: Substring) -> String? {
    let text = trimmed(value)
    guard let first = text.first, first != "#" else { return "" }
    if first == "'" || first == "\"" {
      let inner = text.dropFirst().prefix { $0 != first }
      let end = text.dropFirst(inner.count + 1)
      guard !end.isEmpty, first == "'" || !inner.contains("\\"),
        uncommented(" \(end.dropFirst())").allSatisfy(\.isWhitespace)
      else { return nil }
      return String(inner)
    }
    let plain = uncommented(text)
    if ["{}", "[]"].contains(plain.filter { !$0.isWhitespace }) { return "{}" }
    let isNested = plain.hasSuffix(":") || [": ", ":\t"].contains(where: plain.contains)
    let isItem = plain == "-" || ["- ", "-\t"].contains(where: plain.hasPrefix)
    guard !isNested, !isItem, !"{}[]&*!|>%@`,?".contains(first) else { return nil }
    return truths[plain.lowercased()] ?? plain
  }

  /// What YAML 1.1 takes for true and false beside those words.
  private static let truths = ["yes": "true", "on": "true", "no": "false", "off": "false"]

  private static func uncommented(_ text: String) -> String {
    let mark = text.indices.first { place in
      text[place] == "#"
        && (place == text.startIndex || text[text.index(before: place)].isWhitespace)
    }
    return mark.map { trimmed(text[..<$0]) } ?? text
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}

// MARK: Brackets and braces

extension ArgumentsText {
  /// The scalars of a value such as `[a, {name: b}]`, by the names and numbers on the way to them: `0` and
  /// `1.name`; none of one that is not closed.
  private struct FlowText {
    private(set) var found: [(name: String, value: String)] = []
    private var rest: Substring

    private static let deepest = 4
    private static let longestName = 200

    init(_ text: String) {
      rest = text[...]
      guard let first = text.first, "[{".contains(first), take(at: "", depth: 0), rest.isEmpty
      else {
        found = []
        return
      }
    }

    /// Takes the value that comes next; false: it is not closed, or something else.
    private mutating func take(at path: String, depth: Int) -> Bool {
      guard let first = rest.first, depth <= Self.deepest, path.count <= Self.longestName else {
        return false
      }
      guard first == "[" || first == "{" else {
        guard let value = scalar(until: ",[]{}") else { return false }
        found.append((name: path, value: value))
        return true
      }
      let end: Character = first == "[" ? "]" : "}"
      skip(1)
      for place in 0... {
        if rest.first == end { break }
        var name = String(place)
        if first == "{" {
          guard let key = scalar(until: ",[]{}:"), rest.first == ":" else { return false }
          skip(1)
          name = key
        }
        guard take(at: path.isEmpty ? name : "\(path).\(name)", depth: depth + 1) else {
          return false
        }
        if rest.first == "," { skip(1) } else if rest.first != end { return false }
      }
      skip(1)
      return true
    }

    /// Goes on by as many characters and the blanks behind them.
    private mutating func skip(_ count: Int) {
      rest = rest.dropFirst(count).drop(while: \.isWhitespace)
    }

    /// The scalar that comes next, in quotes or up to one of these characters; nil: it is something else.
    private mutating func scalar(until ends: String) -> String? {
      var text = rest.prefix { !ends.contains($0) }
      if let quote = rest.first, quote == "'" || quote == "\"" {
        let inner = rest.dropFirst().prefix { $0 != quote }
        text = rest.prefix(inner.count + 2)
      }
      skip(text.count)
      return ArgumentsText.scalar(text)
    }
  }
}
