// Everything that can be asked wrongly or go wrong: one line on standard error, the right exit code,
// nothing on standard output, nothing written.

import ERFEngine
import Foundation
import TestSupport
import Testing

/// A command line that must fail, and what its message must mention.
struct Mistake: Sendable, CustomTestStringConvertible {
  let arguments: [String]
  let code: Int32
  let mentions: [String]

  var testDescription: String { arguments.joined(separator: " ") }

  /// Asked wrongly.
  static func usage(_ arguments: [String], _ mentions: String...) -> Mistake {
    Mistake(arguments: arguments, code: 2, mentions: mentions)
  }

  /// Asked rightly, but it cannot be done.
  static func failure(_ arguments: [String], _ mentions: String...) -> Mistake {
    Mistake(arguments: arguments, code: 1, mentions: mentions)
  }

  /// `erf` of the small network at a small size.
  private static func erf(_ arguments: String...) -> [String] {
    ["erf", Samples.tiny, "--size", "64"] + arguments
  }

  private static func tensor(_ name: String, _ arguments: String...) -> [String] {
    ["erf", Samples.tiny, "--tensor", name] + arguments
  }

  static let words: [Mistake] = [
    .usage(["erf"], "model"),
    .usage(["erf", "replknt-31"], "replknt-31", "did you mean replknet-31?"),
    .usage(["erf", ""], "replk-tui: erf: an argument is empty", "expected MODEL|FILE"),
    .usage(["manual", ""], "manual: an argument is empty", "expected [COMMAND]"),
    .usage([""], "replk-tui: an argument is empty", "model"),
    .usage(["erf", "RepLKNt-31"], "'RepLKNt-31'", "did you mean replknet-31?"),
    .usage(["Erf"], "'Erf' is neither", "did you mean erf?"),
    .usage(["README"], "'README' is neither a command nor a model"),
    .usage(
      ["figure", "nano-13-31", "extra", "-o", "f.svg"],
      "replk-tui: 'extra' follows a session"),
    .usage(
      ["train", Samples.tiny, "-o", "w.safetensors", "--data-hash", "00"],
      "--data-hash needs --data DIR: the built-in shapes have no hash"),
    .usage(["inspect", ""], "inspect: an argument is empty"),
    .usage(["merge", ""], "merge: an argument is empty"),
    .usage(["convert", Samples.tiny, ""], "convert: an argument is empty"),
    .usage(["erf", Samples.tiny, "extra"], "extra"),
    .usage(["erf", "replknet:kernels=4:layers=1:channels=4"], "kernels=4", "odd"),
    .usage(["erf", "replknet:kernels=3:layers=1"], "channels"),
    .usage(["erf", "replknet:kernels=3:layers=1:channels=4:colour=2"], "colour"),
    .usage(["erf", "resnet-cifar:depth=21"], "depth=21", "6n + 2"),
    .usage(["compare", Samples.tiny], "two models"),
    .usage(["compare", Samples.tiny, "replknt-31", "-o", "out"], "did you mean replknet-31?"),
    .usage(["info"], "model"),
    .usage(["info", "replknet-31", "--weights", "random:1"], "--weights"),
    .usage(["models", "extra"], "extra"),
    .usage(["--version", "extra"], "--version: 'extra' is one argument too many"),
    .usage(["help", "erf", "extra"], "help erf: 'extra' is one argument too many"),
    .usage(["bench", "extra"], "extra"),
    .usage(["bench", "--threads", "0"], "--threads"),
    .usage(["bench", "--isa", "abacus"], "--isa", "scalar"),
    .usage(["help", "compaer"], "did you mean compare?"),
    .usage(
      ["manual", "resnet-18"],
      "'resnet-18' is a model, not a command: `replk-tui info resnet-18` describes it"),
    .usage(["help", "RepLKNet-31"], "'RepLKNet-31' is a model", "replk-tui info RepLKNet-31"),
    .usage(["features", Samples.tiny], "-o"),
    .usage(
      ["features", Samples.tiny, "-o", "f.npy", "-o", "f.safetensors"],
      "-o is given twice (f.npy, f.safetensors): give it once"),
    .usage(
      ["stimuli", "-o", "one", "--output", "two", "-o", "three"], "3 times (one, two, three)"),
    .usage(["sweep", Samples.tiny, "-o", "a.csv", "-o", "b.csv"], "given twice (a.csv, b.csv)"),
    .usage(["compare", Samples.tiny, Samples.tiny, "-o", "a", "-o", "b"], "given twice (a, b)"),
    .usage(
      erf("--image", "picture.ppm", "folder"), "'folder' is one argument too many", "--image folder"
    ),
    .usage(
      erf("--image", "picture.ppm", "noise.npy", "picture.ppm"),
      "erf: 'noise.npy' stands among the pictures behind --image", "--image DIR", "--image *.jpg"),
    .usage(
      [Samples.tiny, "--image", "picture.ppm", "noise.npy", "text.png"],
      "replk-tui: 'noise.npy' stands among the pictures"),
    .usage(["sweep", Samples.tiny, "--of", "2", "-o", "s.csv"], "--of needs --kernels"),
    .usage(["sweep", Samples.tiny, "--fit", "crop", "-o", "s.csv"], "--fit needs --kernels"),
    .usage(erf("--size", "32"), "--size is given twice (64, 32)"),
    .usage(["features", Samples.tiny, "-o", "features.pgm"], "features.pgm", ".npy"),
    .usage(["features", Samples.tiny, "-o", "features"], "features", ".npy"),
  ]

