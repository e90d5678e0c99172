// The files that a session reads, none of which it is written over.

import ERFEngine

extension Session {
  /// Networks with all that they come from, pictures, a prepared tensor.
  public var inputs: [String] {
    let paths = (networks + gallery).flatMap(\.inputs)
    return switch images.source {
    case .builtIn: paths
    case .files(let pictures): paths + pictures
    case .tensor(let reference): paths + [ImageSource.file(ofTensor: reference)]
    }
  }

  /// Why nothing may be written to `path`, which is one of its inputs by that name or another; nil: it is
  /// none of them.
  func refusal(toWrite path: String) -> String? {
    guard let identity = FileIdentity(of: path),
      let input = inputs.first(where: { FileIdentity(of: $0) == identity })
    else { return nil }
    return path == input
      ? "\(path) is read by this session: write to another file"
      : "\(path) is the same file as \(input), which this session reads: write to another"
  }
}
