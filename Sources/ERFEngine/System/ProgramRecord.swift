// Which program this is: what results tell of how they came about.

internal import COneDNN
import Synchronization

/// The program's version and the libraries that its numbers depend on.
public enum ProgramRecord {
  public static let version = "0.1.0"

  private static let recorded = Mutex("")

  /// The commit that the program was built from; empty where that is not known. Set once, by the
  /// program itself, at its start.
  public static var commit: String {
    get { recorded.withLock { $0 } }
    set { recorded.withLock { $0 = newValue } }
  }

  /// `replk-tui 0.1.0 (1a2b3c4)`.
  public static var text: String {
    "replk-tui \(version)" + (commit.isEmpty ? "" : " (\(commit))")
  }

  /// The same with what numbers depend on besides: `replk-tui 0.1.0 (1a2b3c4), avx512, oneDNN 2.6.0`.
  public static var maker: String { "\(text), \(InstructionSet.selected), oneDNN \(oneDNN)" }

  /// The version of oneDNN that runs, such as `2.6.0`.
  public static var oneDNN: String {
    let version = cd_library_version()
    return "\(version.major).\(version.minor).\(version.patch)"
  }
}
