// Which spellings of NumPy's headers are read, and what is said of the others.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct NPYSpellingTests {
  private static func file(_ header: String, _ values: [Float]) -> [UInt8] {
    let text = Array(header.utf8) + [0x0A]
    let bytes = values.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    let magic: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    return magic + [UInt8(text.count & 0xFF), UInt8(text.count >> 8)] + text + bytes
  }

  /// NumPy reads as many elements as the shape has and leaves the rest of the file alone.
  @Test func whatStandsBehindTheElements() throws {
    let file = Self.file("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", [1, 2, 3])
    #expect(try NPY(decoding: file, path: "a.npy") == NPY(shape: [2], values: [1, 2]))
    let folder = try TemporaryFolder()
    _ = try folder.write(file + [7], to: "a.npy")
    #expect(try NPY.load(path: folder.file("a.npy")).values == [1, 2])
    #expect(try NPY.shape(path: folder.file("a.npy")) == [2])
  }

  /// Other notations of the same values, which NumPy reads (2.4.6, tried) and never writes.
  @Test(arguments: [
    "{'descr': '<' 'f4', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': '<'\\\n'f4', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': r'<f4', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': ('<f4'), 'fortran_order': False, 'shape': ((2,))}",
    "{'descr': '\\x3cf4', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': '\\74f4', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': '\\u003cf4', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': '\\N{LESS-THAN SIGN}f4', 'fortran_order': False, 'shape': (2,)}",
    "{'\\N{latin small letter d}escr': '<f4', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': '\\\n<f4', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (0x2,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (0b1_0,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (+0o2,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'shape': (2,)}",
    "{'descr': '<f4', # the type\n'fortran_order': False, 'shape': (2,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} # a comment",
    "# a comment\n{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}\n\n",
    "{'descr': ('<f4', ()), 'fortran_order': False, 'shape': (2,)}",
    "{'descr': ( '<f4' , ( ) ), 'fortran_order': False, 'shape': (2,)}",
    "{'descr': (('<f4', ()), ()), 'fortran_order': False, 'shape': (2,)}",
    "{'descr': ('<f4', (1,)), 'fortran_order': False, 'shape': (2,)}",
    "{'descr': ('<f4', [1]), 'fortran_order': False, 'shape': (2,)}",
    "{'descr': ('<f4', 1), 'fortran_order': False, 'shape': (2,)}",
  ])
  func otherSpellings(_ header: String) throws {
    #expect(try NPY(decoding: Self.file(header, [1, 2]), path: "a.npy").values == [1, 2])
  }

  /// Types that are repeated once, before or behind a byte order (NumPy 2.4.6, tried).
  @Test(arguments: [
    "1f4", "()f4", "(1,)f4", "(1,1)f4", "(1, 1,)f4", "<1f4", "1<f4", "=1<f4", "<()f4", "() <f4",
    "1 f4", "1,f4", "1, 1f4", "()1f4", "1f4 ", "|1f4", "1|f4", "<1float32", "1f", "()single",
    "f 4", "f04",
  ])
  func typesThatAreRepeatedOnce(_ descr: String) throws {
    let header = "{'descr': '\(descr)', 'fortran_order': False, 'shape': (2,)}"
    #expect(try NPY(decoding: Self.file(header, [1, 2]), path: "a.npy").values == [1, 2])
  }

  @Test func repeatedTypesHaveByteOrders() {
    #expect(NPYType(">1f4") == NPYType(">f4") && NPYType("1>f4") == NPYType(">f4"))
    #expect(NPYType(">() >f4") == NPYType(">f4") && NPYType("1?") == NPYType("?"))
  }

  /// What NumPy refuses of the kind, and what it makes arrays of several elements or records of.
  @Test(arguments: [
    "2f4", "(2,)f4", "0f4", "(1)f4", "( )f4", "()()f4", "1()f4", "01f4", "+1f4", "-1f4", "1 1f4",
    "1f 4", ">1<f4", "|1<f4", "1bool_", "> ()f4", "(1,f4", "1,)f4", "f4,", "1f4,", "f4,f4", "1",
    "1,", "()", ",", " f4", "f4 ", "1.f4",
  ])
  func typesThatAreNone(_ descr: String) { #expect(NPYType(descr) == nil) }

  /// What NumPy refuses too.
  @Test(arguments: [
    "{'descr': b'<f4', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': '\\<f4', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': '\\N{LESS-THAN}f4', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': '\\N{LESS-THAN SIGNf4', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (02,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2_,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (True,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': [2]}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1 + 1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': 1}",
    "{b'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}; 1",
  ])
  func whatIsNoHeader(_ header: String) {
    let error = #expect(throws: ExportError.self) {
      try NPY(decoding: Self.file(header, [1, 2]), path: "a.npy")
    }
    #expect(error?.explanation.contains("a.npy") == true)
  }

  /// Elements that are no single numbers are called what they are; NumPy refuses the first two as well.
  @Test(arguments: [
    ("('<f4', (2,))", "elements of type array of <f4 are not read; save real numbers"),
    ("('<f4', [])", "elements of type array of <f4 are not read"),
    ("[('x', '<f4')]", "elements of type record are not read"),
    ("('<f4',)", "the header is not a dictionary of descr"),
  ])
  func elementsOfSeveralNumbers(_ descr: String, _ words: String) {
    let header = "{'descr': \(descr), 'fortran_order': False, 'shape': (2,)}"
    let error = #expect(throws: ExportError.self) {
      try NPY(decoding: Self.file(header, [1, 2, 3, 4]), path: "a.npy")
    }
    #expect(error?.explanation.contains(words) == true, "\(error?.explanation ?? "")")
  }

  /// NumPy's own names of its integers, which are 64 bits wide here.
  @Test(arguments: ["p", "n", "intp", "int_", "P", "N", "uintp"])
  func namesOfWideIntegers(_ name: String) throws {
    let header = "{'descr': '\(name)', 'fortran_order': False, 'shape': (1,)}"
    let one = Float(bitPattern: 1)
    #expect(try NPY(decoding: Self.file(header, [one, 0]), path: "a.npy").values == [1])
  }

  @Test func singleNumbersAreNoPictures() {
    let error = PreparedTensorError(reference: "a.npy", found: [])
    #expect(
      error.explanation == "a.npy holds a single number: expected (N, 3, H, W), or (N, 1, H, W) "
        + "for a network of grey pictures; channels first")
    let other = PreparedTensorError(reference: "a.npy", found: [2, 3])
    #expect(other.explanation.hasPrefix("a.npy has shape 2x3: expected"))
  }
}
