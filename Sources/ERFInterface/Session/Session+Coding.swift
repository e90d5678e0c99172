// Sessions as JSON: every field but the networks has a default, so that a file says only what it
// means, and files of earlier versions open. Networks have a file of their own.

import ERFEngine

extension Session {
  /// Of the files written now; all earlier ones are read.
  public static let version = 2
  /// Sides of an input in pixels.
  static let sides = 8...4096
  /// Most networks of the gallery.
  public static let galleryLimit = 8

  /// What a file says; which panels there are is another's business.
  init(reading bytes: [UInt8]) throws(SessionError) {
    let document = JSONField(path: "", value: try JSONValue(decoding: bytes))
    self = try document.object { (reader) throws(SessionError) in
      guard let version = reader.field("version") else { throw .notSession }
      let number = try version.integer(1...1_000_000)
      guard number <= Self.version else {
        throw .newer(version: number, known: Self.version)
      }
      return try Session(&reader)
    }
  }

  private init(_ reader: inout JSONObjectReader) throws(SessionError) {
    var hashes: [NetworkSpec: String] = [:]
    func network(_ field: JSONField) throws(SessionError) -> NetworkSpec {
      var hash: String?
      let network = try NetworkSpec(field, hash: &hash)
      if let hash { hashes[network.hashKey] = hash }
      return network
    }
    var networks: [NetworkSpec] = []
    for field in try reader.required("networks").list(1...2) {
      networks.append(try network(field))
    }
    self.init(networks: networks)
    for field in try reader.field("gallery")?.list(0...Self.galleryLimit) ?? [] {
      gallery.append(try network(field))
    }
    weightsHashes = hashes
    for field in try reader.field("keptSteps")?.list(0...100) ?? [] {
      let (run, steps) = try Self.keptSteps(field)
      keptSteps[run] = steps
    }
    title = try reader.field("title")?.text() ?? title
    if let field = reader.field("images") { images = try ImageChoice(field) }
    if let field = reader.field("input") { size = try InputSize(field) }
    if let field = reader.field("target") {
      target = try Target(field)
      showLayer()
    }
    rule = try reader.field("rule")?.choice(ERFRule.self) ?? rule
    if let field = reader.field("screen") { screen = try ScreenChoice(field) }
    screen.side = min(screen.side, networks.count - 1)
  }

  /// The session as a file holds it.
  public func encoded() throws -> [UInt8] { try json.encoded() }

  /// `{"run": FOLDER, "steps": [20]}`
  private static func keptSteps(
    _ field: JSONField
  ) throws(SessionError) -> (run: String, steps: [Int]) {
    try field.object { (reader) throws(SessionError) in
      let run = try reader.required("run").text()
      var steps: [Int] = []
      for step in try reader.required("steps").list(0...1000) {
        steps.append(try step.integer(0...1_000_000_000))
      }
      return (run, steps)
    }
  }

  var json: JSONValue {
    var fields: [String: JSONValue] = [
      "version": .number(Double(Self.version)),
      "title": .text(title),
      "networks": .list(networks.map { $0.json(hash: weightsHashes[$0.hashKey]) }),
      "gallery": .list(gallery.map { $0.json(hash: weightsHashes[$0.hashKey]) }),
      "images": images.json,
      "input": size.json,
      "target": target.json,
      "rule": .text(rule.rawValue),
      "screen": screen.json,
    ]
    if !keptSteps.isEmpty {
      let runs = keptSteps.sorted { $0.key < $1.key }
      fields["keptSteps"] = .list(
        runs.map { run, steps in
          .object(["run": .text(run), "steps": .list(steps.map { .number(Double($0)) })])
        })
    }
    return .object(fields)
  }
}

extension ImageChoice {
  fileprivate init(_ field: JSONField) throws(SessionError) {
    self = try field.object { (reader) throws(SessionError) in
      var choice = ImageChoice()
      if let files = reader.field("files") {
        var paths: [String] = []
        for path in try files.list(1...1_000_000) { paths.append(try path.text()) }
        choice.source = .files(paths)
      }
      var reason = ""
      if case .files = choice.source {
        reason = ", as many as images.files lists (pictures, not folders)"
      }
      if let tensor = reader.field("tensor") { choice.source = .tensor(try tensor.text()) }
      let available = choice.available
      choice.first = try reader.field("first")?.integer(0...max(0, available - 1)) ?? 0
      choice.count =
        try reader.field("count")?.integer(1...max(1, available), because: reason) ?? 1
      return choice
    }
  }

  fileprivate var json: JSONValue {
    var fields: [String: JSONValue] = [
      "first": .number(Double(first)), "count": .number(Double(count)),
    ]
    switch source {
    case .builtIn: break
    case .files(let paths): fields["files"] = .list(paths.map { .text($0) })
    case .tensor(let reference): fields["tensor"] = .text(reference)
    }
    return .object(fields)
  }
}

