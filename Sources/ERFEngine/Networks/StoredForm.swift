// Parameters that PyTorch makes anew of others at each pass, which are what a checkpoint holds.

/// How a file has a parameter.
indirect enum StoredForm: Sendable, Equatable {
  /// As it is, under this name.
  case tensor(String)
  /// Pruned (`torch.nn.utils.prune`): the product with a mask.
  case pruned(StoredForm, mask: StoredForm)
  /// As directions, each of which has a length (`weight_norm`).
  case normalised(StoredForm, lengths: StoredForm)
  /// Divided by the largest singular value as a matrix, uT W v of the two vectors that are kept
  /// (`spectral_norm`).
  case spectral(StoredForm, u: StoredForm, v: StoredForm)

  /// The tensor that is the main part, which has the parameter's shape.
  var main: String {
    switch self {
    case .tensor(let name): name
    case .pruned(let whole, _), .normalised(let whole, _), .spectral(let whole, _, _): whole.main
    }
  }

  /// All that the file holds of the parameter, the main part first.
  var tensors: [String] {
    switch self {
    case .tensor(let name): [name]
    case .pruned(let whole, let mask): whole.tensors + mask.tensors
    case .normalised(let directions, let lengths): directions.tensors + lengths.tensors
    case .spectral(let whole, let u, let v): whole.tensors + u.tensors + v.tensors
    }
  }
}

// MARK: By names

extension StoredForm {
  /// What hooks put behind the name of a parameter.
  private static let endings = ["_orig", "_mask", "_v", "_g", "_u"]
  private static let lastLetters = endings.compactMap(\.utf8.last)
  /// Steps at most: what is deeper stays unmade.
  private static let deepest = 8

  /// What a file may call the main part of the parameter `name`, in whichever form it has it.
  static func mainParts(of name: String) -> [String] {
    let (module, parameter) =
      name.lastIndex(of: ".").map {
        (name[..<$0], name[name.index(after: $0)...])
      } ?? ("", name[...])
    let place = module + WeightsMismatch.parametrizations + parameter
    return [name, name + "_orig", name + "_v", place + ".original", place + ".original1"]
  }

  /// The name of the parameter that `key` may be a part of, by the names alone; `key` itself where it
  /// looks like none.
  static func name(_ key: String) -> String { outerNames(key).last ?? key }

  /// All that `key` may be a part of, the innermost first; as deep as anybody nests it.
  private static func outerNames(_ key: String) -> [String] {
    var names: [String] = []
    while names.count < deepest, let outer = outerName(names.last ?? key) { names.append(outer) }
    return names
  }

  /// The parameter that something was done to last: `conv.weight` of `conv.weight_v`, and of
  /// `conv.parametrizations.weight.original1`.
  private static func outerName(_ key: String) -> String? {
    // Quick, since files have very many names.
    if let last = key.utf8.last, lastLetters.contains(last),
      let name = endings.lazy.compactMap({ key.without($0) }).first
    {
      return name
    }
    return place(of: key)?.parameter
  }

  /// Where the last parametrization around `key` keeps what it needs, such as
  /// `conv.parametrizations.weight.`, and the parameter that is made of it.
  private static func place(of key: String) -> (prefix: String, parameter: String)? {
    guard key.utf8.holds("parametrizations") else { return nil }
    let parts = key.split(separator: ".", omittingEmptySubsequences: false)
    guard let marker = parts.lastIndex(of: "parametrizations"), marker > 0, marker + 2 < parts.count
    else { return nil }
    let module = parts[..<marker].joined(separator: ".")
    let parameter = parts[marker + 1]
    return (
      module + WeightsMismatch.parametrizations + parameter + ".", module + "." + parameter
    )
  }
}

// MARK: Among the tensors of a file

extension StoredForm {
  /// The parameters that are made of others among the tensors of a file, by their names; a chain of
  /// steps is carried out whole, or not at all.
  static func parameters(among shapes: [String: Shape]) -> [String: StoredForm] {
    let parts = shapes.keys.filter { outerName($0) != nil }.sorted()
    guard !parts.isEmpty else { return [:] }
    var chains = Chains(shapes)
    var next = parts
    for _ in 0..<deepest where !next.isEmpty { next = next.compactMap { chains.step(from: $0) } }
    // A part that is left over is of a step that is not known: what is made without it would be another
    // parameter.
    for part in parts where chains.isLeftOver(part) {
      for name in outerNames(part) { chains.made[name] = nil }
    }
    return chains.made.filter { outerName($0.key) == nil }
  }

