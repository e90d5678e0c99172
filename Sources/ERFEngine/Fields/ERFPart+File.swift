// Parts as files (.erf): a safetensors file of the sums, with what they are of as JSON in its metadata.

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Why a file is no part.
public enum ERFPartError: ExplainedError, Equatable {
  case notAPart(path: String, reason: String)

  public var explanation: String {
    switch self {
    case .notAPart(let path, let reason): "\(path) is not a part of a run: \(reason)"
    }
  }
}

extension ERFPart {
  /// Whether a file name ends like a part's.
  public static func isPart(_ path: String) -> Bool { path.lowercased().hasSuffix(".erf") }

  /// The file `path`, or the parts directly inside the folder `path`, sorted; hidden ones are none.
  ///
  /// - Throws: `FileError`.
  public static func files(at path: String) throws -> [String] {
    guard FileKind(of: path) == .folder else { return [path] }
    let base = path.hasSuffix("/") ? path : path + "/"
    return try FolderListing.names(in: path).filter { isPart($0) && !$0.hasPrefix(".") }.sorted()
      .map { base + $0 }
  }

  /// What an earlier run left at `path`; nil where nothing is there.
  ///
  /// - Throws: as ``init(path:)``.
  public static func kept(at path: String) throws -> ERFPart? {
    FileKind(of: path) == .absent ? nil : try ERFPart(path: path)
  }

  /// Under this name the metadata holds what the sums are of.
  private static let key = ResultFile.part.rawValue
  /// Larger ones are refused before anything of them is believed.
  private static let largestSide = 4096

