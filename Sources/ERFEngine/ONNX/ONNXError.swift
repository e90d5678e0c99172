/// Why an ONNX file cannot be read or shown.
public enum ONNXError: ExplainedError, Equatable {
  /// A file that is not an ONNX model at all.
  case notONNX(path: String)
  /// Bytes that say what no exporter writes.
  case damaged(path: String, reason: String)
  /// A sound file beyond what is read: newer, larger or deeper.
  case unsupported(path: String, reason: String)
  /// Weights that the file keeps in another one, which is not there.
  case missingData(path: String, file: String)
  /// Weights in another file, which ends before them.
  case shortData(path: String, file: String, bytes: Int, needed: Int)
  /// Weights in a place that a model has no business in.
  case refusedData(path: String, file: String, reason: String)
  /// A tensor that does not hold what its type and shape ask for.
  case badTensor(path: String, tensor: String, reason: String)
  /// A node that computes something else than its operator says.
  case badNode(path: String, node: String, reason: String)
  /// Operators that are not known, of which the value asked for needs the results; `isDefined`: the file
  /// defines one of them itself.
  case unknownOperators(path: String, operators: [String], node: String, isDefined: Bool)
  /// A layer that is not there, in a graph of which `node` and what depends on it cannot be shown; `layers`
  /// can.
  case lostLayer(path: String, layer: String, node: String, reason: String, layers: [String])
  /// A value or module of the graph that is no layer.
  case noLayer(path: String, layer: String, reason: String, layers: [String])
  /// Another input size than the one that the file was exported for. `example`: the extents of an input of
  /// the size that was asked for, as PyTorch has them.
  case fixedSize(path: String, exported: String, asked: String, example: String, reason: String)

  /// What to do about operators that are not known; empty: nothing can be done.
  private static func wayOut(of operators: [String], isDefined: Bool) -> String {
    if isDefined {
      return ": functions that a file defines have to be inlined, "
        + "onnx.inliner.inline_local_functions(model)"
    }
    let isQuantised = operators.contains { name in
      name.contains("QLinear") || name.contains("DynamicQuantize") || name.hasSuffix("Integer")
    }
    return isQuantised
      ? ": export it before quantisation, or quantised with pairs of QuantizeLinear and "
        + "DequantizeLinear (QDQ)" : ""
  }

  public var isUsageError: Bool {
    switch self {
    case .lostLayer, .noLayer: true
    default: false
    }
  }

  public var explanation: String {
    switch self {
    case .notONNX(let path): "\(path) is not an ONNX model"
    case .damaged(let path, let reason): "\(path) is damaged: \(reason)"
    case .unsupported(let path, let reason): "\(path) cannot be opened: \(reason)"
    case .missingData(let path, let file):
      "\(path) keeps its weights in \(WeightsMismatch.printable(file)), which is not beside it: "
        + "both files are needed, copy or download that one too"
    case .shortData(let path, let file, let bytes, let needed):
      "\(path) keeps its weights in \(WeightsMismatch.printable(file)), which ends too early: it has "
        + "\(bytes.counted("byte")), of \(needed) that are needed: copy, download or export both "
        + "files again"
    case .refusedData(let path, let file, let reason):
      "\(path) keeps weights in \(WeightsMismatch.printable(file)): refused, since \(reason)"
    case .badTensor(let path, let tensor, let reason):
      "\(path): tensor \(WeightsMismatch.printable(tensor)) \(reason)"
    case .badNode(let path, let node, let reason):
      "\(path): \(WeightsMismatch.printable(node)) \(reason)"
    case .unknownOperators(let path, let operators, let node, let isDefined):
      "\(path) needs \(operators.joined(separator: ", ")), which is not known here (first at "
        + "\(WeightsMismatch.printable(node)))"
        + Self.wayOut(of: operators, isDefined: isDefined)
    case .lostLayer(let path, let layer, let node, let reason, let layers):
      "\(path) has no layer \(WeightsMismatch.quoted(layer)) that can be shown: "
        + "\(WeightsMismatch.printable(node)) \(reason), and what depends on it is lost; "
        + "layers to tap: \(ModelError.shortened(layers))"
    case .noLayer(let path, let layer, let reason, let layers):
      "\(path): \(WeightsMismatch.quoted(layer)) cannot be shown: "
        + "\(reason); layers to tap: \(ModelError.shortened(layers))"
    case .fixedSize(let path, let exported, let asked, let example, let reason):
      "\(path) was exported for \(exported), not \(asked) (\(reason)): export it at that size, "
        + "torch.onnx.export(model, (torch.zeros(\(example)),), \"m.onnx\")"
    }
  }
}
