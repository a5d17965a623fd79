import CKernels
import COneDNN
import COpenBLAS
import Synchronization

/// The process-wide choices: threads, the convolution algorithm, precision; and what the machine has.
public enum Compute {
  /// How convolutions may be computed.
  public enum ConvolutionAlgorithm: String, Sendable, CaseIterable, Codable {
    /// Whatever is fastest, Winograd included: differs from `direct` by some 1e-6, relative.
    case fastest
    /// Never Winograd.
    case direct
  }

  /// What convolutions and linear layers compute in.
  public enum Precision: String, Sendable, CaseIterable, Codable {
    /// Single precision throughout.
    case float32
    /// Mixed: images and filters are rounded to bfloat16 where they meet, sums are kept in float32; so
    /// are weights, statistics of batch norm, the loss and the optimizer's state.
    case bfloat16
  }

  private struct Choices {
    var precision = Precision.float32
    var convolution = ConvolutionAlgorithm.fastest
    var reorderedBytes = 0
    var reorders = 0
  }
  private static let choices = Mutex(Choices())

  /// Threads that operations run on: libgomp's pool (oneDNN, our kernels) and OpenBLAS' alike.
  public static var threads: Int {
    get { Int(lb_threads()) }
    set {
      precondition(newValue > 0, "at least one thread is needed, not \(newValue)")
      lb_set_threads(Int32(newValue))
      lb_blas_set_threads(Int32(newValue))
    }
  }

  /// Processor cores that this process may use.
  public static var cores: Int { Int(lb_online_cores()) }

  /// The algorithm of convolutions; `.fastest` unless set.
  public static var convolution: ConvolutionAlgorithm {
    get { choices.withLock { $0.convolution } }
    set { choices.withLock { $0.convolution = newValue } }
  }

  /// What convolutions and linear layers compute in; set by `use(_:)`.
  public static var precision: Precision { choices.withLock { $0.precision } }

  /// Chooses the precision of convolutions and linear layers, from now on.
  ///
  /// - Throws: `UnsupportedPrecision` where the processor would only pretend.
  public static func use(_ precision: Precision) throws(UnsupportedPrecision) {
    guard precision != .bfloat16 || lb_has_bfloat16() || lb_emulates_bfloat16() else {
      throw UnsupportedPrecision(
        precision: precision, instructions: String(cString: lb_onednn_isa()))
    }
    choices.withLock { $0.precision = precision }
  }

  /// Memory held by tensors.
  public static var memory: MemoryUse { MemoryPool.shared.use }

  /// Bytes of main memory that can still be had without swapping.
  public static var availableMemory: Int { Int(clamping: lb_memory_available()) }

  /// The highest resident size of this process so far, in bytes.
  public static var peakResidentMemory: Int { Int(clamping: lb_memory_peak_resident()) }

  /// Starts a new measurement of `memory.peak`.
  public static func resetMemoryPeak() { MemoryPool.shared.resetPeak() }

  /// Gives freed blocks back to the system.
  public static func releaseCachedMemory() { MemoryPool.shared.releaseCached() }

  /// Reorders between physical layouts so far, and the bytes they read.
  public static var reorders: (count: Int, bytes: Int) {
    choices.withLock { ($0.reorders, $0.reorderedBytes) }
  }

  static func countReorder(bytes: Int) {
    choices.withLock {
      $0.reorders += 1
      $0.reorderedBytes += bytes
    }
  }

  /// Lines for people: libraries with their versions, instruction set, threads.
  public static var description: [(name: String, value: String)] {
    let blas = lb_blas_load()
    return [
      ("cores", "\(cores)"),
      ("threads", "\(threads)"),
      ("oneDNN", "\(String(cString: lb_onednn_version())), \(String(cString: lb_onednn_isa()))"),
      (
        "OpenBLAS",
        blas
          ? "\(String(cString: lb_blas_description())) on \(String(cString: lb_blas_core())) kernels"
          : "cannot be loaded: \(String(cString: lb_blas_error()))"
      ),
      ("bfloat16", lb_has_bfloat16() ? "in hardware" : "not in hardware"),
    ]
  }
}

/// A precision that the processor does not have.
public struct UnsupportedPrecision: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was asked for.
  public let precision: Compute.Precision
  /// What the processor has.
  public let instructions: String

  /// What is missing, and the way out.
  public var description: String {
    "\(precision.rawValue) needs AVX-512, and this processor has \(instructions): use float32"
  }
}
