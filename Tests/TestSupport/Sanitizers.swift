// What cannot be tested under sanitizers.

import Foundation

/// The address and the thread sanitizer, under which `make sanitize` runs the tests.
public enum Sanitizers {
  /// Whether the program is itself: they take memory and address space of their own, and have a say in
  /// how it ends when it crashes.
  public static let areOff = kind == nil

  /// Whether it is the one for threads, which at its start maps a file that it has written.
  public static let areForThreads = kind == "thread"

  private static let kind = ProcessInfo.processInfo.environment["REPLK_SANITIZED"]
}
