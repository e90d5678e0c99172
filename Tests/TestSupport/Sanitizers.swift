// What cannot be tested under sanitizers.

import Foundation

/// The address and the thread sanitizer, under which `make sanitize` runs the tests.
public enum Sanitizers {
  /// Whether the program is itself: they take memory and address space of their own, and have a say in
  /// how it ends when it crashes.
  public static let areOff = ProcessInfo.processInfo.environment["REPLK_SANITIZED"] == nil
}
