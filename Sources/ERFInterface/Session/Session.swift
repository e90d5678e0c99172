// A session: all that decides what is on the screen, as a value that files hold.
//
// It leaves out what comes of it (maps, progress, messages) and what only the terminal knows.

public import ERFEngine

/// Everything on screen. Two runs of one session show the same.
public struct Session: Sendable, Equatable {
  /// What the session is about, for the title bar; may be empty.
  public var title = ""
  /// One or two networks, A and B.
  public var networks: [NetworkSpec]
  /// More networks, to be seen beside one another as small maps.
  public var gallery: [NetworkSpec] = []
  /// What hashes the weights in files and saved maps had when the session was written, by their networks'
  /// `hashKey`.
  var weightsHashes: [NetworkSpec: String] = [:]
  /// Steps of trainings in the explorer that the user has files of, where the session names another
  /// step of the same run: by the run's folder.
  var keptSteps: [String: [Int]] = [:]
  public var images = ImageChoice()
  public var size = InputSize(height: 224, width: 224)
  public var target = Target()
  public var rule = ERFRule.paper
  public var screen = ScreenChoice()

  public init(networks: [NetworkSpec]) { self.networks = networks }

  /// Lets exported graphs show the layer that is looked from, where it is one by its name alone.
  public mutating func showLayer() {
    func showing(_ network: NetworkSpec) -> NetworkSpec {
      var network = network
      if network.exportedGraph != nil { network.exportedValue = target.layer }
      return network
    }
    networks = networks.map(showing)
    gallery = gallery.map(showing)
  }

  public init(models: [String]) { self.init(networks: models.map { NetworkSpec(shown: $0) }) }
}

extension Session {
  /// The title as it is shown: one that cites a figure, a table or a guideline of the paper, or speaks of
  /// training, over random weights says so first, where no lack of room cuts it off.
  var shownTitle: String {
    let words = title.lowercased()
    let cites = ["fig.", "figure", "table", "guideline", "paper"].contains { words.contains($0) }
    let isUntrained = (networks + gallery).contains { network in
      if case .random = network.weights { network.savedMap == nil } else { false }
    }
    guard isUntrained, !words.contains("untrained") else { return title.sanitised }
    return (words.contains("trained") ? "now untrained: " : cites ? "untrained: " : "")
      + title.sanitised
  }
}

/// Which images there are, and over which of them the map is averaged: both networks see the same.
public struct ImageChoice: Sendable, Equatable {
  public enum Source: Sendable, Equatable {
    /// The pictures that the program brings along or makes.
    case builtIn
    /// Image files, in this order.
    case files([String])
    /// A prepared tensor, all of it: `FILE.npy` or `FILE.safetensors#key`.
    case tensor(String)

    /// Files are compared by the bytes of their paths.
    public static func == (left: Source, right: Source) -> Bool {
      switch (left, right) {
      case (.builtIn, .builtIn): true
      case (.files(let paths), .files(let others)):
        paths.elementsEqual(others, by: PathKey.areSame)
      case (.tensor(let reference), .tensor(let other)): PathKey.areSame(reference, other)
      default: false
      }
    }
  }

  public var source = Source.builtIn
  /// The first image averaged over, from 0.
  public var first = 0
  /// How many images from there on.
  public var count = 1

  public init() {}
}

/// The layer and the units whose field is computed.
public struct Target: Sendable, Equatable {
  /// From 1; nil: the last.
  public var stage: Int?
  /// Block within the stage, from 1; nil: the stage's output, after its last block.
  public var block: Int?
  /// A layer by its name, in networks that have it; others show what stage and block say. nil: all do.
  public var layer: String?
  /// Positions on the layer's map of network A, whose answers are summed; the first is the one that
  /// the arrows move; none: the centre. On a map of another size B takes the same relative positions.
  public var units: [Unit] = []

  public init() {}
}

