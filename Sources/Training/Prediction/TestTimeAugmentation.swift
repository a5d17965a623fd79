public import DataBlocks
import Files
import Layers

/// How the passes of test time augmentation are combined.
struct TestTimeAugmentation {
  let passes: Int
  let beta: Double
  let useMax: Bool
  let allowsHorizontalFlip: Bool
  let seed: UInt64?

  /// Runs the passes over the items of a loader and one without random transforms.
  ///
  /// - Parameters:
  ///   - loader: The items.
  ///   - predict: Predicts an epoch of a loader.
  /// - Returns: The plain predictions with mixed probabilities.
  /// - Throws: What `predict` throws.
  func callAsFunction(
    _ loader: DataLoader, _ predict: (DataLoader, _ epoch: Int) throws -> Predictions
  ) throws -> Predictions {
    precondition(passes > 0, "\(passes) passes of test time augmentation")
    precondition((0...1).contains(beta), "beta is \(beta), not from 0 to 1")
    let augmented = try loader.augmented(
      allowsHorizontalFlip: allowsHorizontalFlip, seed: seed ?? loader.seed)
    let plain = try predict(try loader.inOrder(), 0)
    let found = try (0..<passes).map { try predict(augmented, $0) }
    // A file that became unreadable meanwhile is in no later pass; rows are matched by item.
    let rows = found.map { pass in
      Dictionary(
        zip(pass.itemIndices, pass.probabilities), uniquingKeysWith: { first, _ in first })
    }
    let mixed = zip(plain.itemIndices, plain.probabilities).map { index, own -> [Float] in
      let passes = rows.compactMap { $0[index] }
      guard !passes.isEmpty else { return own }
      return own.indices.map { column in
        let values = passes.map { Double($0[column]) }
        if useMax { return max(own[column], Float(values.max() ?? 0)) }
        let mean = values.reduce(0, +) / Double(values.count)
        return Float((1 - beta) * mean + beta * Double(own[column]))
      }
    }
    return plain.withProbabilities(mixed)
  }
}

extension Predictor {
  /// Whether the pipeline has a transform that may be random, without those that mirror.
  package var hasRandomTransforms: Bool {
    pipeline.transforms.contains {
      switch $0 {
      case is ReadImage, is Resize, is Normalize, is Flip, is Dihedral, is FlipItem,
        is DihedralItem, is CropPad, is RatioResize:
        false
      default: true
      }
    }
  }

  /// The class of a file by test time augmentation.
  ///
  /// - Parameters:
  ///   - path: A DICOM, PNG or JPEG file.
  ///   - frame: The frame of a DICOM file, from 0; nil: as the pipeline's `ReadImage` says.
  ///   - passes: Passes with random transforms beside the plain one; the same file always gets the same.
  /// - Returns: As `predict(_:frame:)`.
  /// - Throws: `DataError` naming the file if it cannot be read, or if the output is not finite.
  public func predict(
    _ path: String, frame: Int? = nil, tta passes: Int
  ) throws(DataError) -> (label: String, index: Int, probabilities: [Double]) {
    let item = DataItem(path: path, frame: frame)
    let row: Predictions
    do {
      row = try tta([item], n: passes, batchSize: 1, workers: 0)
        .columns(forClasses: vocab.count)
    } catch let error as DataError {
      throw error
    } catch {
      throw DataError(
        .transformFailed(
          name: "tta", problem: (error as? any LightboxError)?.problem ?? "\(error)"),
        path: path)
    }
    guard row.probabilities[0].allSatisfy(\.isFinite) else {
      throw DataError(.outputNotFinite, path: item.name)
    }
    return (
      row.answer(ofRow: 0, vocab: vocab), row.decoded[0], row.probabilities[0].map(Double.init)
    )
  }

  /// Predicts items several times with the random transforms of training, and mixes the mean of the probabilities with
  /// those of a plain pass: fastai's `tta`.
  ///
  ///     probabilities = (1 − beta) · mean of the passes + beta · plain pass
  ///
  /// A transform that mirrors the image (`Flip`, `Dihedral`, `FlipItem`, `DihedralItem`) is left out unless asked for, since laterality matters.
  ///
  /// - Parameters:
  ///   - items: Items, with labels or without.
  ///   - n: Passes with random transforms (`n`).
  ///   - beta: Weight of the plain pass (`beta`).
  ///   - useMax: Take the largest probability of all passes instead, which need not add up to 1 (`use_max`).
  ///   - allowsHorizontalFlip: Keep transforms that mirror the image.
  ///   - seed: Seeds the transforms: the same seed and batch size give the same numbers, whatever the workers.
  ///   - batchSize: Items per batch (`bs`).
  ///   - workers: Threads that read and transform. Default: all cores.
  ///   - unreadable: What to do about files that cannot be read.
  /// - Returns: The mixed probabilities; outputs are those of the plain pass, and there are no losses.
  /// - Throws: As `getPreds`.
  /// - Precondition: `n` is positive, `beta` from 0 to 1.
  public func tta(
    _ items: [DataItem], n: Int = 4, beta: Double = 0.25, useMax: Bool = false,
    allowsHorizontalFlip: Bool = false, seed: UInt64 = 42, batchSize: Int = 64,
    workers: Int? = nil, unreadable: UnreadablePolicy = .stop
  ) throws -> Predictions {
    let loader = try loader(
      items, batchSize: batchSize, workers: workers, unreadable: unreadable)
    return try TestTimeAugmentation(
      passes: n, beta: beta, useMax: useMax, allowsHorizontalFlip: allowsHorizontalFlip, seed: seed
    )(loader) { try predictions(on: $0, epoch: $1) }
  }
}
