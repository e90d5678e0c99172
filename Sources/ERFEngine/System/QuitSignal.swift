// ^\\ and its like as other programs take them.

import CMapping

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

public enum QuitSignal {
  /// Makes signals end the process as they end others, but for files that are half written, which go with
  /// it. Swift's runtime takes SIGQUIT for a crash, and on a terminal asks what to do about it, with the
  /// program still there.
  public static func endPlainly() {
    for number in [SIGQUIT, SIGINT, SIGTERM, SIGHUP] {
      let before = signal(number, SIG_DFL)
      if unsafe unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
        _ = signal(number, SIG_IGN)
      } else {
        cmap_end_plainly(number)
      }
    }
  }
}
