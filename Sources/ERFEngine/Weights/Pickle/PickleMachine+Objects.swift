// Objects of other libraries: never built, but what fills them is kept as far as it may tell of a network.

extension PickleMachine {
  /// An object of another library.
  struct Object: Sendable {
    /// Its class in the machine's list.
    let type: Int32
    /// Items and attributes under names that may be settings; a later pair of the same key counts.
    var settings: [(key: PickleValue, value: PickleValue)] = []
    /// The value that it stands for, where its class is one that wraps settings.
    var wrapped: PickleValue?
    /// Whether it is filled as dictionaries are.
    var isDictionary = false
    /// The tensors among its items.
    var tensors = 0
    /// Whether it is a module of PyTorch's, whose attributes are no settings of programs.
    var isModule = false
    /// Of a `functools.partial` what it calls; the arguments that it has names for are settings.
    var called: PickleValue?
  }

  /// The objects that have a place, and the pairs that are looked at: as many as the settings of any program, so
  /// that they cost the same in files of any size.
  private static let mostObjects = 1 << 16
  private static let mostPairs = 1 << 16

  /// The attributes that hold what an object of these libraries wraps: OmegaConf's nodes and containers, and
  /// ml_collections' dictionaries.
  private static let wrappers: Set = ["_val", "_content", "_fields"]
  private static let wrapping = ["omegaconf.", "ml_collections."]
  private static let ofModules = "_parameters"
  private static let partial = "functools.partial"

  /// The record that `target` called with `arguments` would be, an object with a place for what fills it.
  ///
  /// - Parameter arguments: objects among them as their classes alone.
  mutating func make(
    _ target: PickleValue, _ arguments: [PickleValue]
  ) throws(PickleError) -> PickleValue {
    if target == .global(.inert), let bytes = spelt(arguments) { return bytes }
    let made = try call(unfilled(target), arguments)
    guard case .object(let type) = made, objects.count < Self.mostObjects else { return made }
    // Twice its size while it grows.
    try charge(2 * MemoryLayout<Object>.stride)
    objects.append(Object(type: type))
    return .filled(Int32(objects.count - 1))
  }

  /// The bytes that `_codecs.encode(text, 'latin1')` makes, as the second protocol writes them; nil: the
  /// arguments are those of something else.
  private func spelt(_ arguments: [PickleValue]) -> PickleValue? {
    guard arguments.count == 2, case .string(let letters) = arguments[0],
      case .string(let name) = arguments[1], name.count == 6, text(name) == "latin1"
    else { return nil }
    return .bytes(letters, isSpelt: true)
  }

  /// The text that bytes are in UTF-8; nil: they are none, or it is another value.
  func utf8(_ value: PickleValue) -> String? {
    guard case .bytes(let run, let isSpelt) = value else { return nil }
    var bytes = cursor.source.bytes(run.range) ?? []
    if isSpelt { bytes = text(run).unicodeScalars.compactMap { UInt8(exactly: $0.value) } }
    return String(validating: bytes, as: UTF8.self)
  }

  /// An object as its class alone; any other value as it is.
  func unfilled(_ value: PickleValue) -> PickleValue {
    guard case .filled(let place) = value else { return value }
    return .object(objects[Int(place)].type)
  }

  /// The class of an object; nil: it is another value.
  func className(of value: PickleValue) -> String? {
    guard case .object(let type) = unfilled(value) else { return nil }
    return classes[Int(type)].name
  }

  /// Whether it is an object that is filled as dictionaries are.
  func isDictionary(_ value: PickleValue) -> Bool {
    guard case .filled(let place) = value else { return false }
    return objects[Int(place)].isDictionary
  }

  /// What `value` is as a setting: of an object that wraps one, that one.
  func unwrapped(_ value: PickleValue) -> PickleValue {
    var value = value
    // Wraps may hold themselves.
    for _ in 0..<4 {
      guard case .filled(let place) = value, let inner = objects[Int(place)].wrapped else { break }
      value = inner
    }
    return value
  }

  /// What a `functools.partial` calls; nil: it is another value.
  func called(by value: PickleValue) -> PickleValue? {
    guard case .filled(let place) = value else { return nil }
    return objects[Int(place)].called
  }

