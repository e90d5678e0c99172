/// A family of networks with its free numbers: a value that makes blueprints.
protocol Architecture: Sendable {
  /// What free ids begin with: `replknet`.
  static var family: String { get }
  /// The networks that have ids of their own, in the order to list them.
  static var variants: [(ids: [String], network: Self)] { get }
  /// The form of free ids, for help.
  static var freeForm: String { get }
  /// What can be chosen for each stage.
  static var openFields: Set<StageField> { get }

  /// What the outputs usually are, where their number fits.
  static var classNames: [String] { get }
  /// A parameter that every checkpoint of the family holds: what stands before it in a file is not
  /// part of the names.
  static var landmark: String { get }
  /// What the classifier's linear layer is called: `fc`.
  static var head: String { get }
  /// Names of the same parameters in other libraries' checkpoints.
  static var otherNames: [ParameterNames] { get }

  /// The network whose parameters `weights` are, as far as names and shapes tell; nil: of another
  /// family.
  init?(recognising weights: WeightDictionary)

  /// The same network with what a file tells of it beside the shapes of its parameters.
  func adopting(_ hints: FileHints) -> Self

  /// The network that a free id describes.
  init(_ fields: inout FieldParser) throws(ModelError)

  /// Canonical id: `replknet-31`, or a free variant such as `resnet-cifar:depth=26`.
  var id: String { get }
  /// The id spelt out, whether or not the network has a name.
  var freeID: String { get }
  /// How the official code initialises.
  var initialization: Initialization { get }
  /// How images are prepared for it.
  var preprocessing: Preprocessing { get }
  /// How the official code evaluates it.
  var evaluation: Evaluation { get }
  /// What is chosen for each stage.
  var stages: [StageDesign] { get set }
  /// Outputs of the classifier.
  var classes: Int { get set }

  /// Appends the whole network: every block and stage tapped, logits at the end.
  func build(_ builder: inout BlueprintBuilder)
}

extension Architecture {
  static var classNames: [String] { ClassNames.imageNet }
  static var otherNames: [ParameterNames] { [] }

  /// What the landmark may be called in a file.
  static var landmarks: [String] {
    [landmark] + otherNames.map(\.landmark).filter { $0 != landmark }
  }

  func adopting(_ hints: FileHints) -> Self { self }

  /// torchvision's, and most others'.
  var evaluation: Evaluation { Evaluation(side: 224, shorterSide: 256, filter: .bilinear) }

  /// The network as the official code writes it: batch norms and parallel branches apart, but for
  /// what the weights have made one already.
  func blueprint(_ optional: OptionalParameters = .usual) -> Blueprint {
    WorkCount.note(.blueprint)
    var builder = BlueprintBuilder(optional, initialization: initialization)
    build(&builder)
    return builder.blueprint
  }
}

extension Architecture where Self: Equatable {
  /// The id of the variant that this is; nil for all others.
  var variantID: String? { Self.variants.first { $0.network == self }?.ids[0] }
}
