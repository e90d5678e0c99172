// The files that `train` writes, none of which replaces one of somebody else's unasked.

import ERFEngine

struct TrainingOutputs {
  let path: String
  /// `net-best.safetensors` of `net.safetensors`.
  let best: String
  let confusion: String?
  private let files: OutputFiles

  /// As the files are before anything is read or trained.
  init(path: String, confusion: String?, _ arguments: Arguments) {
    self.path = path
    self.confusion = confusion
    best = "\(path.dropLast(".safetensors".count))-best.safetensors"
    files = OutputFiles(
      [path, best] + [confusion].compactMap(\.self), arguments, models: [])
  }

  /// What lay at their places before.
  var versions: OutputVersions { files.versions }

  /// Checks that each may be written, before anything is trained; what a training that is resumed left
  /// there is looked at by ``requireOwn(_:)``.
  ///
  /// - Throws: `UsageError`, `FileError`.
  func require(isResumed: Bool) throws {
    // The training itself was asked for: by --resume, by --force, or because nothing was there.
    try files.requireFree { $0 == path || isResumed }
  }

  /// Holds the name of the training until it ends: two at once would mix their files.
  ///
  /// - Throws: `TrainingUnderWay`, `FileError`.
  func lock() throws -> OutputLock {
    guard let lock = try OutputLock(of: path) else { throw TrainingUnderWay(path: path) }
    return lock
  }

  /// Checks that what lies beside a training that is resumed was written by it.
  ///
  /// - Throws: `ForeignOutput`.
  func requireOwn(_ trainer: Trainer) throws {
    if FileIdentity.isReplaceable(best), !trainer.isOwn(best) { throw ForeignOutput(path: best) }
    guard let confusion, FileIdentity.isReplaceable(confusion) else { return }
    let command = Trainer.command(savedIn: path) ?? ""
    let header = ConfusionMatrix(classes: trainer.classes).csv.prefix { $0 != "\n" }
    let found = try FileBytes.read(confusion, limit: 1 << 28)
    guard
      ["--confusion \(confusion)", "--confusion=\(confusion)"].contains(where: command.contains),
      found.starts(with: header.utf8)
    else { throw ForeignOutput(path: confusion) }
  }
}

/// A file that a training would replace on being resumed, although it did not write it.
private struct ForeignOutput: ExplainedError {
  let path: String

  var isUsageError: Bool { true }
  var explanation: String {
    "\(path) was not written by this training, which would replace it: move it away"
  }
}

/// Another process trains under the same name.
private struct TrainingUnderWay: ExplainedError {
  let path: String

  var explanation: String {
    "\(path): another training is running that writes this file: wait for its end or stop it, or choose "
      + "another name"
  }
}
