// The commit that the program is built from, which a plugin writes down before each build.

/// Apart from the rest, so that another commit makes nothing but this be compiled anew.
public enum CommitRecord {
  /// Ten digits, `-dirty` behind them where files differ; empty where it is not known.
  public static var commit: String { builtCommit }
}
