import Foundation
import Synchronization

/// The temporary files and folders of this process, which are removed if a signal ends it.
package enum TemporaryFiles {
  private static let paths = Mutex<Set<String>>([])

  /// Notes a path that is about to be created.
  package static func add(_ path: String) { paths.withLock { _ = $0.insert(path) } }

  /// Runs a body that renames or removes a path, and forgets it.
  package static func finish<Result: ~Copyable>(_ path: String, _ body: () -> Result) -> Result {
    paths.withLock { paths in
      paths.remove(path)
      return body()
    }
  }

  /// Removes everything and ends the process.
  ///
  /// No other thread can rename or remove a temporary file meanwhile.
  package static func removeAll(exiting code: Int32) -> Never {
    // A disk that does not answer must not keep the process.
    for _ in 0..<100 {
      _ = paths.withLockIfAvailable { paths in
        for path in paths where unlink(path) != 0 {
          try? FileManager.default.removeItem(atPath: path)
        }
        _exit(code)
      }
      usleep(10_000)
    }
    _exit(code)
  }
}
