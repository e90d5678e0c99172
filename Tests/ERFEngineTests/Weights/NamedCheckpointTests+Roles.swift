// Settings of one of several networks in a file, such as a teacher beside its student.

import TestSupport
import Testing

@testable import ERFEngine

extension NamedCheckpointTests {
  /// The plain network's weights behind each of these beginnings of names.
  private func weights(_ prefixes: [String]) throws -> Pickled {
    let plain = try Checkpoint(path: Fixtures.path("names/plain.pth"))
    return .dictionary(
      try prefixes.flatMap { prefix -> [(Pickled, Pickled)] in
        guard case .dictionary(let pairs) = try Pickled.state(of: plain, behind: prefix) else {
          return []
        }
        return pairs
      })
  }

  /// What a file opens as, and the notes on it.
  private func opened(
    _ pairs: [(String, Pickled)], key: String? = nil
  ) throws -> (id: String, notes: [String]) {
    let folder = try TemporaryFolder()
    let object = Pickled.dictionary(pairs.map { (.text($0), $1) })
    var spec = NetworkSpec(file: try folder.write(object.file, to: "roles.pth"))
    spec.weightsKey = key
    let network = try Network(spec)
    return (network.id, try #require(network.weightsChoice).notes)
  }

  private static let plainID = "resnet:block=basic:layers=1,1,1,1:width=2:classes=7"
  private static let dilated = ", strides=(1, 2, 1, 1), dilations=(1, 1, 2, 4)"

  /// mmrazor's configuration describes both, and the one that is taken opens as it says, also where another one
  /// is asked for.
  @Test(arguments: [true, false]) func configuredTeachers(_ isTeacherDilated: Bool) throws {
    let section = "backbone=dict(type='ResNet', depth=18"
    let text = """
      model = dict(
          type='SingleTeacherDistill',
          architecture=dict(\(section)\(isTeacherDilated ? "" : Self.dilated))),
          teacher=dict(\(section)\(isTeacherDilated ? Self.dilated : ""))))
      """
    let both = try weights(["architecture.backbone.", "teacher.backbone."])
    for (key, isDilated) in [
      (nil, isTeacherDilated), ("architecture", !isTeacherDilated),
    ] as [(String?, Bool)] {
      let id = try opened([("state_dict", both), ("meta", ["cfg": .text(text)])], key: key).id
      let isAsTold = id.contains(":stride=1,2,1,1") && id.contains(":dilation=1,1,2,4")
      #expect(isDilated ? isAsTold : id == Self.plainID, "\(id)")
    }
  }

  /// The only network of a file may be called as others are elsewhere, and be described by a variable.
  @Test(
    arguments: [
      "t = dict(backbone=dict(type='ResNet', depth=18\(NamedCheckpointTests.dilated)))\n"
        + "model = dict(teacher=t)\n",
      "model = dict(teacher=dict(backbone=dict(type='ResNet', depth=18"
        + "\(NamedCheckpointTests.dilated))))\n",
    ])
  func onlyTeachers(_ text: String) throws {
    let state = try weights(["teacher.backbone."])
    let id = try opened([("state_dict", state), ("meta", ["cfg": .text(text)])]).id
    #expect(id.contains(":stride=1,2,1,1") && id.contains(":dilation=1,1,2,4"), "\(id)")
    let plain = try opened([("state_dict", try weights([""])), ("meta", ["cfg": .text(text)])]).id
    #expect(plain == Self.plainID)
  }

  /// A section of its own name describes the network that is taken.
  @Test(
    arguments: [
      "teacher", "old_model", "reference", "pretrained_model", "discriminator", "generator",
    ])
  func sectionsOfItsOwnName(_ name: String) throws {
    for settings in [["arch": "resnetblur18"], ["output_stride": 8]] as [Pickled] {
      let section = Pickled.dictionary([(.text(name), settings)])
      let state = try weights([""])
      let inner = try weights([name + "."])
      let files: [[(String, Pickled)]] = [
        [(name, state), ("cfg", section)], [("state_dict", inner), ("hyper_parameters", section)],
        [(name, state), ("cfg", ["distiller": section])],
      ]
      for file in files {
        let notes = try opened(file).notes
        #expect(notes.count == 1, "\(notes)")
        let starts = [
          "the file calls itself resnetblur18, ", "the file's settings say output_stride=8, ",
        ]
        #expect(notes.allSatisfy { note in starts.contains(where: note.hasPrefix) }, "\(notes)")
      }
    }
  }

  /// Of two networks that are both described the other's settings tell nothing of this one.
  @Test(
    arguments: [
      ("teacher", "student"), ("teacher", "architecture"), ("generator", "discriminator"),
      ("encoder_q", "encoder_k"),
    ])
  func sectionsOfBoth(_ taken: String, other: String) throws {
    func file(_ own: Int, _ others: Int) throws -> [(String, Pickled)] {
      let settings = Pickled.dictionary([
        (.text(taken), ["output_stride": .int(own)]),
        (.text(other), ["output_stride": .int(others)]),
      ])
      return [
        ("state_dict", try weights([taken + ".", other + "."])), ("hyper_parameters", settings),
      ]
    }
    for (own, others, key) in [(8, 32, taken), (32, 8, other)] {
      let notes = try opened(file(own, others), key: key).notes
      #expect(notes.count == 1, "\(notes)")
      let start = "the file's settings say output_stride=8, "
      #expect(notes.allSatisfy { $0.hasPrefix(start) }, "\(notes)")
    }
    #expect(try opened(file(32, 8), key: taken).notes == [])
    #expect(try opened(file(8, 32), key: other).notes == [])
  }

  /// Where nothing describes a teacher, what its student is may be what it is.
  @Test func studentsThatAloneAreDescribed() throws {
    let both = try weights(["teacher.", "student."])
    let settings: Pickled = ["student": ["output_stride": 8]]
    let notes = try opened([("state_dict", both), ("hyper_parameters", settings)]).notes
    #expect(
      notes.count == 1 && notes[0].hasPrefix("the file's settings say output_stride=8, "),
      "\(notes)")
  }

  /// Sections that hold one another are gone through once, whatever their number.
  @Test func sectionsWithoutEnd() {
    let text = String(repeating: "teacher=dict(", count: 20_000)
    #expect(ConfigurationText(text, of: NetworkRole(prefix: "teacher.")).backbones.isEmpty)
  }
}
