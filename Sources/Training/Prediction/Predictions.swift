public import DataBlocks

/// A file that was predicted.
public struct PredictedItem: Sendable, Equatable {
  /// The path of the file.
  public let path: String
  /// The frame of a DICOM file with several, from 0; nil: as the pipeline says.
  public let frame: Int?
  /// The unique identifier of a DICOM object (SOPInstanceUID); nil for other files.
  public let sopInstanceUID: String?
  /// The patient, if a table says so.
  public let patient: String?
}

/// The outputs of a model for many items.
public struct Predictions: Sendable {
  /// Outputs before the activation and the temperature, one row per item.
  public let outputs: [[Float]]
  /// Probabilities, one row per item: the loss's activation of the outputs, divided by the temperature if there is one.
  public let probabilities: [[Float]]
  /// The true class of each item; empty if there are no labels, or if they are not one class per item.
  public let targets: [Int]
  /// The targets of labels that do not exclude each other (1 or 0) and of regressions, one row per item; else empty.
  public let targetValues: [[Float]]
  /// The loss of each item; empty if there are no labels.
  public let losses: [Double]
  /// Each item's index in its source.
  public let itemIndices: [Int]
  /// The file of each row; empty if the source has no files.
  public internal(set) var items: [PredictedItem] = []
  /// The files that could not be read and were skipped, in the order of the items.
  public internal(set) var skipped: [DataError] = []
  /// The probability of the second of two classes from which it is decided; nil: the loss's decoding decides.
  public private(set) var threshold: Double?
  /// The class that the threshold is about; nil: the second of two.
  package private(set) var thresholdClass: Int?
  /// The loss, whose activation and decoding the predictions have.
  package let lossFunction: LossFunction
  /// The mean of the losses of batches by their items, as fastai's `validate` has it; nil if there are none.
  var batchLoss: Double?
  /// Whether the first of two columns was added for the class without an output.
  private(set) var isWidened = false

  /// Creates predictions from their parts.
  ///
  /// - Precondition: One row, and one target and loss if there are any, per item.
  package init(
    outputs: [[Float]], probabilities: [[Float]], targets: [Int], losses: [Double] = [],
    itemIndices: [Int]? = nil, targetValues: [[Float]] = [],
    lossFunction: LossFunction = .crossEntropy(), threshold: Double? = nil
  ) {
    precondition(
      probabilities.count == outputs.count && (targets.isEmpty || targets.count == outputs.count)
        && (targetValues.isEmpty || targetValues.count == outputs.count),
      "\(outputs.count) outputs, \(probabilities.count) probabilities, \(targets.count) targets, "
        + "\(targetValues.count) rows of target values")
    self.outputs = outputs
    self.probabilities = probabilities
    self.targets = targets
    self.targetValues = targetValues
    self.losses = losses
    self.itemIndices = itemIndices ?? Array(outputs.indices)
    self.lossFunction = lossFunction
    self.threshold = threshold
  }

  /// Number of items.
  public var count: Int { outputs.count }

  /// Number of outputs per item.
  package var classCount: Int { outputs.first?.count ?? 0 }

  /// The mean loss: of each batch, weighted by its items, if batches are known, else of `losses`; nil without labels.
  package var meanLoss: Double? {
    batchLoss ?? (losses.isEmpty ? nil : losses.reduce(0, +) / Double(losses.count))
  }

  /// Whether a probability or an output is NaN.
  var hasNaN: Bool {
    probabilities.contains { $0.contains(where: \.isNaN) }
      || outputs.contains { $0.contains(where: \.isNaN) }
  }

  /// The same predictions with one column per class, if the model has one output for two classes.
  ///
  /// The output is the logit of the second class: its column stays, and the first class has output 0 and the rest of
  /// the probability.
  ///
  /// - Parameter classCount: The number of classes.
  /// - Returns: Two columns for one output of two classes, else the same.
  package func columns(forClasses classCount: Int) -> Predictions {
    guard classCount == 2, self.classCount == 1 else { return self }
    var wide = Predictions(
      outputs: outputs.map { [0, $0[0]] }, probabilities: probabilities.map { [1 - $0[0], $0[0]] },
      targets: targets, losses: losses, itemIndices: itemIndices,
      lossFunction: lossFunction, threshold: threshold)
    wide.isWidened = true
    wide.batchLoss = batchLoss
    wide.items = items
    wide.skipped = skipped
    return wide
  }

