// Files whose names Unicode takes for the same text, and file systems for two.

import TestSupport
import Testing

@testable import ERFEngine

@Suite struct PathKeyTests {
  static let alike = ["\u{FC}.pth", "u\u{308}.pth"]

  @Test func keysAreBytes() {
    let keys = Self.alike.map(PathKey.init)
    #expect(Self.alike[0] == Self.alike[1] && keys[0] != keys[1])
    #expect(Set(keys + keys).count == 2 && keys.sorted() == [keys[1], keys[0]])
    #expect(keys[0] == PathKey(Self.alike[0]) && PathKey.areSame("a", "a"))
  }

  /// All that names files tells them apart.
  @Test func whatNamesFiles() {
    let (one, other) = (Self.alike[0], Self.alike[1])
    #expect(Set([WeightsSource.file(one), .file(other), .file(one)]).count == 2)
    #expect(Set([NetworkSource.file(one), .file(other), .file(one)]).count == 2)
    #expect(Set([ImageSource.files(["a", one]), .files(["a", other])]).count == 2)
    #expect(Set([ImageSource.tensor(one), .tensor(other)]).count == 2)
    #expect(ImageSource.files([one, other]) == .files([one, other]))
    #expect(ImageSource.files([one]) != .files([one, one]))
    #expect(Set([one, other].map { ImageFile(path: $0, isNamed: false) }).count == 2)
    var specs = [NetworkSpec](repeating: NetworkSpec(model: "resnet-18"), count: 2)
    (specs[0].classes, specs[1].classes) = (one, other)
    #expect(specs[0] != specs[1] && specs[1].classes == other)
    let requests = [one, other].map {
      ERFRequest(network: NetworkSpec(model: "resnet-18", weights: .file($0)))
    }
    #expect(requests[0] != requests[1])
    #expect(SweepTable.fileNames(of: requests.map(\.network)).count == 2)
  }

  /// Others than files are compared as before.
  @Test func whatNamesNone() {
    #expect(WeightsSource.trained == .trained && WeightsSource.random(seed: 1) != .random(seed: 2))
    #expect(WeightsSource.trained != .file("trained"))
    #expect(NetworkSource.catalogue("a") == .catalogue("a"))
    #expect(NetworkSource.catalogue("a") != .file("a"))
    #expect(ImageSource.builtIn(1) != .builtInAt(0..<1) && ImageSource.builtIn(2) == .builtIn(2))
  }

  /// Pictures in class folders whose names look alike keep their classes, and are chosen from both.
  @Test func classesThatLookAlike() throws {
    let folder = try TemporaryFolder()
    let classes = ["\u{FC}", "u\u{308}"]
    for name in classes {
      try Folder.make(folder.file("val/\(name)"))
      for index in 0..<3 { try AtomicFile.write([1], to: folder.file("val/\(name)/\(index).png")) }
    }
    guard try Folder.names(in: folder.file("val")).count == 2 else { return }
    let files = try ImageList.expandClasses([folder.file("val")])
    #expect(files.count == 6 && ImageList.folders(of: files) == 2)
    let names = NetworkInputs.pictureNames(ImageList.spread(files, seed: 0).map(\.path))
    #expect(Set(names.map(PathKey.init)).count == 6)
    for name in classes {
      #expect(names.prefix(4).count { $0.utf8.starts(with: "\(name)/".utf8) } == 2)
    }
  }
}