  static let options: [Mistake] = [
    .usage(erf("--sise", "64"), "--sise", "did you mean --size?"),
    .usage(erf("--bogus"), "--bogus", "--help"),
    .usage(erf("-o"), "-o", "value"),
    .usage(erf("--weights"), "--weights", "value"),
    .usage(erf("--json=1"), "--json", "no value"),
    .usage(erf("--pgm-8", "--pgm-ascii"), "--pgm-8", "--pgm-ascii"),
    .usage(erf("--stage", "1", "--tap", "stage1"), "--stage", "--tap"),
    .usage(erf("--tensor", "noise.npy"), "--tensor", "--size"),
    .usage(
      ["snapshot", "nano-13-31", "--size", "64", "-o", "s.txt"], "--size has no effect with",
      "a session"),
    .usage(["nano-13-31", "--at", "3,3"], "--at has no effect with", "a session"),
    .usage(["noise.npy", "--rule", "abs"], "--rule has no effect with", "saved maps"),
    .usage(tensor("noise.npy", "--image", "picture.ppm"), "--tensor", "--image"),
    .usage(tensor("noise.npy", "--count", "1"), "--tensor", "--count"),
    .usage(["erf", Samples.tiny, "--size", "7"], "--size 7", "from 8"),
    .usage(["erf", Samples.tiny, "--size", "64x"], "64x"),
    .usage(["erf", Samples.tiny, "--size", "99999999999999999999"], "--size"),
    .usage(erf("--at", "8,0"), "8,0", "8x8"),
    .usage(erf("--at", "-1,0"), "-1,0", "8x8"),
    .usage(erf("--at", "3"), "--at 3", "ROW,COL"),
    .usage(erf("--tap", "nowhere"), "nowhere", "stage2"),
    .usage(erf("--stage", "3"), "stage"),
    .usage(erf("--stage", "x"), "--stage x"),
    .usage(erf("--threads", "0"), "--threads 0"),
    .usage(erf("--count", "0"), "--count 0"),
    .usage(erf("--colourmap", "x"), "--colourmap x", "ember"),
    .usage(erf("--shard", "1/2"), "erf --shard needs -o FILE.erf"),
    .usage(erf("--shard", "1/2", "-o", "pics"), "-o pics", "one FILE.erf"),
    .usage(
      ["snapshot", Samples.tiny, "-o", "s.txt", "--script", "3 Escape"], "--script Escape", "Esc"),
    .usage(erf("--count", "9999"), "9999", "built in"),
    .usage(erf("--image", "picture.ppm", "--count", "2"), "--count 2"),
    .usage(erf("--colormap", "plaid"), "plaid", "ember"),
    .usage(erf("--weights", "random:x"), "random:x"),
    .usage(erf("--weights", "random:-1"), "random:-1"),
    .usage(erf("--weights", "random:1", "--weights", "random:2"), "--weights"),
    .usage(
      erf("--weights-key", "model"),
      "--weights-key needs a checkpoint (FILE, or MODEL --weights FILE): without one leave it out"),
    .usage(erf("--weights", "random:1", "--ignore-extra"), "--ignore-extra needs a checkpoint"),
    .usage(["snapshot", Samples.tiny, "--ignore-extra", "-o", "s.txt"], "needs a checkpoint"),
    .usage(
      ["sweep", Samples.tiny, "--allow-missing", "head", "-o", "s.csv"],
      "--allow-missing needs a checkpoint"),
    .usage(
      ["train", "replknet-3-nano", "--from", "trained", "--ignore-extra", "-o", "w.safetensors"],
      "--ignore-extra needs a checkpoint (--from FILE)"),
    .usage(erf("--pgm-8", "-o", "map.npy"), "--pgm-8 needs -o FILE.pgm"),
    .usage(erf("--colormap", "tide"), "--colormap needs -o FILE.png"),
    .usage(
      ["merge", "a.csv", "b.csv", "--json", "-o", "c.csv"],
      "merge --json needs parts of maps (.erf): tables and features have no metrics"),
    .usage(
      ["sweep", Samples.tiny, "--kernels", "3,5", "--fit", "crop", "-o", "s.csv"],
      "sweep --fit needs weights that are fitted"),
    .usage(erf("--force"), "erf --force needs -o FILE"),
    .usage(["compare", Samples.tiny, "replknet-3", "--force"], "compare --force needs -o DIR"),
    .usage(["probe", Samples.tiny, "--force"], "probe --force needs --csv OUT"),
    .usage(["compare", Samples.tiny, "replknet-3", "--pgm-ascii"], "--pgm-ascii needs -o DIR"),
    .usage(
      ["figure", Samples.tiny, "--colormap", "tide", "-o", "f.csv"], "--colormap needs -o FILE.svg"),
    .usage(erf("--image-seed", "3"), "--image-seed needs --image and --count N"),
    .usage(tensor("noise.npy", "--image-seed", "3"), "--tensor", "--image-seed"),
    .usage(erf("-o", "a.xyz"), "-o a.xyz: expected a name ending in .erf .pgm"),
    // The ending is looked at before anything runs: this network would take minutes.
    .usage(["erf", "replknet-31", "--size", "4096", "-o", "map.gif"], "map.gif", ".pgm"),
    .usage(["erf", "replknet-31", "--size", "4096", "-o", "map"], "map", ".pgm"),
  ]