  /// The bytes of its file; they follow from what is done alone, not from when or in which order.
  public func encoded() throws(ExportError) -> [UInt8] {
    do {
      let planes = map.sums.planes
      var record = Record(self)
      record.hash = try record.hash(with: planes)
      let text = String(decoding: try JSONText.compact(record), as: UTF8.self)
      var result = try SafetensorsLayout(
        tensors: Self.names(planes.count).map { ($0, .float64, [map.height, map.width]) },
        metadata: [Self.key: text]
      ).encoded()
      result.reserveCapacity(result.count + planes.count * 8 * map.height * map.width)
      for plane in planes {
        for value in plane {
          for shift in 0..<8 {
            result.append(UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt64(shift))))
          }
        }
      }
      return result
    } catch {
      throw .encoding(format: "a part", reason: "\(error)")
    }
  }

  public func contents() throws -> AnySequence<[UInt8]> {
    AnySequence(CollectionOfOne(try encoded()))
  }

  /// Reads a part.
  ///
  /// - Throws: ``ERFPartError/notAPart(path:reason:)``, `CheckpointError`.
  public init(path: String) throws {
    let file: Safetensors
    do {
      file = try Safetensors(path: path)
    } catch CheckpointError.unknownFormat {
      throw ERFPartError.notAPart(
        path: path,
        reason: ForeignFile.explanation(ofFile: path) ?? "it is not a safetensors file")
    }
    guard let text = file.metadata[Self.key] else {
      throw ERFPartError.notAPart(path: path, reason: "it does not record of which run")
    }
    let record: Record
    do {
      record = try JSONDecoder().decode(Record.self, from: Data(text.utf8))
    } catch {
      throw ERFPartError.notAPart(path: path, reason: "what it says about its run cannot be read")
    }
    var planes: [[Double]] = []
    for name in Self.names(file.keys.count) {
      let (shape, values) = try file.doubles(name)
      guard shape.extents == record.input else {
        throw ERFPartError.notAPart(
          path: path, reason: "\(name) is \(shape), not of its input's size")
      }
      planes.append(values)
    }
    guard let sums = ExactSums(planes: planes), let part = record.part(sums) else {
      throw ERFPartError.notAPart(path: path, reason: "its numbers contradict each other")
    }
    guard try record.hash == record.hash(with: planes) else {
      throw ERFPartError.notAPart(
        path: path,
        reason: "it \(RunPartError.damage): copy it again, or compute the share anew")
    }
    self = part
  }

  /// `sum`, `error`, `error2`...
  private static func names(_ count: Int) -> [String] {
    (0..<count).map { $0 == 0 ? "sum" : $0 == 1 ? "error" : "error\($0)" }
  }

  /// The JSON of the metadata.
  private struct Record: Codable {
    let model: String
    let weights: String
    let weightsKey: String?
    let otherWeights: [String]?
    /// Left out where there is nothing to say.
    let notes: [String]?
    let weightsHash: String
    let input: [Int]
    let stages: [String]
    let tap: String
    let map: [Int]
    let units: [[Int]]
    let rule: String
    /// Left out where float32.
    let precision: String?
    /// Left out where pictures were prepared as the network is known to take them.
    let preprocessing: PreprocessingChoice?
    let images: Int
    let list: String
    let command: [String]
    let shards: [String]
    let makers: [Maker]
    let done: [Done]
    let skipped: [Skipped]
    /// Of all else in the file.
    var hash: String?

    /// What ``hash`` is of a whole file: storage and copies err.
    func hash(with planes: [[Double]]) throws -> String {
      var (plain, hash) = (self, FNV1a())
      plain.hash = nil
      hash.add(try JSONText.compact(plain))
      for plane in planes {
        for value in plane { hash.add(wide: value.bitPattern) }
      }
      return hash.text
    }

    init(_ part: ERFPart) {
      let subject = part.subject
      model = subject.model
      weights = subject.weights
      weightsKey = subject.weightsChoice?.chosen
      otherWeights = subject.weightsChoice?.others
      notes = subject.weightsChoice.notes
      weightsHash = subject.weightsHash
      input = [subject.input.height, subject.input.width]
      stages = subject.stages
      tap = subject.tap
      map = [subject.mapSize.height, subject.mapSize.width]
      units = subject.units.map { [$0.row, $0.column] }
      rule = subject.rule.rawValue
      precision = subject.precision.stated
      preprocessing = subject.preprocessing.stated
      images = part.images
      list = part.list
      command = part.command
      shards = part.shards.map(\.text)
      makers = part.makers
      done = part.done
      skipped = part.skipped
    }

    /// nil where it cannot have been written by this program.
    func part(_ sums: ExactSums) -> ERFPart? {
      let shards = shards.compactMap(Shard.init)
      guard input.count == 2, map.count == 2, !units.isEmpty,
        (input + map).allSatisfy({ (1...largestSide).contains($0) }),
        units.allSatisfy({ unit in
          unit.count == 2 && zip(unit, map).allSatisfy { (0..<$1).contains($0) }
        }),
        let rule = ERFRule(rawValue: rule),
        let precision = precision.map(Precision.init(rawValue:)) ?? .float32,
        shards.count == self.shards.count,
        (1...100_000_000).contains(images), done.count + skipped.count <= images,
        sums.rounded.count == input[0] * input[1]
      else { return nil }
      var subject = ERFSubject(
        model: model, weights: weights,
        weightsChoice: weightsKey.map {
          WeightsChoice(chosen: $0, others: otherWeights ?? [], notes: notes ?? [])
        },
        weightsHash: weightsHash, input: InputSize(height: input[0], width: input[1]),
        stages: stages, tap: tap, mapSize: InputSize(height: map[0], width: map[1]),
        units: units.map { Unit(row: $0[0], column: $0[1]) }, rule: rule)
      subject.precision = precision
      subject.preprocessing = preprocessing ?? .own
      let part = ERFPart(
        subject: subject, images: images, list: list, command: command, shards: shards.sorted(),
        makers: Set(makers).sorted(),
        map: ERFMap(
          height: input[0], width: input[1], sums: sums, images: done.count, rule: rule),
        done: done.sorted { $0.index < $1.index },
        skipped: skipped.sorted { $0.index < $1.index })
      let seen = part.indices
      guard seen.count == done.count + skipped.count, seen.allSatisfy(part.covers) else {
        return nil
      }
      return part
    }
  }
}
