import CDCMTK
import Files
import Foundation

/// The open file behind a `DICOMFile`.
///
/// `@unchecked Sendable`: `lock` protects `pointer` and `isHeaderOnly`.
final class DICOMHandle: @unchecked Sendable {
  let name: String
  let path: String?
  private let lock = NSLock()
  private var pointer: OpaquePointer
  private var isHeaderOnly: Bool

  init(path: String, headerOnly: Bool) throws(DICOMError) {
    name = path
    self.path = path
    isHeaderOnly = headerOnly
    pointer = try Self.open(path: path, headerOnly: headerOnly)
  }

  init(bytes: [UInt8], name: String) throws(DICOMError) {
    var opened: OpaquePointer?
    var reason = lb_dcm_reason()
    let status = bytes.withUnsafeBufferPointer {
      lb_dcm_open_bytes($0.baseAddress, $0.count, 0, &opened, &reason)
    }
    guard status == LB_DCM_OK, let opened else {
      throw DICOMError(
        status, file: name, reason: reason, head: Array(bytes.prefix(FileFormat.headCount)))
    }
    self.name = name
    path = nil
    isHeaderOnly = false
    pointer = opened
  }

  deinit { lb_dcm_close(pointer) }

  private static func open(path: String, headerOnly: Bool) throws(DICOMError) -> OpaquePointer {
    var opened: OpaquePointer?
    var reason = lb_dcm_reason()
    let status = lb_dcm_open_path(FileName.bytes(of: path), headerOnly ? 1 : 0, &opened, &reason)
    guard status == LB_DCM_OK, let opened else {
      throw DICOMError(
        status, file: path, reason: reason, head: FileHead.read(path, count: FileFormat.headCount))
    }
    return opened
  }

  /// Calls `body` with exclusive access to the file.
  func read<Result>(_ body: (OpaquePointer) -> Result) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return body(pointer)
  }

  /// Calls `body` with exclusive access to the complete file, opened again if only its header was
  /// read.
  func readPixels<Result>(
    _ body: (OpaquePointer) throws(DICOMError) -> Result
  ) throws(DICOMError) -> Result {
    lock.lock()
    defer { lock.unlock() }
    if isHeaderOnly, let path {
      let whole = try Self.open(path: path, headerOnly: false)
      lb_dcm_close(pointer)
      pointer = whole
      isHeaderOnly = false
    }
    return try body(pointer)
  }
}

extension DICOMError {
  init(_ status: lb_dcm_status, file: String, reason: lb_dcm_reason) {
    let kind: Reason =
      switch status {
      case LB_DCM_UNREADABLE: .unreadable
      case LB_DCM_EMPTY_FILE: .emptyFile
      case LB_DCM_NOT_DICOM: .notDICOM
      case LB_DCM_TRUNCATED_PIXEL_DATA: .truncatedPixelData
      case LB_DCM_NO_PIXEL_DATA: .noPixelData
      case LB_DCM_EMPTY_PIXEL_DATA: .emptyPixelData
      case LB_DCM_MISSING_ATTRIBUTE: .missingAttribute
      case LB_DCM_INVALID_ATTRIBUTE: .invalidAttribute
      case LB_DCM_UNSUPPORTED_TRANSFER_SYNTAX: .unsupportedTransferSyntax
      case LB_DCM_UNSUPPORTED_PIXEL_DATA: .unsupportedPixelData
      case LB_DCM_CORRUPT_PIXEL_DATA: .corruptPixelData
      case LB_DCM_UNWRITABLE: .unwritable
      case LB_DCM_EXCESSIVE: .tooLarge
      default: .truncated
      }
    self.init(kind, file: file, detail: reason.string)
  }

  /// An error of opening; of a file that is not DICOM, `head` tells what it is.
  init(_ status: lb_dcm_status, file: String, reason: lb_dcm_reason, head: [UInt8]) {
    guard status == LB_DCM_NOT_DICOM, let format = FileFormat(head: head) else {
      self.init(status, file: file, reason: reason)
      return
    }
    self.init(.notDICOM, file: file, detail: "it is \(format.rawValue)")
  }
}
