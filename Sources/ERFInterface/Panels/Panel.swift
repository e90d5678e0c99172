// The panels of the screen. Each is one type in a file of its own (drawing may have another beside it)
// and one row of `Panels.all`; nothing else knows them one by one.

/// A part of the screen that can have the focus.
protocol Panel: SendableMetatype {
  static var name: PanelName { get }
  static var title: String { get }
  /// What is to be found there, for the help.
  static var summary: String { get }
  /// The key that jumps to it: its digit, or a letter where there are no digits left.
  static var jump: Unicode.Scalar { get }
  /// With which others it takes turns.
  static var place: PanelPlace { get }
  /// Rows in which it says all it has to say.
  static var likedRows: Int { get }
  /// Commands that apply only while it has the focus.
  static var commands: [Command] { get }
  static func draw(_ model: Model, in area: Area, on frame: inout Frame)
  /// What its numbers are of, which its title says where it has the screen to itself: the fullest first;
  /// nothing where that goes without saying.
  static func subject(_ model: Model) -> [[Span]]
  /// What a command comes to while the panel has the focus.
  static func plan(_ command: CommandName, _ model: Model) -> Plan
  /// What the mouse does below the title; nil where it means nothing special: a click does nothing
  /// then, and the wheel is the arrows.
  static func point(_ pointer: Pointer, in area: Area, _ model: inout Model) -> [Effect]?
}

/// Where a panel is seen. Panels of one place take turns; on small screens several places are one.
enum PanelPlace: CaseIterable {
  /// The large part of the screen.
  case main
  /// Beside it, from top to bottom.
  case network, input, results, progress
}

extension Panel {
  static var title: String { name.rawValue.prefix(1).uppercased() + name.rawValue.dropFirst() }
  static var jump: Unicode.Scalar {
    let place = (Panels.names.firstIndex(of: name) ?? 0) + 1
    return place < 10 ? Unicode.Scalar(UInt8(48 + place)) : "?"
  }
  static var commands: [Command] { [] }
  static func subject(_ model: Model) -> [[Span]] { model.mapsSubject() }
  static func plan(_ command: CommandName, _ model: Model) -> Plan { .nothing }
  static func point(_ pointer: Pointer, in area: Area, _ model: inout Model) -> [Effect]? { nil }

  /// A row of `commands`.
  static func row(
    _ name: CommandName, _ keys: [Key], label: String? = nil, footerKey: String? = nil,
    footer: String? = nil, rank: Int = 99, _ help: String
  ) -> Command {
    Command(
      name, keys, label: label, group: "In \(title)", panel: Self.name, footerKey: footerKey,
      footer: footer, rank: rank, help)
  }

  static func key(_ character: Unicode.Scalar) -> Key { .character(character) }
}

/// The table of panels.
enum Panels {
  /// In the order of their digits.
  static let all: [any Panel.Type] = [
    FieldsPanel.self, UnitPanel.self, KernelsPanel.self, MetricsPanel.self, ImagesPanel.self,
    JobsPanel.self, ShapeBiasPanel.self, PredictionPanel.self, TrainingPanel.self, DepthPanel.self,
    GalleryPanel.self,
  ]

  static let names = all.map { $0.name }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  static func named(_ name: PanelName) -> any Panel.Type { byName[name] ?? FieldsPanel.self }

  /// Those of some places, the first place's first panel in front, the others by their digits.
  static func group(_ places: [PanelPlace]) -> [PanelName] {
    let names = all.filter { places.contains($0.place) }.map { $0.name }
    let front = all.first { $0.place == places.first }.map { $0.name }
    return (front.map { [$0] } ?? []) + names.filter { $0 != front }
  }
}

extension PanelName {
  /// The key that jumps to it.
  var jump: Unicode.Scalar { Panels.named(self).jump }

  var title: String { Panels.named(self).title }
}

extension Slot {
  /// The panel whose name stands at a column of the title.
  func tab(at column: Int) -> PanelName? {
    var end = area.column
    guard tabs.reduce(0, { $0 + $1.title.columns + 4 }) <= area.columns else {
      return nil
    }
    for tab in tabs {
      end += tab.title.columns + 4
      if column < end { return tab }
    }
    return nil
  }
}