  /// Parts of parameters that are not made by anything that is known here, by the parameters' names.
  static func unmade(_ shapes: [String: Shape]) -> [String: [String]] {
    let made = Set(parameters(among: shapes).values.flatMap(\.tensors))
    let rest = shapes.keys.filter { outerName($0) != nil && !made.contains($0) }
    let all = Dictionary(grouping: rest, by: name)
    // Without a main part, or beside the parameter itself, they are something else.
    return all.filter { name, parts in
      shapes[name] == nil
        && parts.contains { $0.contains(WeightsMismatch.parametrizations) || $0.hasSuffix("_orig") }
    }.mapValues { $0.sorted() }
  }

  /// Steps from parts to parameters.
  private struct Chains {
    /// Tensors, and what was made, without what that took.
    private var held: [String: Shape]
    /// What has been made.
    var made: [String: StoredForm] = [:]

    init(_ shapes: [String: Shape]) { held = shapes }

    func isLeftOver(_ key: String) -> Bool { held[key] != nil && made[key] == nil }

    /// Makes what `key` is the main part of, and gives its name; nil: nothing that is known.
    mutating func step(from key: String) -> String? {
      guard let (name, form, parts) = outer(of: key), held[name] == nil else { return nil }
      held[name] = held[key]
      for part in parts {
        held[part] = nil
        made[part] = nil
      }
      made[name] = form
      return name
    }

    private func form(_ key: String) -> StoredForm { made[key] ?? .tensor(key) }

    private func outer(of key: String) -> (name: String, form: StoredForm, parts: [String])? {
      guard let shape = held[key] else { return nil }
      if let name = key.without("_orig") {
        let mask = name + "_mask"
        if held[mask] == shape {
          return (name, .pruned(form(key), mask: form(mask)), [key, mask])
        }
        return spectral(form(key), shape, name + "_u", name + "_v").map {
          (name, $0.form, [key] + $0.parts)
        }
      }
      if let name = key.without("_v"), areLengths(held[name + "_g"], of: shape) {
        let lengths = name + "_g"
        return (name, .normalised(form(key), lengths: form(lengths)), [key, lengths])
      }
      guard let (place, name) = place(of: key) else { return nil }
      var made = form(key)
      var parts = [key]
      var count = 0
      let lengths = place + "original0"
      if key == place + "original1", areLengths(held[lengths], of: shape) {
        made = .normalised(made, lengths: form(lengths))
        parts.append(lengths)
        count = 1
      } else if key != place + "original" {
        return nil
      }
      while let next = spectral(made, shape, place + "\(count)._u", place + "\(count)._v") {
        made = next.form
        parts += next.parts
        count += 1
      }
      return count > 0 ? (name, made, parts) : nil
    }

    private func spectral(
      _ whole: StoredForm, _ shape: Shape, _ u: String, _ v: String
    ) -> (form: StoredForm, parts: [String])? {
      guard let left = held[u], let right = held[v], left.rank == 1, right.rank == 1,
        !axes(of: shape, left.count, right.count).isEmpty
      else { return nil }
      return (.spectral(whole, u: form(u), v: form(v)), [u, v])
    }

    /// Whether `lengths` are one for each entry of one of the axes of `shape`, or one of all.
    private func areLengths(_ lengths: Shape?, of shape: Shape) -> Bool {
      guard let lengths else { return false }
      if lengths.rank == 0 { return true }
      guard lengths.rank == shape.rank else { return false }
      let axes = (0..<shape.rank).filter { lengths[$0] != 1 }
      return axes.count <= 1 && axes.allSatisfy { lengths[$0] == shape[$0] }
    }
  }

  /// The axes of `shape` that could be the rows of a matrix of `rows` rows and `columns` columns.
  private static func axes(of shape: Shape, _ rows: Int, _ columns: Int) -> [Int] {
    guard shape.rank > 1, rows > 0, columns > 0 else { return [] }
    return (0..<shape.rank).filter { shape[$0] == rows && shape.count / rows == columns }
  }
}

// MARK: Values