  static let files: [Mistake] = [
    .failure(erf("--weights", "none.safetensors"), "none.safetensors", "No such file"),
    .failure(["erf", "none.npz#a"], "cannot read none.npz#a", "No such file"),
    .failure(["erf", "none.npy"], "cannot read none.npy", "No such file"),
    .failure(erf("--weights", "text.png"), "text.png", "not a checkpoint"),
    .failure(erf("--weights", "nothing.png"), "nothing.png", "empty"),
    .failure(erf("--weights", "folder"), "folder"),
    .failure(erf("--weights", "cut.safetensors"), "cut.safetensors", "damaged"),
    .failure(erf("--weights", "nan.safetensors"), "nan.safetensors", "head.weight", "NaN"),
    .failure(["erf", "resnet-18", "--weights", Samples.checkpoint], "lacks", "resnet-18"),
    .failure(erf("--image", "text.png"), "text.png", "not an image"),
    .failure(erf("--image", "nothing.png"), "nothing.png", "0 bytes"),
    .failure(erf("--image", "folder"), "folder", "no images"),
    .failure(erf("--image", "none.png"), "none.png", "no such file"),
    .failure(tensor("none.npy"), "none.npy", "no such file"),
    .failure(tensor("grey.npy"), "grey.npy", "1x1x8x8", "(N, 3, H, W)"),
    .failure(tensor("cut.npy"), "cut.npy"),
    .failure(tensor(Samples.checkpoint), "#KEY"),
    .failure(tensor(Samples.checkpoint + "#nowhere"), "nowhere", "input"),
    .failure(tensor("nan.npy", "-o", "map.pgm", "--json"), "nan.npy[0]", "NaN", "the input"),
    .failure(tensor("nan-2.npy"), "2 images", "NaN", "the input"),
    .failure(
      ["compare", Samples.tiny, Samples.tiny, "--tensor", "nan.npy", "-o", "new/out"], "NaN"),
    .failure(erf("-o", "missing/map.pgm"), "missing/map.pgm", "no folder missing"),
    .failure(
      ["compare", Samples.tiny, Samples.tiny, "--size", "64", "-o", "text.png/out"], "text.png"),
    .failure(["features", Samples.tiny, "--size", "64", "-o", "missing/f.npy"], "missing"),
  ]
}

