// The files of the folder Assets that are part of the program itself: nothing to find at run time.

internal import CAssets

/// Files that ship inside the program; `Sources/CAssets/assets.c` lists them.
enum Assets {
  /// The contents of an asset.
  ///
  /// - Precondition: `name` is one of the listed files: a fixed set, which tests go through.
  static func bytes(_ name: String) -> [UInt8] {
    var count = 0
    guard let start = unsafe ca_asset(name, &count) else {
      preconditionFailure("no asset \(name)")
    }
    return unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
  }

  /// The contents of a text asset, line by line.
  static func lines(_ name: String) -> [String] {
    String(decoding: bytes(name), as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