  /// The predictions of some rows, in their order; a row may occur several times.
  package func selecting(_ rows: [Int]) -> Predictions {
    var part = Predictions(
      outputs: rows.map { outputs[$0] }, probabilities: rows.map { probabilities[$0] },
      targets: targets.isEmpty ? [] : rows.map { targets[$0] },
      losses: losses.isEmpty ? [] : rows.map { losses[$0] },
      itemIndices: rows.map { itemIndices[$0] },
      targetValues: targetValues.isEmpty ? [] : rows.map { targetValues[$0] },
      lossFunction: lossFunction, threshold: threshold)
    part.isWidened = isWidened
    part.thresholdClass = thresholdClass
    part.items = items.isEmpty ? [] : rows.map { items[$0] }
    return part
  }

  /// One label of several that do not exclude each other, as one output for two classes.
  package func finding(_ index: Int) -> Predictions {
    var part = Predictions(
      outputs: outputs.map { [$0[index]] }, probabilities: probabilities.map { [$0[index]] },
      targets: targetValues.map { $0[index] > 0.5 ? 1 : 0 }, itemIndices: itemIndices,
      lossFunction: lossFunction, threshold: threshold)
    part.items = items
    return part
  }

  /// The same rows with other probabilities, which do not follow from the outputs; there are no losses.
  func withProbabilities(_ probabilities: [[Float]]) -> Predictions {
    var mixed = Predictions(
      outputs: outputs, probabilities: probabilities, targets: targets, itemIndices: itemIndices,
      targetValues: targetValues, lossFunction: lossFunction, threshold: threshold)
    mixed.isWidened = isWidened
    mixed.thresholdClass = thresholdClass
    mixed.items = items
    mixed.skipped = skipped
    return mixed
  }

  /// The same predictions, decided by one class: an item is of it if its probability is at least a threshold, else of
  /// the most probable of the others.
  ///
  /// - Precondition: There is a column of this class.
  package func deciding(_ classIndex: Int, from threshold: Double) -> Predictions {
    precondition(
      count == 0 || (0..<classCount).contains(classIndex), "class \(classIndex) of \(classCount)")
    var decided = self
    decided.threshold = threshold
    decided.thresholdClass = classIndex
    return decided
  }

  // MARK: Decoding

  /// The index of the class of each item, by the threshold if there is one, else by the loss's decoding
  /// (`with_decoded`).
  ///
  /// Of equally probable classes it is the first. One output counts as the second of two classes. Of labels that do not
  /// exclude each other it is the most probable one; `decodedLabels` has all.
  public var decoded: [Int] {
    if let threshold, let index = thresholdClass {
      return probabilities.map { row in
        if Double(row[index]) >= threshold { return index }
        let others = row.indices.filter { $0 != index }
        return others.dropFirst().reduce(others.first ?? index) { row[$1] > row[$0] ? $1 : $0 }
      }
    }
    if let threshold, classCount <= 2 {
      return probabilities.map { Double($0[$0.count - 1]) >= threshold ? 1 : 0 }
    }
    switch lossFunction.decoding {
    case .classIndex(let rule): return probabilities.map(rule)
    case .threshold(let limit) where classCount == 1 || isWidened:
      return probabilities.map { $0[$0.count - 1] > limit ? 1 : 0 }
    default:
      if classCount == 1 { return probabilities.map { $0[0] > 0.5 ? 1 : 0 } }
      return zip(probabilities, outputs).map { p, z in
        // Probabilities of very large outputs are rounded to the same number.
        p.indices.dropFirst().reduce(0) {
          (p[$1], z[$1]) > (p[$0], z[$0]) ? $1 : $0
        }
      }
    }
  }

  /// Whether each item has each label, for labels that do not exclude each other: the probability is above the
  /// threshold of the loss, 0.5 for other losses.
  public var decodedLabels: [[Bool]] {
    var limit: Float = 0.5
    if case .threshold(let own) = lossFunction.decoding { limit = own }
    return probabilities.map { $0.map { $0 > limit } }
  }

  /// The answer for a row as text: its class, its labels separated by a delimiter, or its numbers.
  package func answer(ofRow row: Int, vocab: [String], delimiter: String = ";") -> String {
    if isMultiLabel(vocab) {
      var limit: Float = 0.5
      if case .threshold(let own) = lossFunction.decoding { limit = own }
      return zip(vocab, probabilities[row]).filter { $0.1 > limit }.map(\.0)
        .joined(separator: delimiter)
    }
    if vocab.isEmpty {
      return probabilities[row].map { "\($0)" }.joined(separator: delimiter)
    }
    return vocab[selecting([row]).columns(forClasses: vocab.count).decoded[0]]
  }

  /// Whether each of the classes is a label of its own.
  package func isMultiLabel(_ vocab: [String]) -> Bool {
    if case .threshold = lossFunction.decoding { return !isWidened && classCount == vocab.count }
    return false
  }
}