@Suite struct MistakeTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let inner = folder.file("folder")
    try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false)
    _ = try folder.write(Array("hello".utf8), to: "text.png")
    _ = try folder.write([], to: "nothing.png")
    _ = try folder.write(Samples.picture(level: 90), to: "picture.ppm")
    _ = try folder.write(Samples.noise(images: 1), to: "noise.npy")
    _ = try folder.write(Array(Samples.noise(images: 1).prefix(500)), to: "cut.npy")
    _ = try folder.write(Samples.noise(images: 1, spoilt: 1), to: "nan.npy")
    _ = try folder.write(Samples.noise(images: 2, spoilt: 2), to: "nan-2.npy")
    let grey = NPY(shape: [1, 1, 8, 8], values: [Float](repeating: 0, count: 64))
    _ = try folder.write(grey.encoded(), to: "grey.npy")
    let whole = try Fixtures.bytes("replknet-tiny.safetensors")
    _ = try folder.write(Array(whole.prefix(20_000)), to: "cut.safetensors")
    _ = try folder.write(
      Samples.checkpoint(spoiling: "weights/head.weight"), to: "nan.safetensors")
  }

  @Test(arguments: Mistake.words + Mistake.options + Mistake.files)
  func oneLineAndNothingWritten(_ mistake: Mistake) throws {
    let before = folder.names
    let outcome = try Executable.run(mistake.arguments, in: folder)
    expectOneLine(outcome, code: mistake.code, mentions: mistake.mentions)
    #expect(outcome.output.isEmpty)
    #expect(folder.names == before)
  }

  @Test func messagesHoldNoControlCharacters() throws {
    let outcome = try Executable.run(
      ["erf", Samples.tiny, "--image", "a\nb\u{1B}[2J.png"], in: folder)
    expectOneLine(outcome, code: 1, mentions: ["no such file"])
    #expect(!outcome.error.contains("\u{1B}"))
  }
}

@Suite struct StreamTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let talkative = [
    ["erf", Samples.tiny, "--size", "32"], ["erf", Samples.tiny, "--size", "32", "--json"],
    ["info", "replknet-31"], ["models"], ["--help"], ["--version"],
  ]

  @Test(arguments: talkative)
  func closedPipes(_ arguments: [String]) throws {
    let outcome = try Executable.runUnread(arguments, in: folder)
    #expect(outcome.code == 128 + SIGPIPE && outcome.error == "")
  }

  @Test(arguments: talkative)
  func closedOutput(_ arguments: [String]) throws {
    let outcome = try Executable.run(arguments, in: folder, shell: "exec \"$@\" >&-")
    expectOneLine(
      outcome, code: 1, mentions: ["standard output: cannot be written: it is closed"])
  }
}
