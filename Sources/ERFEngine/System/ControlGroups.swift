/// The memory limits that Linux control groups, and so containers, set for a process.
enum ControlGroups {
  /// The smallest limit in bytes of the groups that this process is in and of those around them; nil
  /// where there is none, as on other systems.
  ///
  /// - Parameters:
  ///   - membership: `/proc/self/cgroup`: lines of `number:controllers:/path`.
  ///   - mount: where the groups' folders are; version 1 has one of its own for memory.
  static func memoryLimit(
    membership: String = "/proc/self/cgroup", mount: String = "/sys/fs/cgroup"
  ) -> Int? {
    guard let text = text(membership) else { return nil }
    var limits: [Int] = []
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let folders: [(root: String, file: String)]
      if fields[1].isEmpty {
        folders = [(mount, "memory.max"), (mount + "/unified", "memory.max")]
      } else if fields[1].split(separator: ",").contains("memory") {
        folders = [(mount + "/memory", "memory.limit_in_bytes")]
      } else {
        continue
      }
      for (root, file) in folders {
        // A container may see its own group as the root, whatever path it is told.
        var path = root
        limits += limit("\(path)/\(file)")
        for part in fields[2].split(separator: "/") {
          path += "/" + part
          limits += limit("\(path)/\(file)")
        }
      }
    }
    return limits.min()
  }

  /// The number in a limit's file; `max`, or a number beyond any machine, means none.
  private static func limit(_ path: String) -> [Int] {
    guard let text = text(path), let bytes = Int(text.split(separator: "\n").first ?? ""),
      bytes > 0, bytes < 1 << 60
    else { return [] }
    return [bytes]
  }

  private static func text(_ path: String) -> String? {
    guard case .regular = FileKind(of: path), let bytes = try? FileBytes.read(path, limit: 1 << 16)
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }
}
