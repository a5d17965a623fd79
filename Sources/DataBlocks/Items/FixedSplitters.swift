/// A split by each item's own `split`: fastai's `ColSplitter`.
///
/// Test items are on neither side.
public struct ColSplitter: Splitter {
  /// Creates a splitter.
  public init() {}

  /// Reads the items' splits.
  public func split(_ items: [DataItem]) -> (train: [Int], valid: [Int]) {
    func indices(_ split: DataSplit) -> [Int] { items.indices.filter { items[$0].split == split } }
    return (indices(.train), indices(.valid))
  }
}

/// A split by given indices: fastai's `IndexSplitter`.
public struct IndexSplitter: Splitter {
  private let valid: [Int]

  /// Creates a splitter from the validation indices (`valid_idx`).
  public init(_ valid: [Int]) { self.valid = valid }

  /// Everything else is for training.
  public func split(_ items: [DataItem]) -> (train: [Int], valid: [Int]) {
    let held = Set(valid)
    return (items.indices.filter { !held.contains($0) }, valid)
  }
}

/// A split by the folder two above the file, as in `train/cat/1.png`: fastai's `GrandparentSplitter`.
public struct GrandparentSplitter: Splitter {
  private let train: Set<String>
  private let valid: Set<String>

  /// Creates a splitter from the names of the two folders (`train_name`, `valid_name`).
  public init(train: String = "train", valid: String = "valid") {
    self.init(train: [train], valid: [valid])
  }

  /// Creates a splitter from several names of folders for each side.
  public init(train: [String], valid: [String]) {
    self.train = Set(train)
    self.valid = Set(valid)
  }

  /// Items in neither folder are left out.
  public func split(_ items: [DataItem]) -> (train: [Int], valid: [Int]) {
    func indices(_ names: Set<String>) -> [Int] {
      items.indices.filter { index in
        let parts = items[index].path.split(separator: "/")
        return parts.count >= 3 && names.contains(String(parts[parts.count - 3]))
      }
    }
    return (indices(train), indices(valid))
  }
}

/// A split by a function: fastai's `FuncSplitter`.
public struct FuncSplitter: Splitter {
  private let isValid: @Sendable (DataItem) -> Bool

  /// Creates a splitter from a function that returns true for validation items.
  public init(_ isValid: @escaping @Sendable (DataItem) -> Bool) { self.isValid = isValid }

  /// Asks the function for each item.
  public func split(_ items: [DataItem]) -> (train: [Int], valid: [Int]) {
    let held = items.map(isValid)
    return (items.indices.filter { !held[$0] }, items.indices.filter { held[$0] })
  }
}
