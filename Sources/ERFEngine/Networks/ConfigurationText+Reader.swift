// The words and marks of a configuration, and what goes through them.

extension ConfigurationText {
  enum Token: Equatable {
    /// A name or a number.
    case name(String)
    /// A text, without its quotes.
    case text(String)
    case mark(Character)

    var word: String? {
      switch self {
      case .name(let word), .text(let word): word
      case .mark: nil
      }
    }

    var opens: Bool { [.mark("("), .mark("["), .mark("{")].contains(self) }
    var closes: Bool { [.mark(")"), .mark("]"), .mark("}")].contains(self) }
  }

  /// Goes through tokens, one after another.
  struct Reader {
    let tokens: [Token]
    private var place = 0

    init(_ tokens: [Token]) { self.tokens = tokens }

    func token(_ offset: Int) -> Token? {
      place + offset < tokens.count ? tokens[place + offset] : nil
    }

    /// The name that is given a value here.
    var key: String? {
      guard token(1) == .mark("=") || token(1) == .mark(":") else { return nil }
      return token(0)?.word
    }

    /// The settings of the next `name=dict(...)` or `'name': {...}`; nil: there is none any more.
    mutating func nextSection(called name: String) -> [String: Value]? {
      while place < tokens.count {
        guard key == name else {
          place += 1
          continue
        }
        place += 2
        if let section = sectionHere() { return section }
      }
      return nil
    }

    /// The settings of the section that begins here; nil: none does, and the place stays.
    mutating func sectionHere() -> [String: Value]? {
      let isCall = token(0) == .name("dict") && token(1) == .mark("(")
      guard isCall || token(0) == .mark("{") else { return nil }
      place += isCall ? 2 : 1
      return section()
    }

    /// Goes on by as many tokens.
    mutating func skip(_ count: Int) { place += count }

    /// The name that stands here alone; nil: it is called, or a number or something else stands here.
    var variable: String? {
      guard case .name(let word)? = token(0), token(1)?.opens != true,
        word.first?.isNumber == false
      else { return nil }
      return word
    }

    /// Goes on past a name, a text, a call or what stands in brackets.
    mutating func skipTerm() {
      if token(0)?.word != nil {
        skip(1)
        guard token(0) == .mark("(") else { return }
      }
      guard token(0)?.opens == true else { return }
      var depth = 0
      while let next = token(0) {
        depth += next.opens ? 1 : next.closes ? -1 : 0
        skip(1)
        if depth == 0 { break }
      }
    }

    /// The settings of every `dict(type='Normalize', ...)` where that is the type, also as
    /// `mmdet.Normalize`, whatever holds it: a list, mostly. One that holds another is left out, so that no
    /// text is read over and over.
    mutating func sections(ofType type: String) -> [[String: Value]] {
      var found: [[String: Value]] = []
      // Where the brackets stand that are open.
      var open: [Int] = []
      var end = 0
      while let next = token(0) {
        if key == "type", let word = token(2)?.word, Self.lastName(word) == type,
          let start = open.last, start >= end
        {
          open.removeLast()
          place = start + 1
          found.append(section())
          end = place
          continue
        }
        if next.opens {
          open.append(place)
        } else if next.closes {
          _ = open.popLast()
        }
        place += 1
      }
      return found
    }

    /// A name without the modules or the library in front of it: of `torchvision/Normalize` too.
    private static func lastName(_ name: String) -> String {
      name.split { $0 == "." || $0 == "/" }.last.map(String.init) ?? ""
    }

    /// What stands up to the bracket that ends the section; of a name that comes twice the last value, as
    /// in Python.
    ///
    /// - Parameter isInner: whether it stands in another, so that no text can nest calls without end.
    private mutating func section(isInner: Bool = false) -> [String: Value] {
      var settings: [String: Value] = [:]
      while let next = token(0), !next.closes {
        guard let key else {
          skipValue()
          continue
        }
        place += 2
        let start = place
        skipValue()
        settings[key] = Self.value(tokens[start..<place], isInner: isInner)
      }
      place += 1
      return settings
    }

