import Testing

@testable import ERFEngine

@Suite struct ConfusionMatrixTests {
  @Test func countsAndShares() {
    var confusion = ConfusionMatrix(classes: ["cat", "dog, wet", "owl"])
    for (truth, answer) in [(0, 0), (0, 0), (0, 1), (1, 1), (1, 2)] {
      confusion.add(truth: truth, answer: answer)
    }
    #expect(confusion.total == 5 && confusion.right == 3 && confusion.accuracy == 0.6)
    #expect(confusion.accuracy(of: 0) == 2 / 3.0 && confusion.accuracy(of: 1) == 0.5)
    #expect(confusion.accuracy(of: 2) == nil)
    #expect(
      confusion.csv == "class,cat,\"dog, wet\",owl\ncat,2,1,0\n\"dog, wet\",0,1,1\nowl,0,0,0\n")
  }

  @Test func theFirstBestMeasurementStays() {
    var log = TrainingLog(steps: 10)
    for (step, accuracy) in [(1, 0.5), (2, 0.7), (3, 0.7), (4, 0.6)] {
      log.add(measured: accuracy, step: step)
    }
    #expect(log.best == .init(step: 2, accuracy: 0.7) && log.heldOut == 0.6)
    log.add(measured: 0.8, step: 4)
    #expect(log.measurements.count == 4 && log.best?.step == 4)
  }
}
