/// What a pickled object says of its network beside tensors.
struct TorchSettings: Sendable {
  /// Numbers and short texts at the top, such as `epoch`, and all that tells the architecture, such as
  /// `args.arch` and `cfg.MODEL.NAME`.
  private(set) var metadata: [String: String] = [:]
  /// The text of a configuration, as mmengine stores it under `meta`, or a dictionary of settings as Python
  /// writes it; usually empty.
  private(set) var configuration = ""
  /// Whether the file tells more than is looked at.
  private(set) var isCutOff = false
  private var taken: [Room: Int] = [:]
  /// Values of objects that were looked at, and how many may be within the one that is looked at now.
  private var looked = 0
  private var mostNow = 0
  /// Dictionaries and objects that were looked into.
  private var seen: Set<PickledPlace> = []

  /// Where programs keep the settings of a network, as a text, a dictionary or a list of dictionaries.
  private static let configurations: Set = [
    "cfg", "config", "hyper_parameters", "meta.cfg", "meta.config", "img_norm_cfg",
    "train_pipeline", "test_pipeline",
  ]
  private static let longestConfiguration = 1 << 18
  /// Dictionaries of settings below one another that are looked into, and what is taken of each, and of lists.
  private static let deepestSetting = 8
  private static let mostPairs = 1024
  private static let mostElements = 64

  /// Keys on the way to what tells of the network.
  private static let deepest = 8

  /// What shares room: whatever else a file tells much of, such as results of other networks in a list, leaves
  /// that of its own settings.
  private struct Room: Hashable {
    enum Kind {
      /// What names a network, or a classifier that compares angles.
      case name, angles
      case setting
      case other
    }

    let kind: Kind
    var depth = 1
    var isInList = false
    /// Whether it is of another network, unless that is the one that is taken.
    var isOfOthers = false

    var most: Int { kind == .other ? 32 : isInList ? 16 : 48 }

    /// nil: nothing that stands there tells of the network.
    init?(_ key: String, depth: Int, isNumber: Bool) {
      let isTelling = depth > 0
      let subject = isTelling ? NetworkSetting.named(key)?.setting.subject : nil
      if isTelling, !isNumber, Checkpoint.namesArchitecture(key) {
        kind = .name
      } else if subject == .angles, !isNumber {
        // Numbers are the losses of a log.
        kind = .angles
      } else if let subject, subject != .angles {
        kind = .setting
      } else if isTelling,
        Checkpoint.normalisationSetting(key) != nil || NetworkSetting.isArgument(key)
      {
        kind = .setting
      } else if depth == 1 {
        kind = .other
        return
      } else {
        return nil
      }
      self.depth = depth
      isInList = key.split(separator: ".").dropLast().contains { Int($0) != nil }
      isOfOthers = NetworkRole.main.isOfOthers(key, besideOwn: false)
    }
  }

  /// Takes down a number or text of what training goes on with, or of a configuration.
  mutating func note(
    _ value: PickleValue, at key: String, depth: Int, _ machine: PickleMachine
  ) {
    if Self.configurations.contains(key), let text = machine.text(value) {
      if configuration.utf8.count < Self.longestConfiguration {
        configuration += "\(text.prefix(Self.longestConfiguration))\n"
      }
      isCutOff = isCutOff || configuration.utf8.count > Self.longestConfiguration
    }
    // A text takes time to make.
    guard Room(key, depth: depth, isNumber: value.isNumber) != nil,
      let text = Self.text(value, machine)
        ?? Self.listed(value, at: key, machine)
        ?? Self.className(value, at: key, machine),
      let room = Room(key, depth: depth, isNumber: value.isNumber || Double(text) != nil)
    else { return }
    guard depth <= Self.deepest else {
      isCutOff = true
      return
    }
    if metadata[key] == nil {
      guard taken[room, default: 0] < room.most else {
        // Lists and what stands at the top are logs and results, where they are long.
        isCutOff = isCutOff || room.kind != .other && !room.isInList
        return
      }
      taken[room, default: 0] += 1
    }
    let isConfiguration = Checkpoint.configurationKeys.contains(key) && text.hasPrefix("{")
    metadata[key] = String(text.prefix(isConfiguration ? Self.longestConfiguration : 200))
  }

  // MARK: Objects

  /// Values of objects that are looked at, in all, within one and right below it, and the longest name among
  /// them.
  private static let mostLooked = 1 << 16
  private static let mostInOne = 1 << 12
  private static let longestName = 200

  /// Takes down what an object of another library tells of the network: objects may hold themselves, and each
  /// other more than once.
  mutating func look(
    into object: PickleValue, at key: String, depth: Int, _ machine: PickleMachine
  ) {
    mostNow = min(looked + Self.mostInOne, Self.mostLooked)
    take(object, at: key, depth: depth, machine)
  }

  private mutating func take(
    _ value: PickleValue, at key: String, depth: Int, _ machine: PickleMachine
  ) {
    looked += 1
    let value = machine.unwrapped(value)
    let prefix = key.isEmpty ? "" : key + "."
    switch value {
    case .dictionary, .filled:
      note(configuration: value, at: key, machine)
      note(value, at: key, depth: depth, machine)
      let pairs = machine.pairs(of: value)
      let isNew = PickledPlace(value).map { seen.insert($0).inserted } ?? false
      isCutOff =
        isCutOff
        || (depth < Self.deepest ? pairs.count > Self.mostPairs : isNew && !pairs.isEmpty)
      for (name, value) in pairs.prefix(Self.mostPairs) {
        guard hasRoom(below: depth) else { return }
        guard case .string(let run) = name, run.count <= Self.longestName else { continue }
        take(value, at: prefix + machine.text(run), depth: depth + 1, machine)
      }
    case .list(let index):
      note(configuration: value, at: key, machine)
      if NetworkSetting.isList(key) { note(value, at: key, depth: depth, machine) }
      for (place, value) in machine.lists[Int(index)].prefix(Self.mostElements).enumerated() {
        guard hasRoom(below: depth) else { return }
        take(value, at: prefix + String(place), depth: depth + 1, machine)
      }
    case .tuple(let run):
      for (place, index) in run.range.prefix(Self.mostElements).enumerated() {
        guard hasRoom(below: depth) else { return }
        take(machine.pool[index], at: prefix + String(place), depth: depth + 1, machine)
      }
    default:
      note(value, at: key, depth: depth, machine)
    }
  }

