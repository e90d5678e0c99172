/// What to compute: one network's effective receptive field over a list of images.
public struct ERFRequest: Sendable, Equatable {
  public var network: NetworkSpec
  public var images: ImageSource
  /// Those of the image files that are skipped, rather than an error, where they cannot be read: such
  /// as were found in a folder.
  public var mayBeSkipped: Set<PathKey> = []
  /// What the image files are called where they were chosen from more (``NetworkInputs/pictureNames(_:)`` of all of
  /// these), so that others of them have other names; nil: they are all.
  public var imageNames: [String]?
  /// Input size in pixels.
  public var size: InputSize
  /// The tapped layer: `stage1`..., or a block such as `stages.2.blocks.4`; nil: the last stage.
  public var tap: String?
  /// Units (row, column) on the tapped map whose features are summed; empty: its centre (H / 2, W / 2,
  /// integer division).
  public var units: [Unit]
  public var rule: ERFRule
  /// What products are computed from.
  public var precision = Precision.float32
  /// Worker threads; nil: as many as the machine has cores.
  public var threads: Int?
  /// Whether more requests over the same images will follow, with other units or edited networks: what
  /// they share is then computed whole and kept, at the price of a slower first run and of memory.
  public var keepsForward = false

  public init(
    network: NetworkSpec, images: ImageSource = .builtIn(1),
    size: InputSize = InputSize(height: 224, width: 224), tap: String? = nil, unit: Unit? = nil,
    rule: ERFRule = .paper, threads: Int? = nil
  ) {
    self.network = network
    self.images = images
    self.size = size
    self.tap = tap
    units = unit.map { [$0] } ?? []
    self.rule = rule
    self.threads = threads
  }

  /// The images, one at a time.
  ///
  /// - Throws: as `NetworkInputs.init(_:names:)`.
  public func inputs() throws -> NetworkInputs { try NetworkInputs(images, names: imageNames) }

  /// The first of `units`; setting it leaves no others.
  public var unit: Unit? {
    get { units.first }
    set { units = newValue.map { [$0] } ?? [] }
  }
}

/// Which images are averaged over.
public enum ImageSource: Sendable, Hashable {
  /// The first `count` of the generated pictures that the program brings along.
  case builtIn(Int)
  /// Some of them, by index.
  case builtInAt(Range<Int>)
  /// Image files, in this order.
  case files([String])
  /// Prepared inputs (N, 3, H, W), or (N, 1, H, W) of grey pictures, already normalised: `FILE.npy` or
  /// `FILE.safetensors#key`.
  case tensor(String)

  /// Files are compared by the bytes of their paths.
  public static func == (left: ImageSource, right: ImageSource) -> Bool {
    switch (left, right) {
    case (.builtIn(let count), .builtIn(let other)): count == other
    case (.builtInAt(let range), .builtInAt(let other)): range == other
    case (.files(let paths), .files(let others)): paths.elementsEqual(others, by: PathKey.areSame)
    case (.tensor(let reference), .tensor(let other)): PathKey.areSame(reference, other)
    default: false
    }
  }
}

/// How gradients become a map; each rule gives other numbers, so it is always shown.
public enum ERFRule: String, Sendable, CaseIterable {
  /// ReLU on the feature vector, ReLU on each gradient element, sum over colours (the paper's appendix
  /// B and its released script).
  case paper
  /// No ReLU; the mean over colours of absolute values, as the package `receptivefield` does.
  case absolute = "abs"
  /// No ReLU; the sum over colours with its sign: where more light would raise or lower the unit.
  case signed
  /// No ReLU on the feature vector; the mean over colours first, then ReLU (OpenERF 0.6.1).
  case openERF = "openerf"

  /// Whether channels that are not positive at the unit are left out.
  var rectifiesFeatures: Bool { self == .paper }

  /// Whether maps can have negative values.
  public var isSigned: Bool { self == .signed }
}
