import Dispatch
import Foundation
import Synchronization

extension DataLoader {
  /// Reads the items and returns the errors of those that cannot be read, in the order of the items.
  ///
  /// - Parameter seconds: The time after which no further items are read.
  /// - Returns: The errors, and the number of items that were read.
  func unreadableItems(seconds: Double = 30) -> (errors: [DataError], checked: Int) {
    let found = Mutex<[Int: DataError]>([:])
    let next = Atomic<Int>(0)
    let end = Date().addingTimeInterval(seconds)
    DispatchQueue.concurrentPerform(iterations: max(1, min(workers, items.count))) { _ in
      while Date() < end {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < items.count else { return }
        var sample = Sample(.file(items[index].path), frame: items[index].frame)
        do throws(DataError) {
          _ = try pipeline.read(&sample, mode: .validation)
        } catch {
          let named = error.at(items[index].name)
          if error.isOfFile { found.withLock { $0[index] = named } }
        }
      }
    }
    let errors = found.withLock { found in found.keys.sorted().compactMap { found[$0] } }
    return (errors, min(next.load(ordering: .relaxed), items.count))
  }

  /// The error of one file, or one that lists all files that cannot be read, if there are more.
  package static func listing(_ error: any Error, of loaders: [DataLoader]) -> any Error {
    guard let first = error as? DataError, first.isOfFile,
      loaders.allSatisfy({ $0.unreadable == .stop })
    else { return error }
    let found = loaders.map { $0.unreadableItems() }
    let errors = found.flatMap(\.errors)
    guard errors.count > 1 else { return error }
    return DataError(
      .unreadableFiles(
        errors, checked: found.reduce(0) { $0 + $1.checked },
        count: loaders.reduce(0) { $0 + $1.items.count }))
  }
}
