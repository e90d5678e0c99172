// The file of decisions while a run goes on.

/// The file of a share of decisions, or of all of a run's: written as the run goes on, when a network is done or a
/// signal ends it, and at the end.
///
/// A run reads it once, when it begins; from then on it writes what it knows itself, always whole. Of two runs of
/// one share each may replace what the other wrote, unless that is more, but rows of both never stand in it; what is
/// of another share by then ends the run. A run that is not cut keeps its decisions as the only share there is, which
/// says what they are of, until it is done; then the plain table takes the place of that.
public struct DecisionShareFile: Sendable {
  /// Where it is written.
  public private(set) var place: PartPlace
  private var share: DecisionShare
  /// Whether this is of a run that is not cut, and ends as a plain table.
  private let isTable: Bool
  /// Whether an earlier run came to its end, to which nothing is added.
  public let wasFinished: Bool

  /// At least so long between two writings, and as long as twenty of them take.
  private static let interval = Duration.seconds(30)
  private var saved = ContinuousClock.now
  private var pause = interval

  /// What an earlier run left of `share` at `path`, to go on with; nothing yet where nothing is there.
  ///
  /// - Parameters:
  ///   - isTable: whether `share` is all of a run that is not cut. A finished table does not say how it was made, so
  ///     no run goes on with it.
  ///   - replaces: whether a file of something else may be replaced.
  /// - Throws: ``FileError``; ``DecisionError`` and ``RunPartError`` where the file is something else or was
  ///   changed.
  public init(
    _ share: DecisionShare, at path: String, isTable: Bool = false, replaces: Bool
  ) throws {
    place = PartPlace(path)
    let kept = try share.kept(at: path, isTable: isTable, replaces: replaces)
    self.share = kept
    self.isTable = isTable
    wasFinished = kept.isFinished
  }

  /// What computed it.
  public var makers: [ERFPart.Maker] { share.makers }

  /// What the network `number` of those that decide, from 1, has decided, by image.
  func known(_ number: Int) -> [PathKey: CueDecision] {
    Dictionary(
      share.rows.filter { $0.network == number }.map { (PathKey($0.decision.image), $0.decision) }
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

  /// Writes the file, unless these bytes are there. A table has rows, a share may be one of no stimulus.
  ///
  /// - Throws: ``FileError``, ``ExportError``; ``RunPartError/taken(path:found:)``.
  mutating func write() throws {
    guard !wasFinished, !isTable || !share.rows.isEmpty else { return }
    let known = try? FileBytes.read(place.path, limit: DecisionFile.limit)
    guard try share.encoded() != known else { return }
    guard isTable else { return try place.write(share) }
    // The table of a run of the same that was faster does not say how it was made, but has all of these rows.
    let part = share
    try place.write(part) { path in
      (try? FileBytes.read(path, limit: DecisionFile.limit)).map(part.isWithin) ?? false
    }
  }

  /// Notes in the file that all of the share was looked at; one without a stimulus has no rows. Of a run that is not
  /// cut the plain table is written.
  ///
  /// - Throws: as ``write()``.
  public mutating func finish() throws {
    if isTable { return try place.write(share.table, insteadOf: share) }
    share.finished = share.shards
    try write()
  }
}