extension StoredForm {
  /// The parameter, of what `read` gives of the file's tensors.
  func parameter(read: (String) throws -> Tensor) rethrows -> Tensor {
    switch self {
    case .tensor(let name): return try read(name)
    case .pruned(let whole, let mask):
      let (whole, mask) = (try whole.parameter(read: read), try mask.parameter(read: read))
      return Tensor(generated: whole.shape) { whole[$0] * mask[$0] }
    case .normalised(let directions, let lengths):
      let directions = try directions.parameter(read: read)
      let lengths = try lengths.parameter(read: read)
      let rows = Rows(of: lengths, in: directions.shape)
      let found = rows.lengths(of: directions)
      let scales = found.enumerated().map { Double(lengths[$0]) / $1 }
      return Tensor(generated: directions.shape) {
        Float(Double(directions[$0]) * scales[rows.row($0)])
      }
    case .spectral(let whole, let u, let v):
      let whole = try whole.parameter(read: read)
      let largest = Self.largestValue(
        of: whole, try u.parameter(read: read), try v.parameter(read: read))
      return Tensor(generated: whole.shape) { Float(Double(whole[$0]) / largest) }
    }
  }

  /// Why no number comes out of numbers; nil: none of the steps divides by zero.
  func division(read: (String) throws -> Tensor) rethrows -> String? {
    switch self {
    case .tensor: return nil
    case .pruned(let whole, let mask):
      return try whole.division(read: read) ?? mask.division(read: read)
    case .normalised(let directions, let lengths):
      if let inner = try directions.division(read: read) ?? lengths.division(read: read) {
        return inner
      }
      let values = try directions.parameter(read: read)
      let rows = Rows(of: try lengths.parameter(read: read), in: values.shape)
      let zeros = rows.lengths(of: values).count { $0 == 0 }
      return zeros == 0
        ? nil
        : "weight_norm divides by the lengths of directions, of which \(zeros) of \(rows.count) in "
          + "\(WeightsMismatch.printable(directions.main)) "
          + (zeros == 1 ? "is zero" : "are zero")
    case .spectral(let whole, let u, let v):
      if let inner = try whole.division(read: read) { return inner }
      let largest = Self.largestValue(
        of: try whole.parameter(read: read), try u.parameter(read: read),
        try v.parameter(read: read))
      return largest == 0
        ? "spectral_norm divides by the largest singular value, which is zero in "
          + WeightsMismatch.printable(whole.main)
        : nil
    }
  }

  /// uT W v, with `whole` as a matrix W whose rows lie along the axis that the vectors are of. Where
  /// several axes are as long, it is the one whose u is that of power iterations, W v with a length of one:
  /// the first unless another one fits.
  private static func largestValue(of whole: Tensor, _ u: Tensor, _ v: Tensor) -> Double {
    let all = axes(of: whole.shape, u.count, v.count).map { axis in
      let rows = Rows(along: axis, of: whole.shape)
      var products = [Double](repeating: 0, count: rows.count)
      for index in 0..<whole.count {
        products[rows.row(index)] += Double(whole[index]) * Double(v[rows.column(index)])
      }
      let value = products.enumerated().reduce(0) { $0 + Double(u[$1.offset]) * $1.element }
      let length = products.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return (value: value, agreement: length > 0 ? value / length : 0)
    }
    let fitting = all.filter { $0.agreement > 0.5 }.max { $0.agreement < $1.agreement }
    return (fitting ?? all.first)?.value ?? 0
  }

  /// A tensor as a matrix whose rows lie along one of its axes.
  private struct Rows {
    let count: Int
    private let inner: Int

    init(along axis: Int, of shape: Shape) {
      count = shape[axis]
      inner = shape.extents.dropFirst(axis + 1).reduce(1, *)
    }

    /// Along the axis that `lengths` have, or all in one row.
    init(of lengths: Tensor, in shape: Shape) {
      let axis = lengths.shape.extents.firstIndex { $0 != 1 } ?? 0
      count = lengths.count
      inner = shape.extents.dropFirst(axis + 1).reduce(1, *)
    }

    func row(_ index: Int) -> Int { index / inner % count }
    func column(_ index: Int) -> Int { index / (inner * count) * inner + index % inner }

    func lengths(of tensor: Tensor) -> [Double] {
      var squares = [Double](repeating: 0, count: count)
      for index in 0..<tensor.count { squares[row(index)] += Double(tensor[index] * tensor[index]) }
      return squares.map { $0.squareRoot() }
    }
  }
}

extension String {
  /// Without what it ends in; nil where it ends otherwise.
  fileprivate func without(_ ending: String) -> String? {
    hasSuffix(ending) ? String(dropLast(ending.count)) : nil
  }
}
