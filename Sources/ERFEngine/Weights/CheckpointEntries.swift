/// The tensors of a checkpoint by their names, in the order of the names' bytes.
///
/// A file may have very many: all that is told of them lies in one run of bytes, which is shorter
/// than any header, and a name or a shape is made when it is asked for.
public struct CheckpointEntries: RandomAccessCollection, Sendable {
  public typealias Index = Int
  public typealias Element = (key: String, value: CheckpointEntry)

  /// Where in the bytes a tensor is told of: its name, its type and its extents follow each other.
  private struct Record: Sendable {
    let start: Int
    /// Bytes of the name and of the type, and the number of extents.
    let name: Int
    let type: Int32
    let rank: Int32
    let place: Range<Int>

    var nameEnd: Int { start + name }
  }

  private var packed = PackedBytes()
  private var records: [Record] = []

  init() {}

  public var startIndex: Int { 0 }
  public var endIndex: Int { records.count }

  public subscript(position: Int) -> (key: String, value: CheckpointEntry) {
    let record = records[position]
    return (packed.text(record.start..<record.nameEnd), entry(record))
  }

  /// What is told of the tensor `key`; nil: there is none of that name.
  public subscript(key: String) -> CheckpointEntry? {
    var (low, high) = (0, records.count)
    while low < high {
      let middle = (low + high) / 2
      let record = records[middle]
      let order = packed.order(record.start..<record.nameEnd, key)
      if order == 0 { return entry(record) }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  /// The tensors whose names begin with the bytes of `prefix`, which follow each other: found without going
  /// through all, of which a file may have very many.
  func behind(_ prefix: String) -> Slice<CheckpointEntries> {
    func first(from start: Int, where isMeant: (Record) -> Bool) -> Int {
      var (low, high) = (start, records.count)
      while low < high {
        let middle = (low + high) / 2
        if isMeant(records[middle]) { high = middle } else { low = middle + 1 }
      }
      return low
    }
    let count = prefix.utf8.count
    let start = first(from: 0) { packed.order($0.start..<$0.nameEnd, prefix) >= 0 }
    let end = first(from: start) {
      $0.name < count || packed.order($0.start..<$0.start + count, prefix) != 0
    }
    return self[start..<end]
  }

  private func entry(_ record: Record) -> CheckpointEntry {
    let typeEnd = record.nameEnd + Int(record.type)
    return CheckpointEntry(
      type: packed.text(record.nameEnd..<typeEnd),
      shape: Shape(packed.numbers(from: typeEnd, count: Int(record.rank))), place: record.place)
  }
}

// MARK: Names

extension CheckpointEntries {
  public var keys: Names { Names(entries: self) }

  /// The names alone, each made when it is asked for.
  public struct Names: RandomAccessCollection, Sendable {
    fileprivate let entries: CheckpointEntries

    public var startIndex: Int { 0 }
    public var endIndex: Int { entries.records.count }

    public subscript(position: Int) -> String {
      let record = entries.records[position]
      return entries.packed.text(record.start..<record.nameEnd)
    }
  }
}

// MARK: Taking them down

extension CheckpointEntries {
  /// Adds a tensor; ``sort()`` has to follow before anything is asked for.
  mutating func append(_ name: String, _ entry: CheckpointEntry) {
    let start = packed.append(name)
    let nameEnd = packed.append(entry.type)
    let typeEnd = packed.append(entry.shape.extents)
    records.append(
      Record(
        start: start, name: nameEnd - start, type: Int32(typeEnd - nameEnd),
        rank: Int32(entry.shape.rank), place: entry.place))
  }

  /// Puts all into order; of several of one name the one that was added last stays.
  ///
  /// - Returns: the first name that came more than once; nil: all differ.
  @discardableResult mutating func sort() -> String? {
    let packed = self.packed
    func compared(_ one: Record, _ other: Record) -> Int {
      packed.order(one.start..<one.nameEnd, other.start..<other.nameEnd)
    }
    records.sort { one, other in
      let order = compared(one, other)
      return order == 0 ? one.start < other.start : order < 0
    }
    var repeated: String?
    var kept = 0
    for index in records.indices {
      let record = records[index]
      if kept > 0, compared(records[kept - 1], record) == 0 {
        repeated = repeated ?? packed.text(record.start..<record.nameEnd)
        kept -= 1
      }
      records[kept] = record
      kept += 1
    }
    records.removeLast(records.count - kept)
    return repeated
  }
}

/// Texts and whole numbers behind each other in few bytes: of a number, which is not negative, seven
/// bits a byte, the lowest first.
struct PackedBytes: Sendable {
  private var bytes: [UInt8] = []

  /// - Returns: where it begins.
  mutating func append(_ text: String) -> Int {
    let start = bytes.count
    bytes.append(contentsOf: text.utf8)
    return start
  }

  /// - Returns: where they begin.
  mutating func append(_ numbers: [Int]) -> Int {
    let start = bytes.count
    for number in numbers {
      var rest = number
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(truncatingIfNeeded: rest))
    }
    return start
  }

  /// Bytes that `numbers` take.
  static func length(of numbers: [Int]) -> Int {
    numbers.reduce(0) { $0 + ($1 < 0x80 ? 1 : ($1.bitWidth - $1.leadingZeroBitCount + 6) / 7) }
  }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  func numbers(from start: Int, count: Int) -> [Int] {
    var numbers: [Int] = []
    numbers.reserveCapacity(count)
    var place = start
    for _ in 0..<count {
      var (number, shift) = (0, 0)
      while bytes[place] >= 0x80 {
        number |= Int(bytes[place] & 0x7F) << shift
        shift += 7
        place += 1
      }
      numbers.append(number | Int(bytes[place]) << shift)
      place += 1
    }
    return numbers
  }

  /// Less than 0 where the text at `one` comes before the one at `other`, 0 where both are the same.
  func order(_ one: Range<Int>, _ other: Range<Int>) -> Int {
    let common = Swift.min(one.count, other.count)
    var index = 0
    while index < common {
      let (left, right) = (bytes[one.lowerBound + index], bytes[other.lowerBound + index])
      if left != right { return Int(left) - Int(right) }
      index += 1
    }
    return one.count - other.count
  }

  /// The same of the text at `one` and `text`.
  func order(_ one: Range<Int>, _ text: String) -> Int {
    var place = one.lowerBound
    for byte in text.utf8 {
      guard place < one.upperBound else { return -1 }
      if bytes[place] != byte { return Int(bytes[place]) - Int(byte) }
      place += 1
    }
    return one.upperBound - place
  }
}
