// Cutting rectangles out of maps, and rows of tokens, and putting them back.

internal import CKernels

extension Tensor {
  /// The pixels of `region` out of a map (N, H, W, C) or tokens (N, L, C): itself where that is all of them.
  func cropped(to region: Region, workers: Workers = Workers(threads: 1)) -> Tensor {
    // Other values have no parts.
    guard shape.asMap != nil, region != Region(of: shape) else { return self }
    var result = Tensor(uninitialized: shape.sized(region))
    let to = unsafe result.mutablePointer()
    let from = unsafe pointer
    let width = region.columns.count * shape.channels
    Self.forEachRow(of: region, in: shape, workers: workers) { row, start in
      unsafe (to + row * width).update(from: from + start, count: width)
    }
    return result
  }

  /// A map of shape `whole` that holds this one in `region` and zeros elsewhere.
  func embedded(
    in whole: Shape, at region: Region, workers: Workers = Workers(threads: 1)
  ) -> Tensor {
    precondition(shape == whole.sized(region) && Region(of: whole).contains(region))
    guard let map = whole.asMap, region != Region(of: whole) else { return self }
    var result = Tensor(uninitialized: whole)
    let to = unsafe result.mutablePointer()
    let from = unsafe pointer
    let width = region.columns.count * shape.channels
    let (left, total) = (region.columns.lowerBound * map.channels, map.width * map.channels)
    Self.forEachRow(of: Region(of: whole), in: whole, workers: workers) { row, start in
      let (image, y) = (row / map.height, row % map.height)
      guard region.rows.contains(y) else {
        unsafe (to + start).update(repeating: 0, count: total)
        return
      }
      let source = image * region.rows.count + y - region.rows.lowerBound
      unsafe (to + start).update(repeating: 0, count: left)
      unsafe (to + start + left).update(from: from + source * width, count: width)
      unsafe (to + start + left + width).update(repeating: 0, count: total - left - width)
    }
    return result
  }

  /// Adds a map (N, h, w, C) to the pixels of `region`.
  mutating func add(_ part: Tensor, at region: Region, workers: Workers) {
    precondition(part.shape == shape.sized(region))
    if region == Region(of: shape) {
      ElementKernels.add(part, to: &self, workers: workers)
      return
    }
    let to = unsafe mutablePointer()
    let from = unsafe part.pointer
    let width = region.columns.count * shape.channels
    Self.forEachRow(of: region, in: shape, workers: workers) { row, start in
      unsafe ck_add(to + start, from + row * width, width, to + start)
    }
  }

  /// Visits the rows of `region` in each image of a map or tokens: their number, and the element
  /// where they start.
  static func forEachRow(
    of region: Region, in shape: Shape, workers: Workers,
    _ body: (_ row: Int, _ start: Int) -> Void
  ) {
    guard let map = shape.asMap, Region(of: shape).contains(region) else {
      preconditionFailure("\(region) of \(shape)")
    }
    let height = region.rows.count
    let width = max(1, region.columns.count * map.channels)
    workers.forEachRange(of: map.batch * height, size: max(1, (1 << 18) / width)) { rows in
      for row in rows {
        let y = region.rows.lowerBound + row % height
        let pixel = (row / height * map.height + y) * map.width + region.columns.lowerBound
        body(row, pixel * map.channels)
      }
    }
  }
}
