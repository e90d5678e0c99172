// Configurations beside a network that cannot be read, and settings in the other notations of YAML.

import TestSupport
import Testing

@testable import ERFEngine

extension NamedCheckpointTests {
  /// The notes on the plain network in `model.safetensors` beside a file of settings.
  private func notes(beside text: String, called name: String) throws -> [String] {
    let folder = try TemporaryFolder()
    let path = try Self.plain(with: [:], at: folder.file("model.safetensors"))
    _ = try folder.write(Array(text.utf8), to: name)
    return try #require(try Network(NetworkSpec(file: path)).weightsChoice).notes
  }

  private static let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n"
  private static let page = "<!DOCTYPE html>\n<html>"

  /// What lies in the place of a configuration is called what it is, and what is broken is not passed over.
  @Test(
    arguments: ["config.json", "preprocessor_config.json", "args.yaml"],
    [
      (
        NamedCheckpointTests.pointer,
        "cannot be read (it is a pointer of Git LFS, which stands for the file: fetch "
      ),
      (NamedCheckpointTests.page, "cannot be read (it is a web page: download the file itself): "),
    ])
  func otherFilesBesideTheFile(_ name: String, _ said: (text: String, words: String)) throws {
    let notes = try notes(beside: said.text, called: name)
    let subject = name == "preprocessor_config.json" ? "pictures" : "the network"
    #expect(
      notes.count == 1 && notes[0].hasPrefix("\(name) beside the file \(said.words)")
        && notes[0].hasSuffix(": what it says of \(subject) is not known"), "\(notes)")
  }

  @Test(
    arguments: ["config.json", "preprocessor_config.json"],
    [
      (#"{"image_mean": [0.5, 0.5, 0.5],}"#, "is not valid JSON at byte 31: "),
      (#"{"image_mean": [0.5, 0.5"#, "is not valid JSON at byte "),
      (#"[{"image_mean": [0.5, 0.5, 0.5]}]"#, "is JSON, but not an object: "),
      (#"[{"image_mean": [0.5"#, "is not valid JSON at byte 0: "),
    ])
  func brokenFilesBesideTheFile(_ name: String, _ said: (text: String, words: String)) throws {
    let notes = try notes(beside: said.text, called: name)
    #expect(
      notes.count == 1 && notes[0].hasPrefix("\(name) beside the file \(said.words)"), "\(notes)")
  }

  /// JSON of another value than an object is told from what is no JSON.
  @Test(
    arguments: [
      ("5", true), (" -1.5e3 ", true), ("null", true), ("true\n", true), (#""text""#, true),
      ("[]", true), ("nul", false), ("0x10", false), ("nan", false), ("5 5", false), ("", false),
      ("{} 5", false),
    ])
  func otherValuesBesideTheFile(_ text: String, isJSON: Bool) throws {
    let notes = try notes(beside: text, called: "config.json")
    let words = isJSON ? "is JSON, but not an object: " : "is not valid JSON at byte "
    #expect(
      notes.count == 1 && notes[0].hasPrefix("config.json beside the file \(words)"), "\(notes)")
  }

  /// Lists of a stage each, as PyYAML writes tuples and what comes again.
  @Test(
    arguments: [
      ("strides: !!python/tuple\n- 1\n- 2\n- 1\n- 1\n", "says strides=1,2,1,1, and"),
      ("strides: &a [1, 2, 1,\n  1]\nx: *a\n", "says strides=1,2,1,1, and"),
      ("x: &a\n- 1\n- 2\n- 1\n- 1\nstrides: *a\n", "says strides=1,2,1,1, and"),
      ("strides: *a\n", "gives strides in a way that is not read: "),
      (
        "replace_stride_with_dilation: !!python/tuple\n- false\n- true\n",
        "says replace_stride_with_dilation=[false, true], and"
      ),
      ("act_layer:\n  type: GELU\n", "says act_layer.type=gelu, and"),
    ])
  func listsInMarks(_ text: String, words: String) throws {
    let notes = try notes(beside: text, called: "args.yaml")
    #expect(
      notes.count == 1 && notes[0].hasPrefix("args.yaml beside the file \(words)"), "\(notes)")
  }

  /// A value that comes again is read as often as there is room for.
  @Test func valuesThatComeAgain() throws {
    let list = String(repeating: "- 1\n", count: 2_000)
    let text = "x: &a\n\(list)" + String(repeating: "mean: *a\n", count: 2_000)
    #expect(ArgumentsText(text).texts == ["mean": "*a"])
  }

  /// Losses and heads in brackets and braces, and in items of several lines, tell as those of a line each do.
  @Test(
    arguments: [
      "losses: [ce, arcface]\n", "losses: ['ce', \"arcface\"]  # both\n",
      "loss: {name: arcface}\n", "loss: {'weight': 1, 'name': arcface, a: {b: [1]}}\n",
      "losses: [{name: ce}, {name: arcface}]\n", "losses: [ce,\n  arcface]\n",
      "losses:\n- name: ce\n  weight: 1\n- weight: 1\n  name: arcface\n",
      "losses:\n  - {name: ce}\n  - {name: arcface}\n", "losses:\n- ce\n- arcface\n",
      "settings: {HEADS: {CLS_LAYER: ArcSoftmax}}\n",
      "settings:\n  HEADS: {CLS_LAYER: ArcSoftmax}\n",
    ])
  func anglesInOtherNotations(_ text: String) throws {
    let notes = try notes(beside: "lr: 0.1\n\(text)opt: sgd\n", called: "args.yaml")
    #expect(
      notes.count == 1 && notes[0].contains("the classifier may compare angles"), "\(notes)")
  }

  /// What is not closed, and what is of something else, tells nothing.
  @Test(
    arguments: [
      "losses: [ce, arcface\n", "losses: [ce, arcface}\n", "loss: {name arcface}\n",
      "loss: {a: {b: {c: {d: {e: {name: arcface}}}}}}\n", "losses: [ce, focal]\n", "losses: []\n",
      "loss:\n- a: 1\n    name: arcface\n",
    ])
  func otherNotationsThatTellNothing(_ text: String) throws {
    #expect(try notes(beside: text, called: "args.yaml") == [])
  }
}
