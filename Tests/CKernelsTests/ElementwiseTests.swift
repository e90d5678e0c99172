// Whether the element-wise kernels of every variant follow their rules over sizes around each vector
// and in place; GELU has its own file.
import CKernels
import Testing

@Suite struct ElementwiseTests {
  static let counts = Array(0...40) + [63, 64, 65, 127, 129, 1000, 4095, 4097, 9001]
  static let special: [Float] = [
    0, -0.0, .infinity, -.infinity, .nan, 6, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
    .greatestFiniteMagnitude, 5.9999995,
  ]

  /// Numbers in -10 ..< 10 with the special ones strewn in.
  func values(_ count: Int, seed: UInt64 = 1) -> [Float] {
    var numbers = Numbers(seed: seed + UInt64(count))
    return (0..<count).map { index in
      index % 3 == 1 ? Self.special[index / 3 % Self.special.count] : numbers.next() * 10
    }
  }

  /// Equal bytes, all NaN counting as one.
  func same(_ left: [Float], _ right: [Float]) -> Bool {
    left.count == right.count
      && zip(left, right).allSatisfy { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) }
  }

  func packed(_ bits: [Bool]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
    for (index, bit) in bits.enumerated() where bit { bytes[index / 8] |= 1 << (index % 8) }
    return bytes
  }

  typealias Clamp = (
    UnsafePointer<Float>?, Int, UnsafeMutablePointer<Float>?,
    UnsafeMutablePointer<UInt8>?
  ) -> Void

  func checkClamp(
    _ clamp: Clamp, limit: Float, name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for count in Self.counts {
      let input = values(count)
      let expected = input.map { $0.isNaN ? $0 : Swift.min(Swift.max($0, 0), limit) + 0 }
      let signs = packed(input.map { $0 > 0 && ($0 < limit || limit == .infinity) })
      var output = [Float](repeating: 77, count: count + 1)
      var found = [UInt8](repeating: 0xAA, count: signs.count + 1)
      clamp(input, count, &output, &found)
      #expect(
        same(Array(output.dropLast()), expected), "\(name) \(count)", sourceLocation: sourceLocation
      )
      #expect(
        Array(found.dropLast()) == signs, "\(name) signs \(count)", sourceLocation: sourceLocation)
      #expect(
        output.last == 77 && found.last == 0xAA, "\(name) wrote past \(count)",
        sourceLocation: sourceLocation)
      output = input
      output.withUnsafeMutableBufferPointer {
        clamp($0.baseAddress, count, $0.baseAddress, nil)
      }
      #expect(
        same(output, expected), "\(name) in place without signs \(count)",
        sourceLocation: sourceLocation)
      output = input
      found = signs.map { ~$0 }
      output.withUnsafeMutableBufferPointer {
        clamp($0.baseAddress, count, $0.baseAddress, &found)
      }
      #expect(
        same(output, expected) && found == signs, "\(name) in place \(count)",
        sourceLocation: sourceLocation)
    }
  }

  @Test func clamps() {
    for variant in supportedVariants {
      checkClamp(variant.relu, limit: .infinity, name: "\(variant.name) relu")
      checkClamp(variant.relu6, limit: 6, name: "\(variant.name) relu6")
    }
  }

  @Test func mask() {
    for variant in supportedVariants {
      for count in Self.counts {
        let gradient = values(count, seed: 3)
        var numbers = Numbers(seed: 4)
        let passes = (0..<count).map { _ in numbers.next() > 0 }
        // Bits after the last element may hold anything.
        var signs = packed(passes)
        if count % 8 != 0 { signs[count / 8] |= UInt8(truncatingIfNeeded: 0xFF << (count % 8)) }
        let expected = zip(gradient, passes).map { $1 ? $0 : 0 }
        var output = [Float](repeating: 77, count: count + 1)
        variant.mask(gradient, signs, count, &output)
        #expect(same(Array(output.dropLast()), expected) && output.last == 77, "\(count)")
        output = gradient
        output.withUnsafeMutableBufferPointer {
          variant.mask($0.baseAddress, signs, count, $0.baseAddress)
        }
        #expect(same(output, expected), "\(variant.name) in place \(count)")
      }
    }
  }

  @Test func sumsAndProducts() {
    for variant in supportedVariants {
      for count in Self.counts {
        let (left, right) = (values(count), values(count, seed: 9))
        var output = [Float](repeating: 77, count: count + 1)
        variant.add(left, right, count, &output)
        #expect(same(Array(output.dropLast()), zip(left, right).map(+)) && output.last == 77)
        variant.multiply(left, right, count, &output)
        #expect(same(Array(output.dropLast()), zip(left, right).map(*)) && output.last == 77)
        output = left
        output.withUnsafeMutableBufferPointer {
          variant.add($0.baseAddress, right, count, $0.baseAddress)
        }
        #expect(same(output, zip(left, right).map(+)), "\(variant.name) in place \(count)")
        output = left
        output.withUnsafeMutableBufferPointer {
          variant.multiply($0.baseAddress, $0.baseAddress, count, $0.baseAddress)
        }
        #expect(same(output, left.map { $0 * $0 }), "\(variant.name) square \(count)")
      }
    }
  }

  @Test func scaleAndShift() {
    for variant in supportedVariants {
      for channels in [0, 1, 3, 8, 15, 16, 17, 40, 100] {
        let pixels = 3
        var numbers = Numbers(seed: 11)
        let input = numbers.array(pixels * channels)
        let (scale, shift) = (numbers.array(channels), numbers.array(channels))
        for (useScale, useShift) in [(true, true), (true, false), (false, true), (false, false)] {
          let expected = input.indices.map { index in
            input[index] * (useScale ? scale[index % channels] : 1)
              + (useShift ? shift[index % channels] : 0)
          }
          var output = input
          output.withUnsafeMutableBufferPointer { output in
            scale.withUnsafeBufferPointer { scale in
              shift.withUnsafeBufferPointer { shift in
                variant.scale_shift(
                  output.baseAddress, useScale ? scale.baseAddress : nil,
                  useShift ? shift.baseAddress : nil, pixels, channels, output.baseAddress)
              }
            }
          }
          #expect(output == expected, "\(variant.name) \(channels) \(useScale) \(useShift)")
        }
      }
    }
  }

  @Test func finiteness() {
    for variant in supportedVariants {
      for count in Self.counts {
        var numbers = Numbers(seed: 12)
        var values = numbers.array(count)
        if count > 0 { values[count / 2] = .greatestFiniteMagnitude }
        #expect(variant.all_finite(values, count))
        for place in Set([0, count / 3, count - 1]) where place >= 0 && place < count {
          for bad in [Float.nan, .infinity, -.infinity] {
            let kept = values[place]
            values[place] = bad
            #expect(!variant.all_finite(values, count), "\(variant.name) \(count) \(place)")
            values[place] = kept
          }
        }
      }
    }
  }

  @Test func packing() {
    for variant in supportedVariants {
      for (channels, first) in [(1, 0), (16, 0), (17, 1), (33, 16), (33, 32), (48, 32)] {
        for count in 1...min(lanes, channels - first) {
          for pixels in [0, 1, 5] {
            let source = Numbers.sequence(pixels * channels)
            var planes = [Float](repeating: 77, count: pixels * lanes)
            variant.pack_channels(source, pixels, channels, first, count, &planes)
            let expected = planes.indices.map { index -> Float in
              let (pixel, lane) = (index / lanes, index % lanes)
              return lane < count ? source[pixel * channels + first + lane] : 0
            }
            #expect(planes == expected, "\(variant.name) \(channels) \(first) \(count)")
            var back = [Float](repeating: 77, count: pixels * channels)
            variant.unpack_channels(planes, pixels, channels, first, count, &back)
            let kept = back.indices.map { index -> Float in
              (first..<first + count).contains(index % channels) ? source[index] : 77
            }
            #expect(back == kept, "\(variant.name) \(channels) \(first) \(count)")
          }
        }
      }
    }
  }
}

extension Numbers {
  /// 1, 2, 3 and so on: every element differs.
  static func sequence(_ count: Int) -> [Float] { (0..<count).map { Float($0 + 1) } }
}
