import Files
import Tensors

extension ItemFacts {
  /// The patients that DICOM headers name, without placeholders; nil where there is none.
  ///
  /// Other than `gather`, it reads headers only.
  ///
  /// - Parameters:
  ///   - paths: The files; those that cannot be read have no patient.
  ///   - threads: Threads that read.
  /// - Returns: One patient per file, in order.
  package static func patients(_ paths: [String], threads: Int = Compute.cores) -> [String?] {
    var facts = concurrentMap(paths, threads: threads) { ItemFacts(header: $0) }
    removePlaceholders(&facts)
    addIssuers(&facts)
    return facts.map(\.patient)
  }
}
