// What rectifiers, poolings and GELUs keep of a forward pass: maps of less than a float an element.

/// A map (N, H, W, C) whose elements take 1, 8 or 16 bits, in order and without gaps.
///
/// Written by the kernel that makes it and only read afterwards, hence safe to share.
@safe
final class PackedMap: @unchecked Sendable {
  let shape: Shape
  let bitsPerElement: Int
  /// For kernels.
  let base: UnsafeMutableRawPointer

  /// A map with undefined contents.
  init(uninitialized shape: Shape, bitsPerElement: Int) {
    precondition([1, 8, 16].contains(bitsPerElement))
    self.shape = shape
    self.bitsPerElement = bitsPerElement
    let bytes = Self.bytes(shape, bitsPerElement)
    guard let memory = unsafe MemoryPool.take(bytes) else {
      OutOfMemory.end("of what a layer keeps", bytes: bytes)
    }
    unsafe base = memory
  }

  deinit { unsafe MemoryPool.give(base, bytes) }

  var count: Int { shape.count }
  var bytes: Int { Self.bytes(shape, bitsPerElement) }

  /// Bytes that a map of this shape takes.
  static func bytes(_ shape: Shape, _ bitsPerElement: Int) -> Int {
    max(1, (shape.count * bitsPerElement + 7) / 8)
  }

  /// The pixels of `region` alone: itself where that is all of them.
  func cropped(to region: Region, workers: Workers = Workers(threads: 1)) -> PackedMap {
    if region == Region(of: shape) { return self }
    let part = PackedMap(uninitialized: shape.sized(region), bitsPerElement: bitsPerElement)
    let bits = bitsPerElement
    let width = region.columns.count * shape.channels * bits
    let wholeBytes = shape.channels * bits % 8 == 0
    if !wholeBytes {
      unsafe part.base.initializeMemory(as: UInt8.self, repeating: 0, count: part.bytes)
    }
    // Rows that share a byte are for one thread alone.
    let workers = wholeBytes ? workers : Workers(threads: 1)
    Tensor.forEachRow(of: region, in: shape, workers: workers) { row, start in
      if wholeBytes {
        unsafe (part.base + row * width / 8).copyMemory(
          from: base + start * bits / 8, byteCount: width / 8)
      } else {
        for bit in 0..<width {
          part.copyBit(row * width + bit, start * bits + bit, of: self)
        }
      }
    }
    return part
  }

  private func copyBit(_ target: Int, _ source: Int, of other: PackedMap) {
    let byte = unsafe other.base.load(fromByteOffset: source / 8, as: UInt8.self)
    let old = unsafe base.load(fromByteOffset: target / 8, as: UInt8.self)
    let bit = byte >> (source % 8) & 1
    unsafe base.storeBytes(
      of: old & ~(1 << (target % 8)) | bit << (target % 8), toByteOffset: target / 8,
      as: UInt8.self)
  }
}
