import DataBlocks

extension LabeledItems {
  /// Checks that items have labels, and files that exist; among files that are only partly there, also lists those that
  /// cannot be read.
  ///
  /// - Parameters:
  ///   - used: Those of `items` that are used.
  ///   - pipeline: Reads the files.
  ///   - skippingMissing: Whether some files may be missing.
  /// - Throws: `DataError`.
  func check(
    _ used: [DataItem], readBy pipeline: Pipeline, skippingMissing: Bool
  ) throws(DataError) {
    do {
      try check(used, skippingMissing: skippingMissing)
    } catch {
      guard case .table(.missingFiles(_, let count, let all, hint: nil)) = error.reason,
        count < all
      else { throw error }
      throw pipeline.listing(error, among: used) as? DataError ?? error
    }
  }
}
