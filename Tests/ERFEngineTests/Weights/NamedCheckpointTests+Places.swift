// Settings of a pickle wherever they stand in it: arguments that nobody knows, and what lies below many sections.

import TestSupport
import Testing

@testable import ERFEngine

extension NamedCheckpointTests {
  /// The notes on the plain network in a file with this beside it.
  private func notes(beside settings: Pickled, called name: String) throws -> [String] {
    let folder = try TemporaryFolder()
    let state = try Pickled.state(of: Checkpoint(path: Fixtures.path("names/plain.pth")))
    let object = Pickled.dictionary([(.text(name), settings), ("state_dict", state)])
    let path = try folder.write(object.file, to: "settings.pth")
    return try #require(try Network(NetworkSpec(file: path)).weightsChoice).notes
  }

  /// Arguments of timm's that are not known are said wherever a file keeps them, as those beside it are.
  @Test func unknownArguments() throws {
    let space = "types.SimpleNamespace"
    func arguments(_ pairs: Pickled, called name: String = "model_kwargs") -> Pickled {
      .object(of: space, state: .dictionary([("lr", 0.1), (.text(name), pairs)]))
    }
    let layer = Pickled.global(module: "torch.nn", name: "GELU")
    let files: [(String, Pickled, String?)] = [
      ("args", arguments(["some_new_thing": true]), "some_new_thing=true"),
      ("args", arguments(["stem_pool": "none_such", "drop_rate": 0.1]), "stem_pool=none_such"),
      ("args", arguments(["foo": layer]), "foo=gelu"),
      ("config", ["model_args": ["foo": .tuple([1, 2])]], "foo=(1, 2)"),
      ("config", arguments(["foo": 1], called: "model_args"), "foo=1"),
      ("model_kwargs", ["foo": [1, 2], "width": 3], "foo=[1, 2]"),
      ("args", arguments(["drop_rate": 0.1, "foo": false, "bar": .none]), nil),
      ("cfg", ["teacher": ["model_kwargs": ["foo": true]]], nil),
      ("cfg", ["data": ["model_kwargs": ["foo": true]]], nil),
    ]
    for (key, object, words) in files {
      let notes = try self.notes(beside: object, called: key)
      #expect(notes.count == (words == nil ? 0 : 1), "\(notes)")
      let start = "the file's settings say \(words ?? ""), and it is opened as "
      #expect(
        notes.allSatisfy { $0.hasPrefix(start) && $0.contains("may compute something else") },
        "\(notes)")
    }
  }

  /// Settings below many sections, and what is said where they are too many.
  @Test(arguments: [true, false]) func settingsBelowManySections(_ isObject: Bool) throws {
    func nested(_ names: [String]) -> Pickled {
      let setting: Pickled = ["output_stride": 8]
      return names.reversed().reduce(setting) { inner, name in
        isObject
          ? .object(of: "types.SimpleNamespace", state: .dictionary([(.text(name), inner)]))
          : .dictionary([(.text(name), inner)])
      }
    }
    let sections = ["cfg", "model", "net", "encoder", "kwargs"]
    for count in 0...sections.count {
      let settings = nested(Array(sections[..<count]))
      let notes = try self.notes(beside: settings, called: "hyper_parameters")
      #expect(notes.count == 1, "\(notes)")
      let start = "the file's settings say output_stride=8, "
      #expect(notes.allSatisfy { $0.hasPrefix(start) }, "\(notes)")
    }
    let deep = nested((0..<9).map { "part\($0)" })
    let notes = try self.notes(beside: deep, called: "hyper_parameters")
    #expect(
      notes.count == 1
        && notes[0].hasPrefix("the file holds more settings than are looked through: "), "\(notes)")
  }

  /// Means of pictures below the sections of a program, in capitals as yacs has them; others are of something else.
  @Test func meansBelowSections() throws {
    let half: Pickled = ["mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]]
    let bytes: Pickled = [
      "PIXEL_MEAN": [127.5, 127.5, 127.5], "PIXEL_STD": [127.5, 127.5, 127.5],
    ]
    let settings: [(Pickled, String?)] = [
      (["data": ["normalize": half]], "--mean 0.5 --std 0.5"),
      (["transform": ["normalize": half]], "--mean 0.5 --std 0.5"),
      (["DATA": ["TRANSFORMS": ["NORMALIZE": half]]], "--mean 0.5 --std 0.5"),
      (["MODEL": bytes], "--range 0:255 --mean 127.5 --std 127.5"),
      (["INPUT": bytes], "--range 0:255 --mean 127.5 --std 127.5"),
      (["head": ["normalize": half]], nil), (["model": half], nil),
      (["data": ["labels": half]], nil),
    ]
    for (object, options) in settings {
      let notes = try self.notes(beside: object, called: "cfg")
      #expect(notes.count == (options == nil ? 0 : 1), "\(notes)")
      let end = ": \(options ?? "") does as the file says"
      #expect(
        notes.allSatisfy { $0.hasPrefix("the file's settings say ") && $0.hasSuffix(end) },
        "\(notes)")
    }
  }
}