    /// Goes on to the comma or the bracket that ends a value, and past the comma.
    private mutating func skipValue() {
      var depth = 0
      while let next = token(0) {
        if depth == 0 && (next.closes || next == .mark(",")) { break }
        depth += next.opens ? 1 : next.closes ? -1 : 0
        place += 1
      }
      if token(0) == .mark(",") { place += 1 }
    }

    private static func value(_ tokens: ArraySlice<Token>, isInner: Bool) -> Value {
      let tokens = tokens.last == .mark(",") ? tokens.dropLast() : tokens
      if tokens.count == 1, let word = tokens.first?.word { return .word(word) }
      if !isInner, let section = wholeSection(tokens) { return .section(section) }
      let other = Value.other(text(tokens))
      guard tokens.count > 1, let first = tokens.first, first.opens, first != .mark("{"),
        tokens.last?.closes == true
      else { return other }
      let inner = tokens.dropFirst().dropLast().split(separator: .mark(","))
      let numbers = inner.map { $0.count == 1 ? $0.first?.word.flatMap { Int($0) } : nil }
      return numbers.allSatisfy { $0 != nil } ? .numbers(numbers.compactMap(\.self)) : other
    }

    /// The settings that `tokens` are, from the first bracket to the last; nil: they are something else.
    private static func wholeSection(_ tokens: ArraySlice<Token>) -> [String: Value]? {
      let isCall = tokens.starts(with: [.name("dict"), .mark("(")])
      guard isCall || tokens.first == .mark("{") else { return nil }
      var reader = Reader(Array(tokens.dropFirst(isCall ? 2 : 1)))
      let section = reader.section(isInner: true)
      return reader.place == reader.tokens.count ? section : nil
    }

    /// As much of a value as a line has room for.
    private static func text(_ tokens: ArraySlice<Token>) -> String {
      tokens.prefix(64).map { token in
        switch token {
        case .name(let word), .text(let word): word
        case .mark(","): ", "
        case .mark(let character): String(character)
        }
      }.joined()
    }
  }

  /// Finds what the network's own `head` is, also as a variable and as `model.head.type='...'`: those of a teacher
  /// and of other networks beside it are left out.
  struct HeadReader {
    enum Head {
      case section([String: Value])
      case type(String)
      /// What is called so holds its settings.
      case variable(String)
    }

    private var reader: Reader
    /// Of each bracket that is open, whether what is in it is of something else than the network.
    private var open: [Bool] = []

    init(_ tokens: [Token]) { reader = Reader(tokens) }

    /// The next one; nil: there is none any more.
    mutating func next() -> Head? {
      while let token = reader.token(0) {
        if let key = reader.key {
          reader.skip(2)
          if let head = head(under: key) { return head }
        } else if token.closes {
          _ = open.popLast()
          reader.skip(1)
        } else {
          if token.opens { open.append(isOfOthers) }
          reader.skip(1)
        }
      }
      return nil
    }

    private var isOfOthers: Bool { open.last ?? false }

    /// What the value under `key` tells of a head, or nil; of another value its bracket is opened.
    private mutating func head(under key: String) -> Head? {
      let names = key.lowercased().split(separator: ".")
      let isHead = names.last == "head"
      let isType = names.suffix(2) == ["head", "type"]
      let sections = names.dropLast(isHead ? 1 : isType ? 2 : 0)
      let isElsewhere =
        isOfOthers
        || sections.contains {
          NetworkSetting.isOfOthers($0) || NetworkSetting.isOfDistilling($0)
        }
      if isHead, !isElsewhere {
        if let section = reader.sectionHere() { return .section(section) }
        if case .name(let word)? = reader.token(0), reader.token(1)?.opens != true {
          reader.skip(1)
          return .variable(word)
        }
      }
      if isType, !isElsewhere, let word = reader.token(0)?.word {
        reader.skip(1)
        return .type(word)
      }
      if reader.token(0) == .name("dict"), reader.token(1) == .mark("(") { reader.skip(1) }
      if reader.token(0)?.opens == true {
        open.append(isElsewhere)
        reader.skip(1)
      }
      return nil
    }
  }
}