  /// The pairs of a dictionary, or those of an object that may be settings; none of another value.
  func pairs(of value: PickleValue) -> [(key: PickleValue, value: PickleValue)] {
    switch value {
    case .dictionary(let place): dictionaries[Int(place)]
    case .filled(let place) where !objects[Int(place)].isModule: objects[Int(place)].settings
    default: []
    }
  }

  // MARK: Filling

  /// Gives the object at `place` the items `values`, each behind its key.
  mutating func fill(_ place: Int, with values: [PickleValue]) throws(PickleError) {
    objects[place].isDictionary = true
    for pair in stride(from: 0, to: values.count, by: 2) {
      if values[pair + 1].isTensor { objects[place].tensors += 1 }
      guard filled < Self.mostPairs else {
        passesSettings = passesSettings || values[pair + 1].mayBeSetting
        continue
      }
      filled += 1
      try keep(values[pair], values[pair + 1], in: place)
    }
  }

  /// Gives `target` the attributes in `state`, which matter of namespaces and of settings alone.
  mutating func setAttributes(
    of target: PickleValue, to state: PickleValue
  ) throws(PickleError) {
    switch target {
    case .filled(let place):
      // Items come first; where they can be had as attributes too, they stand in both.
      guard !objects[Int(place)].isDictionary else { break }
      // Of several dictionaries there is a tuple: attributes, and those that have slots.
      var parts = [state]
      if case .tuple(let run) = state {
        parts = run.range.prefix(Self.maxArguments).map { pool[$0] }
        if classes[Int(objects[Int(place)].type)].name == Self.partial {
          objects[Int(place)].called = parts.first
        }
      }
      for part in parts where part != target {
        try setAttributes(ofObject: Int(place), to: part)
      }
    case .dictionary(let place) where namespaces.contains(place):
      guard case .dictionary(let attributes) = state, attributes != place else { break }
      let pairs = dictionaries[Int(attributes)]
      try charge(32 * pairs.count)
      try chargeCopies(pairs.count)
      dictionaries[Int(place)] += pairs
    case .dictionary, .list, .tensor, .unreadable: break
    case .object: passesSettings = passesSettings || mayHoldSettings(state)
    case _ where target.isPlaceholder: break
    default: throw .malformed("it gives attributes to what has none")
    }
  }

  /// Whether attributes in `state` may be settings.
  private func mayHoldSettings(_ state: PickleValue) -> Bool {
    guard case .tuple(let run) = state else { return !pairs(of: state).isEmpty }
    return run.range.prefix(Self.maxArguments).contains { !pairs(of: pool[$0]).isEmpty }
  }

  private mutating func setAttributes(
    ofObject place: Int, to state: PickleValue
  ) throws(PickleError) {
    let pairs = pairs(of: state)
    // One dictionary may be the state of many objects.
    guard pairs.count <= Self.mostPairs - filled else {
      passesSettings = true
      return
    }
    filled += pairs.count
    for (key, value) in pairs { try keep(key, value, in: place) }
  }

  /// Whether the class of an object is one of those that wrap settings.
  private func wraps(_ place: Int) -> Bool {
    let name = classes[Int(objects[place].type)].name
    return Self.wrapping.contains(where: name.hasPrefix)
  }

  private mutating func keep(
    _ key: PickleValue, _ value: PickleValue, in place: Int
  ) throws(PickleError) {
    guard value.mayBeSetting, case .string(let run) = key else { return }
    if run.count <= Self.ofModules.utf8.count {
      let name = text(run)
      if Self.wrappers.contains(name), wraps(place) { objects[place].wrapped = value }
      if name == Self.ofModules { objects[place].isModule = true }
    }
    // Twice its size while it grows.
    try charge(64)
    objects[place].settings.append((key, value))
  }
}

extension PickleValue {
  var isTensor: Bool {
    switch self {
    case .tensor, .unreadable: true
    default: false
    }
  }

  /// Whether it is one that settings of programs are, or may hold some.
  fileprivate var mayBeSetting: Bool {
    switch self {
    case .none, .long, .storage, .tensor, .unreadable, .inert, .bytes: false
    default: true
    }
  }
}
