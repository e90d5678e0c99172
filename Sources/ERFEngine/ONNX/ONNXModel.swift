/// What an ONNX file says, its weights apart: those stay in the file until somebody asks for them.
///
/// Doc strings, stack traces and shapes that exporters inferred are skipped unread.
struct ONNXModel: Sendable {
  let path: String
  let file: MappedFile
  /// Size of the file.
  var bytes: Int { file.count }
  /// Version of the format, 3 and newer.
  var version = 0
  /// Who wrote the file: `pytorch 2.8.0`.
  var producer = ""
  /// Versions of the operator sets by domain; the standard one is "".
  var operatorSets: [String: Int] = [:]
  var metadata: [String: String] = [:]
  /// Operators that the file itself defines, as `domain.name`.
  var functions: Set<String> = []
  var graph = ONNXGraph()
  /// Files of weights beside this one, by their names in it.
  let dataFiles = ONNXDataFiles()
  /// See ``weightsHash()``.
  let hashed = ONNXHash()

  /// The version of the standard operators; 1 where the file does not tell.
  var operatorSet: Int { knownOperatorSet ?? 1 }

  private var knownOperatorSet: Int? { operatorSets[""] ?? operatorSets["ai.onnx"] }

  /// Versions of the standard operators whose rules are known.
  static let operatorSets = 7...23

  /// - Throws: `ONNXError.unsupported` for a file that does not say which operators it means, or older ones.
  func requireOperatorSet() throws(ONNXError) {
    guard let version = knownOperatorSet else {
      throw .unsupported(
        path: path, reason: "it does not say which version of the operators (opset) it uses")
    }
    let oldest = Self.operatorSets.lowerBound
    guard version >= oldest else {
      throw .unsupported(
        path: path,
        reason: "it uses operator set \(version), and \(oldest) is the oldest that is read: export "
          + "it again with opset_version=17")
    }
  }

  /// What there is to know of the file as a whole, for people.
  var notes: [String] {
    var notes: [String] = []
    let newest = Self.operatorSets.upperBound
    if operatorSet > newest {
      notes.append(
        "operator set \(operatorSet) is newer than \(newest), the newest that is known: operators "
          + "that changed since may be misread")
    }
    if let value = graph.circular.min() {
      notes.append("the graph has a cycle through \(value), which no valid ONNX graph has")
    }
    return notes
  }
}

/// A graph: nodes in an order in which they can be computed, connected by names.
struct ONNXGraph: Sendable {
  var name = ""
  var nodes: [ONNXNode] = []
  /// Constants by the name of their value.
  var initializers: [String: ONNXTensor] = [:]
  /// Older files list initializers here too.
  var inputs: [ONNXValueInfo] = []
  var outputs: [ONNXValueInfo] = []
  /// Values that are read by nodes which they are made from: a valid graph has none.
  var circular: Set<String> = []
}

/// One operation.
struct ONNXNode: Sendable {
  var operation = ""
  /// "" for the standard operators.
  var domain = ""
  /// May be empty, and need not be unique.
  var name = ""
  /// Names of values; empty: an optional input that is left out.
  var inputs: [String] = []
  var outputs: [String] = []
  var attributes: [String: ONNXAttribute] = [:]
  /// Modules that the node comes from, outermost first, where the exporter says so: `layer3`,
  /// `layer3.5`, `layer3.5.conv1`.
  var scopes: [String] = []

  /// Names of the values that it reads, those that the graphs in it read of what is around them among them.
  var reads: [String] {
    inputs
      + attributes.sorted { $0.key < $1.key }.flatMap { attribute -> [String] in
        guard case .graph(let graph) = attribute.value else { return [] }
        let own = Set(graph.nodes.flatMap(\.outputs) + graph.inputs.map(\.name))
        return (graph.nodes.flatMap(\.reads) + graph.outputs.map(\.name)).filter {
          !own.contains($0) && graph.initializers[$0] == nil
        }
      }
  }

  /// For messages: `Conv /layer1/conv1/Conv`, or by the value that it makes.
  var title: String {
    operation + " " + (name.isEmpty ? outputs.first { !$0.isEmpty } ?? "" : name)
  }
}

/// A setting of a node.
enum ONNXAttribute: Sendable {
  case float(Float)
  case integer(Int)
  case text(String)
  case tensor(ONNXTensor)
  case graph(ONNXGraph)
  case floats([Float])
  case integers([Int])
  case texts([String])
}

/// An input or output of a graph.
struct ONNXValueInfo: Sendable {
  /// One extent of a shape.
  enum Extent: Sendable, Equatable {
    case fixed(Int)
    /// Chosen by whoever runs the model; the exporter's name for it.
    case free(String)
  }

  var name = ""
  var type = ONNXType.float
  /// nil: nothing is said of the shape.
  var shape: [Extent]?
}
