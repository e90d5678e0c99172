// The files of the folders Assets and Sessions that are part of the program itself: nothing to find at run time.

internal import CAssets

/// Files that ship inside the program; `Sources/CAssets/assets.c` lists them.
enum Assets {
  /// The contents of an asset.
  ///
  /// - Precondition: `name` is one of the listed files: a fixed set, which tests go through.
  static func bytes(_ name: String) -> [UInt8] {
    let memory = unsafe memory(name)
    return unsafe [UInt8](UnsafeBufferPointer(start: memory.start, count: memory.count))
  }

  /// Where an asset lies, for as long as the program runs.
  static func memory(_ name: String) -> (start: UnsafePointer<UInt8>, count: Int) {
    var count = 0
    guard let start = unsafe ca_asset(name, &count) else {
      preconditionFailure("no asset \(name)")
    }
    return unsafe (start, count)
  }

  /// The contents of a text asset, line by line.
  static func lines(_ name: String) -> [String] {
    String(decoding: bytes(name), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// All names, in the order of the list.
  static let names: [String] = {
    var names: [String] = []
    while let name = unsafe ca_asset_name(names.count) {
      unsafe names.append(String(cString: name))
    }
    return names
  }()
}

/// The sessions that ship inside the program: the comparisons of the paper, ready to be looked at.
public enum ShippedSessions {
  private static let folder = "Sessions/"

  /// `any-unit`, `dilation`, ...: the names of the files without their ending.
  public static let names = Assets.names.filter { $0.hasPrefix(folder) }.map {
    String($0.dropFirst(folder.count).dropLast(".json".count))
  }

  /// The contents of one, as JSON; nil for any other name.
  public static func bytes(_ name: String) -> [UInt8]? {
    names.contains(name) ? Assets.bytes(folder + name + ".json") : nil
  }
}
