// The read-out against numpy: `Fixtures/make_readouts.py`.

import Foundation
import TestSupport
import Testing

@testable import ERFEngine

@Suite struct RidgeReadOutTests {
  private struct Reference: Decodable {
    struct Ridge: Decodable {
      let labels: [Int]
      let classes: Int
      let features: [[Float]]
      let tests: [[Float]]
      let lambda: Double
      let error: Double
      let scores: [[Double]]
    }
    struct Tail: Decodable {
      let correct: Int
      let total: Int
      let categories: Int
      let probability: Double
    }
    let ridge: [Ridge]
    let tails: [Tail]
  }

  private let reference: Reference

  init() throws {
    reference = try JSONDecoder().decode(
      Reference.self, from: Data(try Fixtures.bytes("readouts.json")))
  }

  /// More stimuli than features, and fewer.
  @Test(arguments: [0, 1])
  func equalsNumpy(_ index: Int) throws {
    let expected = reference.ridge[index]
    let readOut = try RidgeReadOut(
      features: expected.features, labels: expected.labels, classes: expected.classes, tap: "x")
    #expect(abs(readOut.lambda / expected.lambda - 1) < 1e-6)
    #expect(abs(readOut.leaveOneOutError / expected.error - 1) < 1e-6)
    for (features, scores) in zip(expected.tests, expected.scores) {
      #expect(relativeError(readOut.scores(features), scores) < 1e-6)
    }
  }

  @Test func sameFeaturesForAllAreRefused() {
    #expect(throws: ReadOutError.constantFeatures(tap: "stage1")) {
      try RidgeReadOut(
        features: [[1, 2], [1, 2], [1, 2]], labels: [0, 1, 0], classes: 2, tap: "stage1")
    }
  }

  @Test func tailsOfTheBinomialDistribution() {
    for tail in reference.tails {
      let accuracy = Accuracy(
        correct: tail.correct, total: tail.total, categories: tail.categories)
      let error = abs(accuracy.probabilityByChance - tail.probability)
      #expect(error <= 1e-9 * tail.probability + 1e-300, "\(tail)")
      #expect(accuracy.isAtChance == (tail.probability >= 0.01), "\(tail)")
    }
  }

  @Test func eigensystem() throws {
    let matrix = Matrix(rows: 3, columns: 3, values: [2, -1, 0, -1, 2, -1, 0, -1, 2])
    let system = try #require(matrix.eigensystem())
    let root = 2.0.squareRoot()
    #expect(relativeError(system.values, [2 - root, 2, 2 + root]) < 1e-12)
    let product = system.vectors * matrix * system.vectors.transposed
    #expect(
      relativeError(product.values, [2 - root, 0, 0, 0, 2, 0, 0, 0, 2 + root]) < 1e-12)
  }

  @Test func matrixProduct() {
    let left = Matrix(rows: 2, columns: 3, values: [1, 2, 3, 4, 5, 6])
    let right = Matrix(rows: 3, columns: 1, values: [1, 10, 100])
    #expect(left * right == Matrix(rows: 2, columns: 1, values: [321, 654]))
  }
}
