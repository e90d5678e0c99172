// The file of a share of decisions while a run goes on.

/// The file of a share of decisions: written as the run goes on, when a network is done or a signal ends it, and
/// at the end.
///
/// A run reads it once, when it begins; from then on it writes what it knows itself, always whole. Of two runs of
/// one share each may replace what the other wrote, but rows of both never stand in it; what is of another share
/// by then ends the run.
public struct DecisionShareFile: Sendable {
  private var place: PartPlace
  private var share: DecisionShare
  /// Whether an earlier run came to its end, to which nothing is added.
  public let wasFinished: Bool

  /// At least so long between two writings, and as long as twenty of them take.
  private static let interval = Duration.seconds(30)
  private var saved = ContinuousClock.now
  private var pause = interval

  /// What an earlier run left of `share` at `path`, to go on with; nothing yet where nothing is there.
  ///
  /// - Parameter replaces: whether a file of something else may be replaced.
  /// - Throws: ``FileError``; ``DecisionError`` and ``RunPartError`` where the file is something else or was
  ///   changed.
  public init(_ share: DecisionShare, at path: String, replaces: Bool) throws {
    place = PartPlace(path)
    self.share = try share.kept(at: path, replaces: replaces)
    wasFinished = self.share.isFinished
  }

  /// What computed it.
  public var makers: [ERFPart.Maker] { share.makers }

  /// What the network `number` of those that decide, from 1, has decided, by image.
  func known(_ number: Int) -> [String: CueDecision] {
    Dictionary(
      share.rows.filter { $0.network == number }.map { ($0.decision.image, $0.decision) }
    ) { _, last in last }
  }

  /// - Throws: as ``write()``.
  mutating func add(_ decision: CueDecision, trial: Int, of number: Int) throws {
    share.rows.append(DecisionShare.Row(network: number, trial: trial, decision: decision))
    let clock = ContinuousClock()
    let start = clock.now
    guard start - saved > pause else { return }
    try write()
    saved = clock.now
    pause = max(Self.interval, (saved - start) * 20)
  }

  /// Writes the file, unless these bytes are there.
  ///
  /// - Throws: ``FileError``, ``ExportError``; ``RunPartError/taken(path:found:)``.
  mutating func write() throws {
    guard !wasFinished else { return }
    let known = try? FileBytes.read(place.path, limit: DecisionFile.limit)
    if try share.encoded() != known { try place.write(share) }
  }

  /// Notes in the file that all of the share was looked at; one without a stimulus has no rows.
  ///
  /// - Throws: as ``write()``.
  public mutating func finish() throws {
    share.finished = share.shards
    try write()
  }
}
