/// The layout of `torch.save` before PyTorch 1.6: a magic number, a version, sizes of the machine, the
/// object and the storages' keys, each a pickle of its own, then the storages one after another.
enum LegacyLayout {
  /// 0x1950A86A20F9469CFC6C, little-endian.
  private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]

  /// Whether the magic number stands there in digits, as before the second protocol of pickles.
  static func isText(_ file: MappedFile) -> Bool {
    let digits = Array("L119547037146038801333356L\n".utf8)
    return file.bytes(0..<digits.count) == digits
  }

  /// The contents, and the first byte of each storage in the file.
  static func read(
    _ file: MappedFile, cancellation: Cancellation? = nil
  ) throws(PickleError) -> (TorchContents, places: [String: Int]) {
    var header = PickleMachine(file)
    guard case .long(let run) = try header.run(), file.bytes(run.range) == magic else {
      throw .notPyTorch
    }
    guard try header.run() == .int(1001) else {
      throw .malformed("its version is not the 1001 of torch.save")
    }
    if case .dictionary(let index) = try header.run(),
      header.dictionaries[Int(index)].contains(where: {
        header.text($0.key) == "little_endian" && $0.value == .bool(false)
      })
    {
      throw .bigEndian
    }
    var machine = PickleMachine(file, at: header.position, cancellation: cancellation)
    let contents = try TorchContents(try machine.run(), of: machine)
    return (contents, try places(contents, in: file, from: machine.position))
  }

  private static func places(
    _ contents: TorchContents, in file: MappedFile, from position: Int
  ) throws(PickleError) -> [String: Int] {
    var keys = PickleMachine(file, at: position)
    guard case .list(let list) = try keys.run() else {
      throw .malformed("its list of storages is missing")
    }
    var records: [String: StorageRecord] = [:]
    for storage in contents.storages { records[storage.key] = storage }
    var places: [String: Int] = [:]
    var cursor = ByteCursor(file, at: keys.position)
    for key in keys.lists[Int(list)] {
      guard let key = keys.text(key), let record = records[key] else {
        throw .malformed("its list of storages names one that no tensor has")
      }
      guard try cursor.unsigned(8) == UInt64(record.count) else {
        throw .malformed("storage \(key.prefix(40)) has another length than its tensors say")
      }
      guard places.updateValue(cursor.position, forKey: key) == nil else {
        throw .malformed("its list of storages names \(key.prefix(40)) twice")
      }
      try cursor.skip(record.count * record.type.size)
    }
    for storage in contents.storages {
      guard let place = places[storage.key],
        storage.count * storage.type.size <= file.count - place
      else { throw .malformed("storage \(storage.key.prefix(40)) is missing") }
    }
    return places
  }
}
