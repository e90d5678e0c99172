// Cutting rectangles out of maps and putting them back.

internal import CKernels

extension Tensor {
  /// The pixels of `region` out of a map (N, H, W, C): itself where that is all of them.
  func cropped(to region: Region) -> Tensor {
    if region == Region(of: shape) { return self }
    let part = shape.sized(region)
    var result = Tensor(uninitialized: part)
    let to = unsafe result.mutablePointer()
    let from = unsafe pointer
    let width = part.width * part.channels
    Self.forEachRow(of: region, in: shape) { row, start in
      unsafe (to + row * width).update(from: from + start, count: width)
    }
    return result
  }

  /// A map of shape `whole` that holds this one in `region` and zeros elsewhere.
  func embedded(in whole: Shape, at region: Region) -> Tensor {
    precondition(shape == whole.sized(region))
    if region == Region(of: whole) { return self }
    var result = Tensor(zeros: whole)
    let to = unsafe result.mutablePointer()
    let from = unsafe pointer
    let width = shape.width * shape.channels
    Self.forEachRow(of: region, in: whole) { row, start in
      unsafe (to + start).update(from: from + row * width, count: width)
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
    let width = part.shape.width * part.shape.channels
    Self.forEachRow(of: region, in: shape) { row, start in
      unsafe ck_add(to + start, from + row * width, width, to + start)
    }
  }

  /// Visits the rows of `region` in each image of a map: their number, and the element of the map
  /// where they start.
  static func forEachRow(
    of region: Region, in shape: Shape, _ body: (_ row: Int, _ start: Int) -> Void
  ) {
    precondition(Region(of: shape).contains(region), "\(region) of \(shape)")
    var row = 0
    for image in 0..<shape.batch {
      for y in region.rows {
        let pixel = (image * shape.height + y) * shape.width + region.columns.lowerBound
        body(row, pixel * shape.channels)
        row += 1
      }
    }
  }
}
