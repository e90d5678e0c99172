// The README's tour, key by key: each step names the keys that it presses, and together they are all
// that the tour names. REPLK_TOUR=1 takes the tour's own size of input and length of training, which
// takes minutes in a debug build.

import ERFEngine
import Foundation
import TestSupport
import Testing

@testable import ERFInterface

@Suite struct TourTests {
  @Test func showsWhatTheReadmeSays() throws {
    var tour = try Tour()
    try tour.seeTwoPanels()
    try tour.goThroughStages()
    try tour.editKernels()
    try tour.enlargeAndLookAround()
    try tour.probeAndClassify()
    try tour.train()
    try tour.writeFiles()
    tour.leave()
    tour.expectNothingLeftOut()
  }
}

/// A terminal that shows and never types.
private final class StillTerminal: Terminal {
  let size = ScreenSize(rows: 40, columns: 120)
  let display = Display()
  let notice: String? = nil
  private(set) var frames: [Frame] = []
  private let woken = DispatchSemaphore(value: 0)

  var wake: @Sendable () -> Void { { [woken] in woken.signal() } }
  func present(_ frame: Frame) { frames.append(frame) }
  func redraw() {}
  func copy(_ text: String) {}
  func suspend() {}
  func listenToMouse(_ isOn: Bool) -> Bool { true }
  func close() {}

  func nextEvent(milliseconds: Int?) -> TerminalEvent {
    let limit = DispatchTime.now() + .milliseconds(milliseconds ?? 20)
    return woken.wait(timeout: limit) == .success ? .woken : .timeout
  }
}

private struct Tour {
  private static let isWhole = ProcessInfo.processInfo.environment["REPLK_TOUR"] != nil
  private let folder: TemporaryFolder
  private let moments: TemporaryFolder
  private let terminal = StillTerminal()
  private var loop: ExplorerLoop
  /// The keys that the README's tour names, and those that a step has pressed.
  private let named: Set<String>
  private var followed: Set<String> = []

  init() throws {
    folder = try TemporaryFolder()
    moments = try TemporaryFolder()
    let readme = try PackageFiles.text("README.md")
    let start = try #require(readme.range(of: "## A five-minute tour"))
    let end = try #require(readme[start.upperBound...].range(of: "\nWarning: "))
    named = Self.keys(String(readme[start.upperBound..<end.lowerBound]))
    var session = Session(models: ["RepLKNet-13-nano", "RepLKNet-31-nano"])
    if !Self.isWhole { session.size = InputSize(height: 192, width: 192) }
    loop = ExplorerLoop(
      session: session, options: ExplorerOptions(), terminal: terminal,
      engine: TestEngine(
        MixedComputing(isWhole: Self.isWhole, moments: moments.path),
        FolderExporting(folder: folder.path)))
  }

  private var model: Model { loop.model }
  private var screen: String { terminal.frames.last?.text ?? "" }
  private var notice: String { model.notice?.lines.joined(separator: " ") ?? "" }

