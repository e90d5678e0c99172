/// Why a pickle could not be read.
enum PickleError: Error, Equatable {
  case endOfFile
  /// The pickle asks to call a function that starts programs or runs code.
  case refused(String)
  case malformed(String)
  /// It is sound, and beyond what is read.
  case unsupported(String)
  /// It would take more memory than a file of its size should.
  case tooLarge
  /// More would be needed than the process can have.
  case tooLittleMemory(needed: Int, available: Int)
  /// Its tensors are so many that telling of them would take that.
  case tooManyTensors
  /// Nothing but objects of other libraries, such as the class named, where tensors were expected.
  case holdsObject(String, at: String)
  /// The same of a class of dictionaries.
  case holdsDictionary(String, at: String)
  /// So many tensors, all of them under keys that are no names.
  case unnamedTensors(Int)
  /// Nothing but settings and the like, such as of an optimizer that has not begun.
  case noTensors
  /// A pickle without the magic number of `torch.save`.
  case notPyTorch
  case bigEndian
  /// The pickle is one of text, whose references to storages are texts too, which nothing reads again.
  case protocolZero
  /// Nobody waits for the answer any more.
  case cancelled
}

/// Neighbours in one of the machine's arrays, or bytes of its source.
struct PickleRun: Sendable, Equatable {
  let start: Int32
  let count: Int32

  init(_ range: Range<Int>) throws(PickleError) {
    guard range.upperBound <= Int(Int32.max) else { throw .tooLarge }
    start = Int32(range.lowerBound)
    count = Int32(range.count)
  }

  var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
}

/// A value of a pickle, 16 bytes without references. What holds others names a place in the machine's
/// arrays, and texts are looked up in the source: values stay flat and cheap to copy, and neither
/// cycles nor deep nests can grow out of them.
enum PickleValue: Sendable, Equatable {
  case none
  case bool(Bool)
  case int(Int)
  /// An integer of more than 64 bits: its bytes in the source, little-endian two's complement.
  case long(PickleRun)
  case float(Double)
  /// UTF-8 in the source.
  case string(PickleRun)
  /// Values in the machine's pool.
  case tuple(PickleRun)
  /// A tuple of integers, none of them negative: where they begin among the machine's, and how many
  /// they are. Sizes and strides are such, and there are many.
  case numbers(PickleRun)
  case list(Int32)
  case dictionary(Int32)
  case global(PickleGlobal)
  case storage(Int32)
  case tensor(Int32)
  /// A tensor whose elements cannot be read.
  case unreadable(Int32)
  /// What an object of another library would be: its class in the machine's list.
  case object(Int32)
  /// The same with a place for what fills it, among the machine's objects.
  case filled(Int32)
  /// Bytes in the source; spelt, a text there whose letters stand for a byte each, as in Latin-1.
  case bytes(PickleRun, isSpelt: Bool)
  /// A record whose contents do not matter: sets, numpy scalars, devices.
  case inert

  var isNumber: Bool {
    switch self {
    case .bool, .int, .long, .float: true
    default: false
    }
  }
}

/// Tensors that a file describes without elements that could be read one by one.
enum UnreadableTensor {
  enum Kind: String, Sendable {
    case quantised, sparse, meta, nested
    /// An array that another library rebuilds.
    case numpy
    /// One whose axes repeat the same elements very often.
    case expanded
  }

  /// Elements of a tensor that has more of them than its storage, at most.
  static let mostRepeated = 1 << 16
  /// Elements at most, so that those of many tensors can be counted: more than any machine holds.
  static let mostElements = 1 << 40
}

/// A storage as a persistent id describes it: a run of elements somewhere in the file.
struct StorageRecord: Sendable, Equatable {
  let type: ElementType
  let key: String
  /// Elements of the whole storage.
  let count: Int
}

/// A part of a storage as a pickle refers to it.
struct PickledStorage: Sendable {
  let type: ElementType
  /// The storage's name, bytes of the source.
  let key: PickleRun
  /// Elements of the whole storage.
  let count: Int
  /// First element and number of the part that is meant.
  var part: Range<Int>
}

/// A view of a storage as a pickle describes it.
struct PickledTensor: Sendable {
  let type: ElementType
  /// Whether its elements are those of the storage with the other sign.
  let isNegated: Bool
  /// Tuples of numbers.
  let size: PickleValue
  let strides: PickleValue
  /// The storage, and the byte of it where the first element lies.
  let storage: Int32
  let byteOffset: Int
}

/// A view of a storage, all of whose elements lie within it; its shape is told with its name.
struct TensorRecord: Sendable {
  let type: ElementType
  /// Whether its elements are those of the storage with the other sign.
  let isNegated: Bool
  /// Where its strides begin, elements from one index to the next by axis, among those of all
  /// tensors; nil where the elements follow each other in row-major order.
  let strides: Int?
  /// The storage, and the byte of it where the first element lies.
  let storage: Int
  let byteOffset: Int

  /// Whether elements at these strides follow each other in row-major order.
  static func isContiguous(_ extents: [Int], _ strides: [Int]) -> Bool {
    if extents.contains(0) { return true }
    var expected = 1
    for axis in extents.indices.reversed() where extents[axis] != 1 {
      guard strides[axis] == expected else { return false }
      expected *= extents[axis]
    }
    return true
  }

  /// Elements from the first to the last in memory.
  static func span(_ shape: Shape, _ strides: [Int]) -> Int {
    guard shape.count > 0 else { return 0 }
    return zip(shape.extents, strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 }
  }
}
