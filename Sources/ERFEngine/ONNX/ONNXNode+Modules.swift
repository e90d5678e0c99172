// Which module of the exported network a node belongs to, as exporters write it.

extension ONNXNode {
  /// The modules around the node, outermost first, each with its whole path: `layer3`, `layer3.5`,
  /// `layer3.5.conv1`.
  ///
  /// PyTorch's newer exporter lists them; the older one makes them the parts of the node's name, in which
  /// a part that begins with the one before it stands in its place: `/layer3/layer3.5/conv1/Conv`.
  var modulePath: [String] {
    if !scopes.isEmpty { return scopes }
    guard name.hasPrefix("/") else { return [] }
    var (paths, path, last) = ([String](), "", "")
    for part in name.split(separator: "/").dropLast() {
      let part = String(part)
      if !last.isEmpty, part.hasPrefix(last + ".") {
        path = String(path.dropLast(last.count)) + part
      } else {
        path += (path.isEmpty ? "" : ".") + part
      }
      last = part
      paths.append(path)
    }
    return paths
  }
}
