import Files

/// The parts of the data by the folders at the top: `train/…`, `valid/…`, `test/…`.
struct FolderParts {
  /// The folders that an image lies in, below that of its part.
  private let depth: Int
  /// Whether the folders give a split: those of training and validation are there, or of validation and test.
  let isSplit: Bool
  /// Whether items of the test are known.
  private let hasParts: Bool
  /// The names of the folders of parts, sorted.
  let names: [String]

  /// Looks at the folders at the top.
  ///
  /// - Parameters:
  ///   - folder: The images.
  ///   - isUnwanted: Whether the split is not used; the folders of parts are no classes in either case.
  ///   - place: The path of the data, for messages.
  /// - Throws: `DataError` if only some of the folders are parts.
  init(_ folder: ImageFolder, isUnwanted: Bool, place: String) throws(DataError) {
    let tops = Set(
      (folder.images + folder.dangling).compactMap { path in
        let parts = folder.parts(of: path)
        return parts.count > 1 ? String(parts[0]) : nil
      })
    let named = tops.filter { DataSplit(name: $0) != nil }
    let kinds = Set(named.compactMap { DataSplit(name: $0) })
    if kinds.count > 1, named.count < tops.count {
      throw DataError(
        .labels(
          .mixedFolders(parts: named.sorted(), others: tops.subtracting(named).sorted())),
        path: place)
    }
    // One folder "test" beside "control" is a class.
    let areParts = !named.isEmpty && named.count == tops.count
    depth = areParts ? 1 : 0
    names = areParts ? named.sorted() : []
    isSplit = areParts && !isUnwanted && kinds.contains(.valid) && kinds.count > 1
    hasParts = areParts && !isUnwanted && kinds.count > 1
  }

  /// The part of a path, and its folders and name below it.
  func divide(_ parts: [Substring]) -> (split: DataSplit?, rest: ArraySlice<Substring>) {
    guard depth == 1, parts.count > 1 else { return (nil, parts[...]) }
    let part = DataSplit(name: String(parts[0]))
    // Without images for validation, some of training are drawn.
    return (hasParts && (isSplit || part == .test) ? part : nil, parts.dropFirst())
  }
}
