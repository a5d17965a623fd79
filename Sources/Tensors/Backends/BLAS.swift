import COpenBLAS
import Synchronization

/// Matrix products with OpenBLAS.
enum BLAS {
  /// Row-major `c[m, n] = op(a) op(b) + beta c`, contiguous.
  static func gemm(
    _ a: UnsafePointer<Float>, transposed ta: Bool, _ b: UnsafePointer<Float>, transposed tb: Bool,
    m: Int, n: Int, k: Int, beta: Float = 0, into c: UnsafeMutablePointer<Float>
  ) {
    guard m > 0, n > 0 else { return }
    guard lb_blas_load() else {
      let reason = String(cString: lb_blas_error())
      // A limit of the address space; the library is there.
      if reason.contains("map") || reason.contains("allocate") {
        MemoryPool.exhausted.withLock(\.self)(
          "there is not enough memory to load OpenBLAS: \(reason)")
      }
      fatalError("OpenBLAS cannot be loaded: \(reason); install the package libopenblas0")
    }
    Profiler.measure(
      "matmul", "OpenBLAS", operations: 2 * Double(m) * Double(n) * Double(k)
    ) {
      lb_sgemm(ta, tb, m, n, k, 1, a, max(ta ? m : k, 1), b, max(tb ? k : n, 1), beta, c, n)
    }
  }
}
