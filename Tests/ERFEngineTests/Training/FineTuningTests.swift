// What the explorer trains: plans, new classifiers, folders that do and do not do.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct FineTuningTests {
  private static let tiny = "replknet:kernels=5,3:layers=1,1:channels=4,8:small=3:classes=16"

  private func plan(_ model: String, _ data: TrainingRecipe.Data) throws -> PreparedFineTuning {
    var tuning = FineTuning(
      NetworkSpec(model: model, weights: .random(seed: 5)), on: data, folder: "/nowhere")
    tuning.steps = 2
    return try PreparedFineTuning(tuning)
  }

  @Test func aFolderOfOtherClassesGetsANewClassifier() throws {
    let pictures = try TrainingPictures(isBroken: true)
    let moments = try TemporaryFolder()
    var tuning = FineTuning(
      NetworkSpec(model: Self.tiny, weights: .random(seed: 5)),
      on: .folder(pictures.folder.path), folder: moments.path)
    tuning.steps = 2
    var plans: [FineTuningPlan] = []
    var skipped: [SkippedImage] = []
    var progress: [FineTuning.Progress] = []
    try tuning.run(cancellation: Cancellation()) { report in
      switch report {
      case .planned(let plan): plans.append(plan)
      case .skipped(let images): skipped += images
      case .progressed(let new): progress.append(new)
      }
    }
    #expect(plans.count == 1 && plans[0].classes == 3 && plans[0].pictures == 18)
    #expect(
      plans[0].notes == ["the classifier of 16 classes is replaced by a new one of 3"])
    #expect(skipped.map { $0.name.hasSuffix("train/cat/broken.ppm") } == [true])
    #expect(progress.map(\.step) == [1, 2] && progress[1].secondsLeft == 0)
    let moment = try #require(progress[1].moment)
    // Six held-out pictures.
    #expect(moment.accuracy.map { ($0 * 6).rounded() == $0 * 6 } == true)
    // The file tells what it was trained on, and opens under the new name.
    let opened = try OpenedNetwork(
      NetworkSpec(model: plans[0].model, weights: .file(moment.path)))
    try opened.requireWeights()
    #expect(opened.record?.classes == ["cat", "dog", "owl"] && opened.record?.size == 96)
  }

  /// All weights but the classifier's are those of the network before.
  @Test func theOtherWeightsStay() throws {
    let pictures = try TrainingPictures()
    let prepared = try plan(Self.tiny, .folder(pictures.folder.path))
    let after = try Trainer(prepared.recipe, from: prepared.start).state.program.stateDictionary
    let before = try OpenedNetwork(
      NetworkSpec(model: Self.tiny, weights: .random(seed: 5))
    ).trainingForm().stateDictionary
    let known = Dictionary(uniqueKeysWithValues: before.map { ($0.key, $0.value.elements) })
    let differing = after.filter { known[$0.key] != $0.value.elements }.map(\.key)
    #expect(differing.sorted() == ["head.bias", "head.weight"] || differing == ["head.weight"])
    #expect(after.count == before.count)
  }

  @Test func theSizeReachesEveryWeightOrSaysWhichNot() throws {
    let shapes = TrainingRecipe.Data.shapes(count: 64)
    // 31 on the fourth stage's map wants (31 + 1) / 2 * 32 = 512 pixels; at 224 it is 7 wide, and
    // 13 x 13 of 31 x 31 weights meet pixels: 82 % do not.
    let large = "replknet:kernels=3,3,3,31:layers=1,1,1,1:channels=4,4,4,4:small=0:classes=16"
    let plan = try plan(large, shapes).plan
    #expect(plan.size == 224)
    #expect(
      plan.notes == [
        "at 224 px 82 % of the kernel weights of stage 4 meet no pixel and stay as they are"
      ])
    // 13 wants 7 * 32.
    let whole = "replknet:kernels=3,3,3,13:layers=1,1,1,1:channels=4,4,4,4:small=0:classes=16"
    #expect(try self.plan(whole, shapes).plan.size == 224)
    #expect(try self.plan(whole, shapes).plan.notes.isEmpty)
    #expect(try self.plan(Self.tiny, shapes).plan.size == 96)
  }

  @Test func fewPicturesFillABatch() throws {
    let pictures = try TrainingPictures(isBroken: true)
    #expect(try plan(Self.tiny, .folder(pictures.folder.path)).recipe.batch == 9)
    #expect(try plan(Self.tiny, .shapes(count: 64)).recipe.batch == 32)
  }

  @Test func foldersThatDoNotDoGetOneLine() throws {
    let folder = try TemporaryFolder()
    func refusal(_ path: String) -> String {
      do {
        _ = try plan(Self.tiny, .folder(path))
        return ""
      } catch { return (error as? any ExplainedError)?.explanation ?? "" }
    }
    let (missing, empty, one) = (
      folder.path + "/none", folder.path + "/empty", folder.path + "/one"
    )
    try Folder.make(empty)
    try Folder.make(one + "/cat")
    _ = try folder.write(Array("P6 1 1 255\nabc".utf8), to: "one/cat/0.ppm")
    #expect(refusal(missing).contains(missing))
    #expect(refusal(empty).contains("holds no images"))
    #expect(refusal(one).contains("one class") && refusal(one).contains("at least two"))
    for path in [missing, empty, one] { #expect(!refusal(path).contains("\n")) }
  }

  /// Of many held-out pictures every so many are measured.
  @Test func aMeasurementCanBeShort() throws {
    let pictures = try TrainingPictures()
    let prepared = try plan(Self.tiny, .folder(pictures.folder.path))
    var trainer = try Trainer(prepared.recipe, from: prepared.start)
    #expect(try trainer.measure()?.total == 6)
    let short = try #require(try trainer.measure(upTo: 3))
    // Pictures 0, 2 and 4 of 0 0 1 1 2 2.
    #expect(short.total == 3 && (0..<3).map { short.total(of: $0) } == [1, 1, 1])
  }

  @Test func whatCannotLearnIsKnownByItsName() {
    func refusal(_ network: NetworkSpec) -> String? { FineTuning.refusal(of: network) }
    #expect(refusal(NetworkSpec(model: "replknet-31")) == nil)
    #expect(refusal(NetworkSpec(model: "net.onnx"))?.contains("exported graph") == true)
    #expect(refusal(NetworkSpec(model: "nothing-like-it")) != nil)
    // A checkpoint by its path is opened before anything is said of it; an edited graph is one still.
    #expect(refusal(NetworkSpec(file: "net.safetensors")) == nil)
    var edited = NetworkSpec(file: "net.onnx")
    edited.edits = [StageEdit(stage: 0, .kernel(7))]
    #expect(refusal(edited)?.hasPrefix("net.onnx is an exported graph") == true)
  }
}
