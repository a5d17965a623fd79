import Files
import Foundation
import Synchronization
import Tensors

extension Pipeline {
  /// Reads items and returns the errors of those that cannot be read, by position.
  ///
  /// - Parameters:
  ///   - items: The items.
  ///   - workers: Threads that read.
  ///   - seconds: The time after which no further items are read.
  /// - Returns: The errors, and the number of items that were read.
  func unreadable(
    among items: [DataItem], workers: Int, seconds: Double = 30
  ) -> (faults: [Int: DataError], checked: Int) {
    let found = Mutex<[Int: DataError]>([:])
    let next = Atomic<Int>(0)
    let end = Date().addingTimeInterval(seconds)
    concurrently(max(1, min(workers, items.count))) {
      while Date() < end {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < items.count else { return }
        var sample = Sample(.file(items[index].path), frame: items[index].frame)
        do throws(DataError) {
          _ = try read(&sample)
        } catch {
          let named = error.at(items[index].name)
          if error.isOfFile { found.withLock { $0[index] = named } }
        }
      }
    }
    return (found.withLock { $0 }, min(next.load(ordering: .relaxed), items.count))
  }

  /// The error of one file, or one that lists all files that cannot be read, if there are several.
  ///
  /// - Parameters:
  ///   - error: The error that stopped the command.
  ///   - items: The items of the command, one per frame.
  ///   - workers: Threads that read. Default: all cores.
  /// - Returns: The error to throw instead.
  package func listing(
    _ error: any Error, among items: [DataItem], workers: Int? = nil
  ) -> any Error {
    let (faults, checked) = unreadable(among: items, workers: workers ?? Compute.cores)
    let errors = faults.sorted { $0.key < $1.key }.map(\.value)
    guard errors.count > 1 else { return error }
    return DataError(.unreadableFiles(errors, checked: checked, count: items.count))
  }
}

extension DataLoader {
  /// `Pipeline.listing` for an error of loading, if that is of a file and files are not skipped.
  package static func listing(_ error: any Error, of loaders: [DataLoader]) -> any Error {
    guard let first = error as? DataError, first.isOfFile, let loader = loaders.first,
      loaders.allSatisfy({ $0.unreadable == .stop })
    else { return error }
    return loader.pipeline.listing(
      error, among: loaders.flatMap(\.items), workers: loader.workers)
  }
}
