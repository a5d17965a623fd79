import Foundation
import Tensors
import Testing

/// Threads that wait for work sleep, whatever the environment says.
///
/// The settings are read when the first tensor operation loads the libraries, so each test has a process of its own.
@Suite("Waiting threads")
struct WaitingThreadsTests {
  /// The processor time that this process uses while its main thread sleeps, as a share of one core.
  private static func load(duringSleepOf seconds: Double) -> Double {
    func used() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
    let before = used()
    usleep(UInt32(seconds * 1e6))
    return (used() - before) / seconds
  }

  @Test("the threads of kernels and convolutions")
  func openMP() async {
    await #expect(processExitsWith: .success) {
      setenv("OMP_WAIT_POLICY", "ACTIVE", 1)
      setenv("GOMP_SPINCOUNT", "30000000000", 1)
      Compute.threads = 2
      let images = Tensor.ones([4, 16, 64, 64])
      _ = images.conv2d(Tensor.ones([16, 16, 3, 3])).relu()
      #expect(Self.load(duringSleepOf: 0.3) < 0.25)
      // The program's own environment is as before.
      #expect(String(cString: getenv("OMP_WAIT_POLICY")) == "ACTIVE")
      #expect(String(cString: getenv("GOMP_SPINCOUNT")) == "30000000000")
    }
  }

  @Test("the threads of matrix products")
  func openBLAS() async {
    await #expect(processExitsWith: .success) {
      setenv("OPENBLAS_THREAD_TIMEOUT", "30", 1)
      Compute.threads = 2
      let a = Tensor.ones([512, 512])
      _ = a.matmul(a)
      #expect(Self.load(duringSleepOf: 0.3) < 0.25)
      #expect(getenv("OPENBLAS_NUM_THREADS") == nil)
    }
  }

  @Test("the number of threads is OMP_NUM_THREADS if that is set")
  func numberOfThreads() async {
    await #expect(processExitsWith: .success) {
      setenv("OMP_NUM_THREADS", "3", 1)
      #expect(Compute.threads == 3)
    }
    await #expect(processExitsWith: .success) {
      unsetenv("OMP_NUM_THREADS")
      #expect(Compute.threads == Compute.cores)
    }
  }
}
