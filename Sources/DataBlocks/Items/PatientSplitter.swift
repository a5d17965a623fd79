import Tensors

/// A random split that keeps each patient on one side, as fmi's `dicom_splitter` intends to.
///
/// Whole patients go to validation in random order until its share is reached. An item without a patient
/// counts as a patient of its own.
public struct PatientSplitter: Splitter {
  private let validFraction: Double
  private let seed: UInt32

  /// Creates a splitter.
  ///
  /// - Parameters:
  ///   - validFraction: The largest share of items for validation (`valid_pct`), below 1.
  ///   - seed: Seeds the order of patients.
  public init(validFraction: Double = 0.2, seed: UInt32 = 42) {
    checkValidFraction(validFraction)
    self.validFraction = validFraction
    self.seed = seed
  }

  /// Assigns patients.
  public func split(_ items: [DataItem]) -> (train: [Int], valid: [Int]) {
    let groups = items.indicesByPatient
    var generator = MersenneTwister(seed: seed)
    let quota = Int(validFraction * Double(items.count))
    var (train, valid): ([Int], [Int]) = ([], [])
    for group in generator.permutation(groups.count) {
      if valid.count + groups[group].count <= quota {
        valid += groups[group]
      } else {
        train += groups[group]
      }
    }
    return (train.sorted(), valid.sorted())
  }
}

extension [DataItem] {
  /// The indices of the items of each patient, in the order of their first items; an item without a patient is a group.
  var indicesByPatient: [[Int]] {
    var groups: [[Int]] = []
    var groupOfPatient: [String: Int] = [:]
    for (index, item) in enumerated() {
      if let patient = item.patient, let group = groupOfPatient[patient] {
        groups[group].append(index)
      } else {
        if let patient = item.patient { groupOfPatient[patient] = groups.count }
        groups.append([index])
      }
    }
    return groups
  }
}
