import CDCMTK

/// How a file that can be read differs from the standard's form (PS3.10).
package enum DICOMIrregularity: String, Sendable, CaseIterable {
  /// The file has no preamble with the prefix `DICM`.
  case noPreamble = "no preamble"
  /// There is no file meta information that states the transfer syntax.
  case noTransferSyntax = "no transfer syntax"
  /// Value representations or the byte order are not those of the transfer syntax.
  case otherEncoding = "not encoded as its transfer syntax states"
  /// Bytes that are no data elements follow the pixels.
  case bytesBehind = "bytes behind the pixels"
}

extension DICOMFile {
  /// How the file differs from the standard's form; its attributes and pixels are right all the same.
  package var irregularities: [DICOMIrregularity] {
    let facts = handle.read { lb_dcm_facts_of($0) }
    let found: [(Int32, DICOMIrregularity)] = [
      (facts.lacks_preamble, .noPreamble), (facts.lacks_syntax, .noTransferSyntax),
      (facts.is_written_otherwise, .otherEncoding), (facts.has_bytes_behind, .bytesBehind),
    ]
    return found.filter { $0.0 != 0 }.map(\.1)
  }
}