  /// What stands between backticks.
  private static func keys(_ text: String) -> Set<String> {
    Set(text.matches(of: /`([^`]+)`/).map { String($0.1) })
  }

  /// Takes the keys that a sentence names as followed; the README may say it in other words.
  private mutating func follow(_ sentence: String) { followed.formUnion(Self.keys(sentence)) }

  /// Presses keys and waits for all that they set going.
  private mutating func press(_ keys: String) {
    for key in Key.script(keys) {
      loop.handle(.key(key))
      rest()
    }
  }

  private mutating func rest() {
    repeat { loop.step() } while loop.exitCode == nil && loop.model.isBusy
    loop.step()
  }

  /// The value between the angle brackets of the kernels panel.
  private func selectedValue() throws -> Int {
    let match = try #require(screen.firstMatch(of: /<(\d+)>/))
    return try #require(Int(match.1))
  }

  private func metrics(_ side: Int) throws -> ERFMetrics {
    try #require(model.sides[side].shown).metrics
  }

  /// Of the smallest centred square that holds a fifth of the field.
  private func side(_ index: Int) throws -> Int {
    try #require(metrics(index).ratios.first?.side)
  }

  mutating func seeTwoPanels() throws {
    follow(
      "Two panels appear at once, and within half a second the fields of two small networks that "
        + "were trained for this program, alike but for the kernels.")
    loop.start()
    let first = try #require(terminal.frames.first).text
    #expect(first.components(of: "no map yet") == 2)
    rest()
    #expect(!screen.contains("no map yet") && !model.isBusy)
    follow("Below each stand the **area ratios** of the paper's Table 10")
    let areas = screen.split(separator: "\n").filter { $0.contains(" area ") }
    #expect(areas.contains { $0.matches(of: /\d\.\d %|reached/).count == 8 })
  }

  mutating func goThroughStages() throws {
    follow(
      "Press `[` three times and `]` again: the field of the central unit of each stage. It grows "
        + "with depth.")
    var sides = [try side(0)]
    for stage in [3, 2, 1] {
      press("[")
      #expect(screen.contains("stage\(stage)"))
      sides.append(try side(0))
    }
    #expect(sides == sides.sorted(by: >), "the field grows with depth")
    press("]")
    #expect(try side(0) == sides[2])
    follow("`{` and `}` go block by block.")
    let tap = model.request(0).tap
    press("{")
    let other = model.request(0).tap
    press("}")
    #expect(tap != other && model.request(0).tap == tap)
    press("] ]")
  }

  mutating func editKernels() throws {
    follow(
      "Press `3`, then `>` a few times: the first stage's kernels of network A grow, the map and "
        + "its ratios follow, and beside them parameters and multiply-adds with their change.")
    let before = try metrics(0)
    let original = model.session.networks[0]
    press("3")
    let kernel = try selectedValue()
    press("> > >")
    #expect(try selectedValue() > kernel)
    #expect(try metrics(0).ratios != before.ratios)
    for name in ["parameters", "mult-adds"] {
      #expect(screen.split(separator: "\n").contains { $0.contains(name) && $0.contains("+") })
    }
    follow(
      "The arrows choose another stage, small kernel, dilation, shortcuts or depth; `b` goes to "
        + "network B; `u` undoes.")
    press("Down")
    #expect(model.lists.stage == 1)
    var fields: Set<StageField> = [model.lists.field]
    for _ in 0..<4 {
      press("Right")
      fields.insert(model.lists.field)
    }
    #expect(fields.count == 5)
    press("b")
    #expect(model.active == 1)
    press("u u u")
    #expect(model.session.networks[0] == original)
    #expect(try metrics(0).ratios == before.ratios)
  }

  mutating func enlargeAndLookAround() throws {
    follow("Press `-` until the input is small; `+` goes back.")
    #expect(screen.contains("at border"))
    let size = model.session.size
    press("+ +")
    #expect(model.session.size.height > size.height)
    let larger = model.session.size
    press("- +")
    #expect(model.session.size == larger)
    follow("At 224 pixels the fields of large kernels run into the border, and a line warns of it")
    follow("Press `c` for other colours, `s` for one scale for both,")
    let colours = model.session.screen.colours
    press("c s")
    #expect(model.session.screen.colours != colours && model.sharesScale)
    follow("`:` to find a command, another network or an input size by its name, `?` for the rest.")
    for (query, entry) in [
      ("next colour", "next colour map"), ("net-101", "ResNet-101"), ("1024", "1024"),
    ] {
      press(": '\(query)'")
      #expect(screen.contains(entry), "\(query)")
      press("Esc")
    }
    press("?")
    #expect(screen.contains("What is computed"))
    press("?")
  }

  mutating func probeAndClassify() throws {
    follow(
      "Press `7`: do the networks decide by shape or by texture? The probe runs in the background "
        + "and again after every edit.")
    press("7")
    #expect(model.shapeBias.sides.allSatisfy { $0.shown != nil })
    let probed = model.shapeBias.sides[1].shown?.model
    press("3 Up Left Left Left Left > 7")
    #expect(model.shapeBias.sides[1].shown?.model != probed)
    follow("`8` names the classes of the image, where the network has a classifier;")
    press("8")
    #expect(screen.contains("8 Prediction") && screen.contains(" %"))
    #expect(model.predictions.answers.count >= 1)
    follow("`o` opens a checkpoint of your own in the place of the active network.")
    press("o")
    #expect(screen.contains("o opens") || model.overlay?.isTyping == true)
    press("Esc")
    #expect(model.overlay == nil)
  }

  mutating func train() throws {
    follow(
      "Press `W`: the active network with random weights, and its field shrinks to a dot: large "
        + "kernels alone do not make a large field, training does.")
    let (side, trained) = (model.active, try self.side(model.active))
    press("W")
    #expect(try self.side(side) < trained)
    follow("Press `W` again, then `t` and Enter: the active network is trained on,")
    press("W")
    let before = model.session.networks[side]
    press("t Enter")
    #expect(model.film?.failure == nil && model.film?.start == before)
    follow("its curves run in the panel, and the field follows.")
    #expect(screen.contains("9 Training") && screen.contains("loss") && screen.contains("done"))
    let last = model.session.networks[side]
    #expect(last != before && model.sides[side].shown?.request.network == last)
    follow(
      "`t` stops; the arrows step through the moments, Enter keeps the weights as a file, Backspace "
        + "drops them.")
    press("Left")
    #expect(model.session.networks[side] != last && model.session.networks[side] != before)
    press("Enter")
    #expect(folder.names.contains { notice == "wrote " + $0 }, "\(notice)")
    press("Backspace")
    #expect(model.session.networks[side] == before)
    follow("After an edit of the kernels `t` trains what was edited.")
    press("3 >")
    let edited = model.session.networks[side].text
    #expect(edited != model.designs.name(before))
    press("t Enter")
    // The built-in shapes have 16 classes, and get a classifier of their own.
    #expect(model.film?.failure == nil)
    #expect(
      model.session.networks[side].text == edited.replacing(":classes=10", with: ":classes=16"))
  }

  mutating func writeFiles() throws {
    let weights = folder.names
    follow(
      "Press `e` and Enter: both maps are written into the current folder, and the paths are shown."
    )
    press("e Enter")
    for ending in [".pgm", ".png", ".npy"] {
      #expect(folder.names.filter { $0.hasSuffix(ending) }.count == 2)
    }
    for name in folder.names where !weights.contains(name) { #expect(notice.contains(name)) }
    follow(
      "`w` writes all that is on screen as a session, which `replk-tui FILE.json` opens again;")
    // The second training is in no file yet, and the session has to name one.
    press("w")
    #expect(notice.contains("keep them first with Enter in Training (9)"), "\(notice)")
    press("9 Enter")
    #expect(folder.names.contains { notice == "wrote " + $0 }, "\(notice)")
    press("w Enter")
    #expect(try Session(decoding: folder.read("session.json")) == model.lastingSession)
    follow(
      "`Sessions` holds some to begin with: `replk-tui Sessions/nano-13-31.json` is the paper's"
    )
    let shipped = try PackageFiles.text("Sessions/nano-13-31.json")
    #expect(try Session(decoding: Array(shipped.utf8)).networks.count == 2)
  }

  mutating func leave() {
    follow("`q`, and the same without a terminal")
    press("q")
    #expect(loop.exitCode == 0)
    loop.finish()
  }

  /// Keys that the tour names and no step presses would go unnoticed.
  func expectNothingLeftOut() {
    let left = named.subtracting(followed).subtracting(["make run"])
    #expect(left == [], "no step follows what the README's tour says of these keys")
  }
}
