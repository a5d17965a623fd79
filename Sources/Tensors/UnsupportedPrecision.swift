public import Files

/// A precision that the processor does not support.
public struct UnsupportedPrecision: LightboxError, Equatable {
  /// The requested precision and the instruction set that oneDNN found.
  package enum Reason: Sendable, Equatable {
    /// The precision needs AVX-512.
    case needsAVX512(precision: Compute.Precision, instructions: String)
  }

  /// The requested precision and the instruction set that oneDNN found.
  package let reason: Reason

  /// Empty: no file is involved.
  public var place: ErrorPlace { ErrorPlace() }

  /// The missing instruction set.
  public var problem: String {
    switch reason {
    case .needsAVX512(let precision, let instructions):
      "\(precision.rawValue) needs AVX-512, and this processor has \(instructions)"
    }
  }

  /// Use float32.
  public var remedy: String? { "use float32" }
}
