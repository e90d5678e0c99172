// Parameters that PyTorch makes anew of others at each pass, which are what a checkpoint holds.

/// How a file has a parameter.
enum StoredForm: Sendable, Equatable {
  /// As it is.
  case plain
  /// Pruned (`torch.nn.utils.prune`): the product with a mask.
  case pruned(mask: String)
  /// As directions, each of which has a length (`weight_norm`).
  case normalised(lengths: String)
  /// Divided by the largest singular value as a matrix, uT W v of the two vectors that are kept
  /// (`spectral_norm`).
  case spectral(u: String, v: String)

  /// What else the file holds of the parameter.
  var companions: [String] {
    switch self {
    case .plain: []
    case .pruned(let mask): [mask]
    case .normalised(let lengths): [lengths]
    case .spectral(let u, let v): [u, v]
    }
  }

  /// The parameter that `key` is the main part of, among the tensors of a file; nil: it is one itself.
  static func parameter(
    of key: String, in shapes: [String: Shape]
  ) -> (name: String, form: StoredForm)? {
    guard let shape = shapes[key] else { return nil }
    if let name = key.without("_orig") {
      if shapes[name + "_mask"] == shape { return (name, .pruned(mask: name + "_mask")) }
      let (u, v) = (name + "_u", name + "_v")
      return areSingular(shapes[u], shapes[v], of: shape) ? (name, .spectral(u: u, v: v)) : nil
    }
    if let name = key.without("_v"), areLengths(shapes[name + "_g"], of: shape) {
      return (name, .normalised(lengths: name + "_g"))
    }
    guard let name = parametrised(key) else { return nil }
    if let place = key.without("original1"), areLengths(shapes[place + "original0"], of: shape) {
      return (name, .normalised(lengths: place + "original0"))
    }
    if let place = key.without("original") {
      let (u, v) = (place + "0._u", place + "0._v")
      if areSingular(shapes[u], shapes[v], of: shape) { return (name, .spectral(u: u, v: v)) }
    }
    return nil
  }

  /// What a file may call the main part of the parameter `name`, in whichever form it has it.
  static func mainParts(of name: String) -> [String] {
    let (module, parameter) =
      name.lastIndex(of: ".").map {
        (name[..<$0], name[name.index(after: $0)...])
      } ?? ("", name[...])
    let place = module + WeightsMismatch.parametrizations + parameter
    return [name, name + "_orig", name + "_v", place + ".original", place + ".original1"]
  }

  /// The name of the parameter that `key` may be the main part of, by its ending alone.
  static func name(_ key: String) -> String {
    key.without("_orig") ?? key.without("_v") ?? parametrised(key) ?? key
  }

  /// `conv.weight` of `conv.parametrizations.weight.original1`; nil for other names.
  private static func parametrised(_ key: String) -> String? {
    let ends = [".original", ".original1"]
    guard let stem = ends.lazy.compactMap({ key.without($0) }).first,
      stem.contains(WeightsMismatch.parametrizations)
    else { return nil }
    return stem.replacing(WeightsMismatch.parametrizations, with: ".")
  }

  /// Whether `lengths` are one for each entry of one of the axes of `shape`, or one of all.
  private static func areLengths(_ lengths: Shape?, of shape: Shape) -> Bool {
    guard let lengths else { return false }
    if lengths.rank == 0 { return true }
    guard lengths.rank == shape.rank else { return false }
    let axes = (0..<shape.rank).filter { lengths[$0] != 1 }
    return axes.count <= 1 && axes.allSatisfy { lengths[$0] == shape[$0] }
  }

  /// Whether `u` and `v` are the vectors on both sides of `shape` as a matrix of its rows.
  private static func areSingular(_ u: Shape?, _ v: Shape?, of shape: Shape) -> Bool {
    guard let u, let v, u.rank == 1, v.rank == 1, shape.rank > 1, shape[0] > 0 else { return false }
    return u[0] == shape[0] && v[0] == shape.count / shape[0]
  }

  /// The parameter, of its main part and what `read` gives of the others.
  func parameter(of main: Tensor, read: (String) throws -> Tensor) rethrows -> Tensor {
    switch self {
    case .plain: return main
    case .pruned(let mask):
      let mask = try read(mask)
      return Tensor(generated: main.shape) { main[$0] * mask[$0] }
    case .normalised(let lengths): return main.scaled(to: try read(lengths))
    case .spectral(let u, let v):
      let largest = main.product(try read(u), try read(v))
      return Tensor(generated: main.shape) { Float(Double(main[$0]) / largest) }
    }
  }
}

extension Tensor {
  /// With the lengths that `lengths` gives along the axis that it has.
  fileprivate func scaled(to lengths: Tensor) -> Tensor {
    guard count > 0 else { return self }
    let axis = lengths.shape.extents.firstIndex { $0 != 1 } ?? 0
    let inner = shape.extents.dropFirst(axis + 1).reduce(1, *)
    func place(_ index: Int) -> Int { index / inner % lengths.count }
    var squares = [Double](repeating: 0, count: lengths.count)
    for index in 0..<count { squares[place(index)] += Double(self[index] * self[index]) }
    let scales = squares.enumerated().map { Double(lengths[$0]) / $1.squareRoot() }
    return Tensor(generated: shape) { Float(Double(self[$0]) * scales[place($0)]) }
  }

  /// uT W v, with this as a matrix W of rows.
  fileprivate func product(_ u: Tensor, _ v: Tensor) -> Double {
    var sum = 0.0
    for index in 0..<count {
      sum += Double(u[index / v.count]) * Double(self[index]) * Double(v[index % v.count])
    }
    return sum
  }
}

extension String {
  /// Without what it ends in; nil where it ends otherwise.
  fileprivate func without(_ ending: String) -> String? {
    hasSuffix(ending) ? String(dropLast(ending.count)) : nil
  }
}