extension InputSize {
  /// One number, or height and width.
  init(_ field: JSONField) throws(SessionError) {
    if case .list = field.value {
      let sides = try field.list(2...2)
      self.init(
        height: try sides[0].integer(Session.sides), width: try sides[1].integer(Session.sides))
    } else {
      let side = try field.integer(Session.sides)
      self.init(height: side, width: side)
    }
  }

  var json: JSONValue {
    height == width
      ? .number(Double(height)) : .list([.number(Double(height)), .number(Double(width))])
  }
}

extension Target {
  fileprivate init(_ field: JSONField) throws(SessionError) {
    self = try field.object { (reader) throws(SessionError) in
      var target = Target()
      target.stage = try reader.field("stage")?.integer(1...100)
      target.block = try reader.field("block")?.integer(1...1000)
      target.layer = try reader.field("layer")?.text()
      for unit in try reader.field("units")?.list(0...64) ?? [] {
        let place = try unit.list(2...2)
        target.units.append(
          Unit(row: try place[0].integer(0...4095), column: try place[1].integer(0...4095)))
      }
      return target
    }
  }

  fileprivate var json: JSONValue {
    var fields: [String: JSONValue] = [
      "units": .list(
        units.map { .list([.number(Double($0.row)), .number(Double($0.column))]) })
    ]
    if let stage { fields["stage"] = .number(Double(stage)) }
    if let block { fields["block"] = .number(Double(block)) }
    if let layer { fields["layer"] = .text(layer) }
    return .object(fields)
  }
}

extension ScreenChoice {
  fileprivate init(_ field: JSONField) throws(SessionError) {
    self = try field.object { (reader) throws(SessionError) in
      var screen = ScreenChoice()
      if let focus = reader.field("focus") { screen.focus = PanelName(rawValue: try focus.text()) }
      for panel in try reader.field("recent")?.list(0...100) ?? [] {
        screen.recent.append(PanelName(rawValue: try panel.text()))
      }
      screen.isZoomed = try reader.field("zoomed")?.bool() ?? false
      screen.side = try reader.field("side")?.integer(0...1) ?? 0
      if let colours = reader.field("colours") {
        screen.colours = try colours.text()
        guard ColourRamp.all.contains(where: { $0.name == screen.colours }) else {
          let names = ColourRamp.all.map(\.name).joined(separator: ", ")
          throw colours.expected("one of \(names)")
        }
      }
      screen.hasSharedScale = try reader.field("sharedScale")?.bool()
      try screen.readFields(&reader)
      return screen
    }
  }

  fileprivate var json: JSONValue {
    .object([
      "focus": .text(focus.rawValue),
      "recent": .list(recent.map { .text($0.rawValue) }),
      "zoomed": .bool(isZoomed),
      "side": .number(Double(side)),
      "colours": .text(colours),
      "sharedScale": hasSharedScale.map { .bool($0) } ?? .null,
      "fields": .text(arrangement.rawValue),
      "curve": .text(curve.rawValue),
      "areas": .text(areas.rawValue),
      "theory": .bool(showsTheory),
      "differences": .bool(showsDifferences),
      "profile": .text(profile.rawValue),
      "depthMeasure": .text(depthMeasure.rawValue),
      "underlay": .bool(hasUnderlay),
      "bf16Previews": .bool(previewsInBFloat16),
      "cursor": cursor.map(\.json) ?? .null,
      "zoom": .number(Double(window.zoom)),
      "centre": window.centre.json,
    ])
  }

  private mutating func readFields(_ reader: inout JSONObjectReader) throws(SessionError) {
    arrangement = try reader.field("fields")?.choice(Arrangement.self) ?? arrangement
    curve = try reader.field("curve")?.choice(Curve.self) ?? curve
    areas = try reader.field("areas")?.choice(AreaMarks.self) ?? areas
    showsTheory = try reader.field("theory")?.bool() ?? false
    showsDifferences = try reader.field("differences")?.bool() ?? false
    profile = try reader.field("profile")?.choice(Profile.self) ?? profile
    depthMeasure = try reader.field("depthMeasure")?.choice(DepthMeasure.self) ?? depthMeasure
    hasUnderlay = try reader.field("underlay")?.bool() ?? false
    previewsInBFloat16 = try reader.field("bf16Previews")?.bool() ?? false
    if let field = reader.field("cursor") { cursor = try PixelPlace(field) }
    if let field = reader.field("zoom") {
      window.zoom = try field.integer(1...16)
      guard ViewWindow.zooms.contains(window.zoom) else { throw field.expected("1, 2, 4, 8 or 16") }
    }
    if let field = reader.field("centre") { window.centre = try PixelPlace(field) }
  }
}

extension PixelPlace {
  /// Row and column as shares of the input.
  fileprivate init(_ field: JSONField) throws(SessionError) {
    let place = try field.list(2...2)
    self.init(row: try place[0].number(0...1), column: try place[1].number(0...1))
  }

  fileprivate var json: JSONValue { .list([.number(row), .number(column)]) }
}