/// How it is shown.
public struct ScreenChoice: Sendable, Equatable {
  public var focus = PanelName.fields
  /// Panels in the order of their last focus, most recent first: where several share a place, the
  /// most recent is seen.
  public var recent: [PanelName] = []
  public var isZoomed = false
  /// Index of the network that edits go to.
  public var side = 0
  public var colours = ColourRamp.all[0].name
  /// Whether the maps share one colour scale; nil: where they are of variants of one network, whose
  /// gradients have one unit.
  public var hasSharedScale: Bool?
  public var arrangement = Arrangement.two
  public var curve = Curve.log
  public var areas = AreaMarks.none
  /// Whether the kernels panel shows only what differs between A and B.
  public var showsDifferences = false
  /// Whether the theoretical receptive field is outlined.
  public var showsTheory = false
  public var profile = Profile.cumulative
  /// What is plotted of each layer against its depth.
  public var depthMeasure = DepthMeasure.area
  /// Whether the input image shows through the maps.
  public var hasUnderlay = false
  /// Whether a map in bfloat16 is shown first, until the exact one is there.
  public var previewsInBFloat16 = false
  /// The cross-hair as a share of the input's height and width, 0...1; nil: none.
  public var cursor: PixelPlace?
  public var window = ViewWindow()

  public init() {}

  /// Moves the focus, remembering where it was.
  mutating func moveFocus(to panel: PanelName) {
    focus = panel
    recent.removeAll { $0 == panel }
    recent.insert(panel, at: 0)
  }
}

/// Which fields are on screen.
public enum Arrangement: String, Sendable, CaseIterable {
  /// The active network's.
  case one
  /// A | B.
  case two
  /// A | B | A - B.
  case three
}

/// How the parts of the map that hold 20, 30, 50 and 99 % are outlined.
public enum AreaMarks: String, Sendable, CaseIterable {
  case none
  /// The centred squares of the area ratios.
  case squares
  /// Where the map is highest.
  case contours
}

/// What is plotted below the fields.
public enum Profile: String, Sendable, CaseIterable {
  /// The share of the field within a distance.
  case cumulative
  /// The mean at a distance.
  case radial
  case horizontal, vertical, none
}

/// What is measured of a layer.
public enum DepthMeasure: String, Sendable, CaseIterable {
  case area, sigma, radius
}

/// The part of the maps that is seen.
public struct ViewWindow: Sendable, Equatable {
  /// The whole input is so many times as high as what is seen.
  public var zoom = 1
  /// The middle of what is seen as a share of the input's height and width.
  public var centre = PixelPlace(row: 0.5, column: 0.5)

  public static let zooms = [1, 2, 4, 8, 16]

  public init() {}

  /// Where it lies on an input.
  func pixels(height: Int, width: Int) -> PixelWindow {
    func start(_ centre: Double, _ length: Int) -> Double {
      let seen = Double(length) / Double(zoom)
      return max(0, min(Double(length) - seen, centre * Double(length) - seen / 2))
    }
    var window = PixelWindow(row: 0, column: 0, height: height, width: width)
    window.row = start(centre.row, height)
    window.column = start(centre.column, width)
    window.height = Double(height) / Double(zoom)
    window.width = Double(width) / Double(zoom)
    return window
  }

  /// Moves as little as needed to bring a place into sight.
  mutating func show(_ place: PixelPlace) {
    let half = 0.5 / Double(zoom)
    func moved(_ centre: Double, _ place: Double) -> Double {
      let near = max(half, min(1 - half, centre))
      if place < near - half { return place + half }
      return place > near + half ? place - half : near
    }
    centre.row = moved(centre.row, place.row)
    centre.column = moved(centre.column, place.column)
  }
}

/// A panel of the screen by the name that sessions give it, which stands in its file but for those that
/// layouts speak of. Which there are, and in what order, says the table of panels.
public struct PanelName: RawRepresentable, Sendable, Hashable {
  public let rawValue: String

  public init(rawValue: String) { self.rawValue = rawValue }

  init(_ name: String) { rawValue = name }

  public static let fields = PanelName("fields")
  public static let kernels = PanelName("kernels")
}