  /// Whether more values are looked at, one level deeper.
  private mutating func hasRoom(below depth: Int) -> Bool {
    guard depth < Self.deepest else { return false }
    isCutOff = isCutOff || looked >= mostNow
    return looked < mostNow
  }

  // MARK: Configurations

  /// Takes down the dictionary, or list of them, of a network's settings under `key`.
  mutating func note(configuration value: PickleValue, at key: String, _ machine: PickleMachine) {
    guard Self.configurations.contains(key) else { return }
    if configuration.utf8.count < Self.longestConfiguration {
      configuration += "\(key)="
      Self.write(value, to: &configuration, machine)
      configuration += "\n"
    }
    isCutOff = isCutOff || configuration.utf8.count > Self.longestConfiguration
  }

  /// The text of a tuple of whole numbers that is a mean or deviation of pictures, or of a list or tuple of
  /// stages' strides or dilations.
  private static func listed(
    _ value: PickleValue, at key: String, _ machine: PickleMachine
  ) -> String? {
    let isList = NetworkSetting.isList(key)
    let isTuple =
      isList || Checkpoint.normalisationSetting(key) != nil
      || Checkpoint.isSetting(list: key, of: .max) && !NetworkSetting.isOfAngles(key)
    switch value {
    case .numbers where isTuple: break
    case .list where isList: break
    default: return nil
    }
    var text = ""
    write(value, to: &text, machine)
    return text
  }

  /// Adds a value as Python writes it, as far as settings of networks go: of what cannot be told, `None`, and
  /// no more than has room, however often dictionaries stand in others.
  private static func write(
    _ value: PickleValue, to text: inout String, _ machine: PickleMachine, depth: Int = 0
  ) {
    guard text.utf8.count < longestConfiguration else { return }
    let value = machine.unwrapped(value)
    switch value {
    case .dictionary where depth < deepestSetting, .filled where depth < deepestSetting:
      text += "{"
      for (name, value) in machine.pairs(of: value).prefix(mostPairs) {
        guard text.utf8.count < longestConfiguration else { break }
        text += quoted(name, machine) + ": "
        write(value, to: &text, machine, depth: depth + 1)
        text += ", "
      }
      text += "}"
    case .list(let index) where depth < deepestSetting:
      text += "["
      for value in machine.lists[Int(index)].prefix(mostElements) {
        write(value, to: &text, machine, depth: depth + 1)
        text += ", "
      }
      text += "]"
    case .tuple(let run) where depth < deepestSetting:
      text += "("
      for place in run.range.prefix(mostElements) {
        write(machine.pool[place], to: &text, machine, depth: depth + 1)
        text += ", "
      }
      text += ")"
    case .numbers(let run):
      let numbers = machine.first(mostElements, of: run).map { String($0) }
      text += "(" + numbers.joined(separator: ", ") + ")"
    case .bool(let flag): text += flag ? "True" : "False"
    case .string: text += quoted(value, machine)
    default: text += Self.text(value, machine) ?? "None"
    }
  }

  /// A text in quotes, such as a line has room for; anything else is an empty one.
  private static func quoted(_ value: PickleValue, _ machine: PickleMachine) -> String {
    guard case .string(let run) = value, run.count <= 1000 else { return "''" }
    return "'" + machine.text(run).filter { !$0.isNewline && $0 != "'" } + "'"
  }

  // MARK: Values

  /// A text, or a number as one; nil: it is another value.
  static func text(_ value: PickleValue, _ machine: PickleMachine) -> String? {
    switch value {
    case .string(let run): machine.text(run)
    case .int(let number): String(number)
    case .float(let number): String(number)
    case .bool(let flag): String(flag)
    default: nil
    }
  }

  /// The name, without its module, of the class or function that a setting is, such as `nn.GELU`, that its object
  /// is of, or that a `partial` calls; dictionaries and namespaces are called alike whatever they hold.
  private static func className(
    _ value: PickleValue, at key: String, _ machine: PickleMachine
  ) -> String? {
    let called = machine.called(by: value)
    let isNamespace = machine.isDictionary(value) || !machine.pairs(of: value).isEmpty
    let isSetting = Checkpoint.isSetting(key) || NetworkSetting.isArgument(key)
    guard isSetting, called != nil || !isNamespace else { return nil }
    let value = called ?? value
    var name = machine.className(of: value)
    if case .global(.foreign(let place)) = value { name = machine.classes[Int(place)].name }
    let last = name?.split(separator: ".").last.map { String($0) }
    return last == "partial" ? nil : last
  }
}

/// Where a dictionary or an object lies among the machine's.
private struct PickledPlace: Hashable {
  private let place: Int32
  private let isObject: Bool

  /// nil: it is another value.
  init?(_ value: PickleValue) {
    switch value {
    case .dictionary(let place): (self.place, isObject) = (place, false)
    case .filled(let place): (self.place, isObject) = (place, true)
    default: return nil
    }
  }
}
