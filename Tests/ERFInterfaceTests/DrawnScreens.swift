// Screens as text files in `Screens`: read, compared, and, where REPLK_DRAW_SCREENS is set, written
// anew to be looked at and committed.

import Foundation
import TestSupport
import Testing

@testable import ERFInterface

enum DrawnScreens {
  /// Expects `frame` to look like the file `NAME-COLUMNSxROWS.txt`.
  static func expect(
    _ frame: Frame, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let path =
      "Tests/ERFInterfaceTests/Screens/\(name)-\(frame.size.columns)x\(frame.size.rows).txt"
    if ProcessInfo.processInfo.environment["REPLK_DRAW_SCREENS"] != nil {
      try PackageFiles.write(frame.text + "\n", to: path)
    }
    let drawn = try PackageFiles.text(path)
    #expect(frame.text + "\n" == drawn, "\(name)", sourceLocation: sourceLocation)
  }
}
