import CKernels
import COneDNN
import COpenBLAS
import Files
import Synchronization

/// Process-wide settings: threads, precision and the convolution algorithm.
public enum Compute {
  /// Algorithm of convolutions.
  public enum ConvolutionAlgorithm: String, Sendable, CaseIterable, Codable {
    /// The fastest algorithm, including Winograd: relative difference to `direct` about 1e-6.
    case fastest
    /// Direct convolution, never Winograd.
    case direct
  }

  /// Precision of convolutions and linear layers.
  public enum Precision: String, Sendable, CaseIterable, Codable {
    /// Single precision.
    case float32
    /// Mixed precision: images and filters are rounded to bfloat16, sums are float32. Weights, batch norm
    /// statistics, the loss and the optimizer state stay float32.
    case bfloat16
  }

  private struct Choices {
    var precision = Precision.float32
    var convolution = ConvolutionAlgorithm.fastest
    var reorderedBytes = 0
    var reorders = 0
  }
  private static let choices = Mutex(Choices())

  /// Number of threads (`torch.set_num_threads`); default: the cores that this process may use, or `OMP_NUM_THREADS`.
  ///
  /// Applies to oneDNN, OpenBLAS and all other kernels. Processor affinity and the quota of control groups limit
  /// the default. Threads that wait sleep, whatever `OMP_WAIT_POLICY` says.
  public static var threads: Int {
    get { Int(lb_threads()) }
    set {
      precondition(newValue > 0, "threads must be positive, got \(newValue)")
      lb_set_threads(Int32(newValue))
      lb_blas_set_threads(Int32(newValue))
    }
  }

  /// Number of processor cores that this process may use.
  package static var cores: Int { ProcessLimits.cores }

  /// The instruction set that oneDNN uses, as a value of `ONEDNN_MAX_CPU_ISA`, which limits it.
  package static var instructionSet: String { String(cString: lb_onednn_isa_name()) }

  /// Whether oneDNN has this instruction set, a value of `ONEDNN_MAX_CPU_ISA`, here.
  package static func supports(instructionSet name: String) -> Bool {
    let sets = [
      "SSE41", "AVX", "AVX2", "AVX512_CORE", "AVX512_CORE_VNNI", "AVX512_CORE_BF16",
      "AVX512_CORE_AMX",
    ]
    let own = instructionSet == "AVX2_VNNI" ? "AVX2" : instructionSet
    guard let wanted = sets.firstIndex(of: name), let best = sets.firstIndex(of: own) else {
      return false
    }
    return wanted <= best
  }

  /// Whether oneDNN computes in bfloat16 here, in the processor or emulated with AVX-512.
  package static var supportsBFloat16: Bool { hasBFloat16Instructions || lb_emulates_bfloat16() }

  /// Whether the processor computes with bfloat16 itself.
  package static var hasBFloat16Instructions: Bool { lb_has_bfloat16() }

  /// Algorithm of convolutions, `.fastest` by default.
  public static var convolution: ConvolutionAlgorithm {
    get { choices.withLock { $0.convolution } }
    set { choices.withLock { $0.convolution = newValue } }
  }

  /// Precision of convolutions and linear layers; set with `use(_:)`.
  public static var precision: Precision { choices.withLock { $0.precision } }

  /// Sets the precision of convolutions and linear layers.
  ///
  /// - Throws: `UnsupportedPrecision` if the processor does not support it.
  public static func use(_ precision: Precision) throws(UnsupportedPrecision) {
    guard precision != .bfloat16 || supportsBFloat16 else {
      throw UnsupportedPrecision(
        reason: .needsAVX512(
          precision: precision, instructions: String(cString: lb_onednn_isa())))
    }
    choices.withLock { $0.precision = precision }
  }

  /// Bytes in use by tensors, their peak, and bytes in cached blocks (`torch.cuda.memory_allocated`,
  /// `max_memory_allocated`).
  package static var memory: (inUse: Int, peak: Int, cached: Int) { MemoryPool.shared.use }

  /// Bytes that can still be allocated: what the machine, control groups and resource limits leave, less what has been
  /// allocated and not been written to.
  package static var availableMemory: Int { MemoryPool.shared.available }

  /// Sets what is done if memory runs out in an operation, which cannot throw.
  ///
  /// - Parameter end: Receives the message and ends the process. Default: `fatalError`.
  package static func onOutOfMemory(_ end: @escaping @Sendable (String) -> Never) {
    MemoryPool.exhausted.withLock { $0 = end }
  }

  /// Peak resident size of this process in bytes.
  package static var peakResidentMemory: Int { Int(clamping: lb_memory_peak_resident()) }

  /// Resets `memory.peak` (`torch.cuda.reset_peak_memory_stats`).
  package static func resetMemoryPeak() { MemoryPool.shared.resetPeak() }

  /// Number of reorders between physical layouts so far, and the bytes they read.
  package static var reorders: (count: Int, bytes: Int) {
    choices.withLock { ($0.reorders, $0.reorderedBytes) }
  }

  static func countReorder(bytes: Int) {
    choices.withLock {
      $0.reorders += 1
      $0.reorderedBytes += bytes
    }
  }

  /// Libraries with versions, instruction set and threads, for display.
  package static var description: [(name: String, value: String)] {
    let blas = lb_blas_load()
    let limits = ProcessLimits()
    return [
      ("cores", limits.coreText),
      (
        "threads",
        "\(threads), \(lb_openmp_sleeps() ? "idle threads sleep" : "idle threads wait as set in the environment")"
      ),
      ("oneDNN", "\(String(cString: lb_onednn_version())), \(String(cString: lb_onednn_isa()))"),
      (
        "OpenBLAS",
        blas
          ? "\(String(cString: lb_blas_description())) on \(String(cString: lb_blas_core())) kernels"
            + (lb_blas_core_is_users() ? ", as OPENBLAS_CORETYPE is set" : "")
          : "not loaded: \(String(cString: lb_blas_error()))"
      ),
      (
        "bfloat16",
        hasBFloat16Instructions
          ? "supported by the processor"
          : lb_emulates_bfloat16()
            ? "emulated with AVX-512" : "not supported by the processor"
      ),
      ("memory limit", limits.memoryText),
      ("memory free", "\(availableMemory >> 20) MiB"),
    ]
  }
}
