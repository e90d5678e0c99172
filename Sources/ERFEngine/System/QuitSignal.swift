// ^\\ as other programs take it.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

public enum QuitSignal {
  /// Makes SIGQUIT end the process as it ends others. Swift's runtime takes it for a crash, and on a
  /// terminal asks what to do about it, with the program still there.
  public static func endPlainly() {
    let before = signal(SIGQUIT, SIG_DFL)
    if unsafe unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
      _ = signal(SIGQUIT, SIG_IGN)
    }
  }
}
