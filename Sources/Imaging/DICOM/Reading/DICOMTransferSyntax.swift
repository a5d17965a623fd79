import CDCMTK

/// The encoding of a DICOM file: byte order and compression.
package struct DICOMTransferSyntax: Sendable, Hashable, CustomStringConvertible {
  /// The UID, such as `1.2.840.10008.1.2.4.50`.
  package let uid: String

  /// Creates a transfer syntax from its UID, known or not.
  package init(uid: String) {
    self.uid = uid
  }

  /// The name in the standard, such as `JPEG Baseline`; the UID if there is none.
  package var name: String {
    var reason = lb_dcm_reason()
    lb_dcm_uid_name(uid, &reason)
    return reason.string
  }

  /// Whether pixels in this transfer syntax can be decoded.
  package var isSupported: Bool { lb_dcm_is_supported_syntax(uid) != 0 }

  /// The name and the UID.
  package var description: String { "\(name) (\(uid))" }
}
