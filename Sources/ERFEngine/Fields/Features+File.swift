// Features as files: safetensors with the tensor `features`, and what its rows are of in the metadata.

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Why a file holds no features, or shares of them none together.
public enum FeaturesError: ExplainedError, Equatable {
  case notFeatures(path: String, reason: String)
  case noInputs

  public var explanation: String {
    switch self {
    case .notFeatures(let path, let reason):
      "\(path) was not written by `features -o FILE.safetensors`: \(reason)"
    case .noInputs: "none of the shares holds an input: nothing to put together"
    }
  }
}

extension Features {
  private static let tensor = "features"
  /// Under this name the metadata holds what the rows are of.
  private static let key = ResultFile.features.rawValue

  /// Whether a file name ends like that of features which tell what they are.
  public static func isPart(_ path: String) -> Bool { path.lowercased().hasSuffix(".safetensors") }

  /// The bytes of its file, which follow from what is done alone.
  ///
  /// - Throws: `ExportError`.
  public func contents() throws -> AnySequence<[UInt8]> {
    let header: [UInt8]
    do {
      var record = Record(self)
      record.hash = try record.hash(with: values)
      let text = String(decoding: try JSONText.compact(record), as: UTF8.self)
      header = try SafetensorsLayout(
        tensors: [(Self.tensor, .float32, shape)], metadata: [Self.key: text]
      ).encoded()
    } catch {
      throw ExportError.encoding(format: "features", reason: "\(error)")
    }
    return AnySequence(
      (-1..<rows.count).lazy.map { index in
        index < 0 ? header : Self.bytes(values[index * width..<(index + 1) * width])
      })
  }

  private static func bytes(_ values: ArraySlice<Float>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * values.count)
    for value in values {
      for shift in 0..<4 {
        bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32(shift))))
      }
    }
    return bytes
  }

  /// Reads features.
  ///
  /// - Throws: ``FeaturesError/notFeatures(path:reason:)``, `CheckpointError`.
  public init(path: String) throws {
    let file: Safetensors
    do {
      file = try Safetensors(path: path)
    } catch CheckpointError.unknownFormat {
      throw FeaturesError.notFeatures(
        path: path,
        reason: ForeignFile.explanation(ofFile: path) ?? "it is not a safetensors file")
    }
    guard let text = file.metadata[Self.key] else {
      throw FeaturesError.notFeatures(path: path, reason: "it does not record its inputs")
    }
    guard let record = try? JSONDecoder().decode(Record.self, from: Data(text.utf8)),
      var features = record.features
    else {
      throw FeaturesError.notFeatures(
        path: path, reason: "what it says about its run cannot be read")
    }
    if !features.rows.isEmpty {
      let tensor = try file.tensor(Self.tensor)
      guard tensor.shape.extents == features.shape else {
        throw FeaturesError.notFeatures(
          path: path, reason: "its tensor is \(tensor.shape), not of its inputs' number and layer")
      }
      features.values = tensor.elements
    }
    guard try record.hash == record.hash(with: features.values) else {
      throw FeaturesError.notFeatures(
        path: path,
        reason: "it \(RunPartError.damage): copy it again, or compute it anew")
    }
    self = features
  }

  /// The JSON of the metadata.
  private struct Record: Codable {
    let model: String
    let weights: String
    let weightsKey: String?
    let otherWeights: [String]?
    let notes: [String]?
    let weightsHash: String
    let input: [Int]
    let tap: String
    /// Left out where pictures were prepared as the network is known to take them.
    let preprocessing: PreprocessingChoice?
    let extents: [Int]
    let inputs: Int
    let list: String
    let command: [String]
    let shards: [String]
    let makers: [ERFPart.Maker]
    let rows: [Row]
    /// Of all else in the file.
    var hash: String?

    /// What ``hash`` is of a whole file: storage and copies err.
    func hash(with values: [Float]) throws -> String {
      var (plain, hash) = (self, FNV1a())
      plain.hash = nil
      hash.add(try JSONText.compact(plain))
      for value in values { hash.add(word: UInt64(value.bitPattern)) }
      return hash.text
    }

    init(_ features: Features) {
      let subject = features.subject
      model = subject.model
      weights = subject.weights
      weightsKey = subject.weightsChoice?.chosen
      otherWeights = subject.weightsChoice?.others
      notes = subject.weightsChoice.notes
      weightsHash = subject.weightsHash
      input = [subject.input.height, subject.input.width]
      tap = subject.tap
      preprocessing = subject.preprocessing.stated
      extents = subject.extents
      inputs = features.inputs
      list = features.list
      command = features.command
      shards = features.shards.map(\.text)
      makers = features.makers
      rows = features.rows
    }

    /// Without its values; nil where it cannot have been written by this program.
    var features: Features? {
      let shards = shards.compactMap(Shard.init).sorted()
      guard input.count == 2, (1...3).contains(extents.count), extents.allSatisfy({ $0 > 0 }),
        extents.allSatisfy({ $0 <= 1 << 24 }), shards.count == self.shards.count,
        (1...100_000_000).contains(inputs), !makers.isEmpty
      else { return nil }
      let (width, overflows) = extents.reduce((1, false)) { sum, extent in
        let (product, overflow) = sum.0.multipliedReportingOverflow(by: extent)
        return (product, sum.1 || overflow)
      }
      guard !overflows, width <= 1 << 40 else { return nil }
      let subject = Subject(
        model: model, weights: weights, weightsHash: weightsHash,
        weightsChoice: weightsKey.map {
          WeightsChoice(chosen: $0, others: otherWeights ?? [], notes: notes ?? [])
        },
        input: InputSize(height: input[0], width: input[1]), tap: tap,
        preprocessing: preprocessing ?? .own, extents: extents)
      var features = Features(
        subject, inputs: inputs, list: list, shards: shards, makers: Set(makers).sorted())
      features.command = command
      features.rows = rows
      guard zip(rows, rows.dropFirst()).allSatisfy({ $0.index < $1.index }),
        rows.allSatisfy({ features.covers($0.index) })
      else { return nil }
      return features
    }
  }
}
