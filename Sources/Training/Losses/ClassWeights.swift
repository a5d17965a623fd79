/// Weights of classes for a loss, so that rare classes count as much as frequent ones.
public enum ClassWeights {
  /// Inverse frequencies: items / (classes · items of the class), scikit-learn's `compute_class_weight("balanced")`.
  ///
  /// The mean over the items is 1. Only classes that occur are counted; the weight of an absent one is 0.
  ///
  /// - Parameters:
  ///   - targets: The class of each item.
  ///   - classCount: The number of classes. Default: the highest index plus 1.
  /// - Returns: One weight per class.
  /// - Precondition: Targets are below the number of classes.
  public static func balanced(_ targets: [Int], classCount: Int? = nil) -> [Float] {
    var counts = [Int](repeating: 0, count: classCount ?? (targets.max() ?? -1) + 1)
    for target in targets {
      precondition(
        counts.indices.contains(target), "the class \(target) of \(counts.count) classes")
      counts[target] += 1
    }
    let present = Double(counts.count { $0 > 0 })
    return counts.map {
      $0 == 0 ? 0 : Float(Double(targets.count) / (present * Double($0)))
    }
  }

  /// Inverse frequencies of labels, in the order of a vocabulary.
  public static func balanced(labels: [String], vocab: [String]) -> [Float] {
    balanced(labels.compactMap(vocab.firstIndex(of:)), classCount: vocab.count)
  }

  /// The weight of positive targets of each label (`pos_weight`): items without it per item with it; 1 if none has it.
  ///
  /// - Parameter targets: Whether each item has each label: 1 or 0, one row per item.
  /// - Returns: One weight per label.
  public static func positive(_ targets: [[Float]]) -> [Float] {
    (0..<(targets.first?.count ?? 0)).map { label in
      let positives = targets.count { $0[label] > 0.5 }
      return positives == 0 ? 1 : Float(targets.count - positives) / Float(positives)
    }
  }
}
