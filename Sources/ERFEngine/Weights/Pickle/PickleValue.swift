/// Why a pickle could not be read.
enum PickleError: Error, Equatable {
  case endOfFile
  /// The pickle asks to call something that is not on the list.
  case refused(String)
  case malformed(String)
  /// A pickle without the magic number of `torch.save`.
  case notPyTorch
  case bigEndian
}

/// A value of a pickle. What holds others is an index into the machine's arrays: values stay flat,
/// and neither cycles nor deep nests can grow out of them.
enum PickleValue: Sendable, Equatable {
  case none
  case bool(Bool)
  case int(Int)
  /// An integer of more than 64 bits, little-endian two's complement.
  case long([UInt8])
  case float(Double)
  case string(String)
  case tuple(Int)
  case list(Int)
  case dictionary(Int)
  case global(PickleGlobal)
  case storage(Int)
  case tensor(Int)
  /// A record whose contents do not matter: bytes, sets, numpy scalars, namespaces.
  case inert
}

/// A storage as a persistent id describes it: a run of elements somewhere in the file.
struct StorageRecord: Sendable, Equatable {
  let type: ElementType
  let key: String
  /// Elements of the whole storage.
  let count: Int
  /// First element and number of the part that is meant.
  var part: Range<Int>
}

/// A view of a storage, all of whose elements lie within it.
struct TensorRecord: Sendable, Equatable {
  let type: ElementType
  let shape: Shape
  /// Elements from one index to the next, by axis.
  let strides: [Int]
  /// The storage, and the byte of it where the first element lies.
  let storage: Int
  let byteOffset: Int

  /// Whether the elements follow each other in row-major order.
  var isContiguous: Bool {
    if shape.count == 0 { return true }
    var expected = 1
    for axis in stride(from: shape.rank - 1, through: 0, by: -1) where shape[axis] != 1 {
      guard strides[axis] == expected else { return false }
      expected *= shape[axis]
    }
    return true
  }

  /// Elements from the first to the last in memory.
  var span: Int {
    if shape.count == 0 { return 0 }
    return zip(shape.extents, strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 }
  }
}
