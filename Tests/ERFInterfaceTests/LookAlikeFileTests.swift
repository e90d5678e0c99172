// Files whose names Unicode takes for the same text are two to the explorer.

import ERFEngine
import Testing

@testable import ERFInterface

@Suite struct LookAlikeFileTests {
  private let alike = ["/m/\u{FC}.pth", "/m/u\u{308}.pth"]

  @Test func picturesAndNetworks() {
    #expect(Set((alike + alike).map { PictureName.file($0) }).count == 2)
    #expect(PictureName.builtIn(1) == .builtIn(1) && PictureName.builtIn(1) != .builtIn(2))
    #expect(ImageChoice.Source.files([alike[0]]) != .files([alike[1]]))
    #expect(ImageChoice.Source.files(alike) == .files(alike))
    #expect(ImageChoice.Source.tensor(alike[0]) != .tensor(alike[1]))
    #expect(NetworkSpec(.file(alike[0]), weights: .file(alike[1])).ownFiles.count == 2)
    #expect(NetworkSpec(file: alike[0]).ownFiles.count == 1)
  }

  /// What is known of one says nothing of the other.
  @Test func contentsAreOfOneFile() {
    var browser = Browser(path: "/m")
    browser.contents[PathKey(alike[0])] = .refused("no network")
    #expect(browser.contents[PathKey(alike[1])] == nil)
  }

  /// One that is replaced leaves what is known of the other.
  @Test func onlyTheChangedOneIsForgotten() {
    let networks = alike.map { NetworkSpec(file: $0) }
    var session = Session(networks: networks)
    session.weightsHashes = [networks[0].hashKey: "1", networks[1].hashKey: "2"]
    var model = Model(session: session, display: Display())
    _ = model.changed(alike[1])
    #expect(model.session.weightsHashes.values.sorted() == ["1"])
  }
}
