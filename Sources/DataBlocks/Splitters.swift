import Tensors

/// Divides items into those to learn from and those to choose by.
public struct Splitter: Sendable {
  private let divide: @Sendable ([DataItem]) throws -> (train: [Int], valid: [Int])

  /// Makes a splitter from a function that gives positions.
  public init(_ divide: @escaping @Sendable ([DataItem]) throws -> (train: [Int], valid: [Int])) {
    self.divide = divide
  }

  /// Positions of the items on either side.
  public func callAsFunction(_ items: [DataItem]) throws -> (train: [Int], valid: [Int]) {
    try divide(items)
  }

  /// At random, with fastai's own permutation for a seed.
  public static func random(validFraction: Double = 0.2, seed: UInt32 = 42) -> Splitter {
    precondition(
      (0..<1).contains(validFraction), "a share for validation lies in 0..<1, not \(validFraction)")
    return Splitter { items in
      var generator = MersenneTwister(seed: seed)
      let order = generator.permutation(items.count)
      let cut = Int(validFraction * Double(items.count))
      return (Array(order[cut...]), Array(order[..<cut]))
    }
  }

  /// By the items' own `split`; test items are on neither side.
  public static let byColumn = Splitter { items in
    (
      items.indices.filter { items[$0].split == .train },
      items.indices.filter { items[$0].split == .valid }
    )
  }

  /// By patient: whole patients, in random order, go to validation until its share is reached.
  ///
  /// An item without a patient is a patient of its own.
  public static func byPatient(validFraction: Double = 0.2, seed: UInt32 = 42) -> Splitter {
    Splitter { items in
      var groups: [[Int]] = []
      var places: [String: Int] = [:]
      for (index, item) in items.enumerated() {
        if let patient = item.patient, let place = places[patient] {
          groups[place].append(index)
        } else {
          if let patient = item.patient { places[patient] = groups.count }
          groups.append([index])
        }
      }
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

  /// The positions given are validation.
  public static func byIndex(_ valid: [Int]) -> Splitter {
    Splitter { items in
      let held = Set(valid)
      return (items.indices.filter { !held.contains($0) }, valid)
    }
  }

  /// By the name of the folder two above the file, as in `train/cat/1.png`.
  public static func byGrandparent(train: String = "train", valid: String = "valid") -> Splitter {
    Splitter { items in
      func folder(_ item: DataItem) -> Substring? {
        let parts = item.path.split(separator: "/")
        return parts.count >= 3 ? parts[parts.count - 3] : nil
      }
      return (
        items.indices.filter { folder(items[$0]).map(String.init) == train },
        items.indices.filter { folder(items[$0]).map(String.init) == valid }
      )
    }
  }
}

/// Patients that stand on both sides of a split; empty where none does or nothing is known of patients.
public func sharedPatients(_ first: [DataItem], _ second: [DataItem]) -> [String] {
  Set(first.compactMap(\.patient)).intersection(second.compactMap(\.patient)).sorted()
}
