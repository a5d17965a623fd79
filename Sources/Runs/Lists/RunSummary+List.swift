import Files
import Foundation
package import Logbook
import Synchronization

extension RunSummary {
  /// A run of a list: its summary, or why it cannot be read.
  package struct Listed: Sendable {
    /// The path below the folder that was listed.
    package let name: String
    /// The folder of the run.
    package let path: String
    /// The summary; nil if the run cannot be read.
    package let summary: RunSummary?
    /// Why the run cannot be read; nil if it can.
    package let error: (any Error)?

    private let fieldCache = FieldCache()

    /// The fields of `run.json` as names and values; empty if the run cannot be read.
    package var fields: [(name: String, value: RunValue)] {
      fieldCache.fields.withLock { fields in
        let found = fields ?? summary?.description.fields ?? []
        fields = found
        return found
      }
    }

    /// Keeps the fields, which take longer to make than the rest of a row.
    private final class FieldCache: Sendable {
      let fields = Mutex<[(name: String, value: RunValue)]?>(nil)
    }

    /// Reads a run.
    package init(name: String, path: String) {
      self.name = name
      self.path = path
      do {
        summary = try RunSummary(path)
        error = nil
      } catch {
        summary = nil
        self.error = error
      }
    }

    /// The architecture; nil if the run cannot be read.
    package var architecture: String? { summary?.architecture }
    /// The status; "unreadable" if the run cannot be read.
    package var status: String { summary?.status ?? "unreadable" }
    /// The epochs; empty if the run cannot be read.
    package var epochs: [RunLog.Epoch] { summary?.epochs ?? [] }
    /// The epoch with the best monitored value.
    package var bestEpoch: RunLog.Epoch? { summary?.bestEpoch }
  }

  /// The runs in a folder and its subfolders, sorted by name.
  ///
  /// - Throws: `RunError` if there are none, `FileError` if the folder cannot be read.
  package static func list(in folder: String) throws -> [Listed] { try RunList([folder]).runs }
}

/// The runs in folders and their subfolders, read in parallel and without changing anything.
package struct RunList: Sendable {
  /// The runs, sorted by name.
  package var runs: [RunSummary.Listed]
  /// Why runs and subfolders cannot be read.
  package let errors: [any Error]

  /// Reads the runs.
  ///
  /// - Parameter folders: The folders; a run's own folder is one, too. With several, a run's name begins with the folder.
  /// - Throws: `RunError` if there are no runs, `FileError` if one of the folders cannot be read.
  package init(_ folders: [String]) throws {
    let found = try RunSearch(folders)
    guard !found.runs.isEmpty || !found.unreadableFolders.isEmpty else {
      throw RunError(.noRuns, path: folders.joined(separator: ", "))
    }
    let threads = min(ProcessInfo.processInfo.activeProcessorCount, 8)
    runs = concurrentMap(found.runs, threads: threads) {
      RunSummary.Listed(name: folders.count > 1 ? $0.path : $0.name, path: $0.path)
    }
    errors = runs.compactMap(\.error) + found.unreadableFolders
  }

  /// The names of the losses and metrics of all runs, losses first.
  package var valueNames: [String] {
    let all = Set(runs.flatMap { $0.epochs.flatMap(\.valueNames) })
    let losses = ["train_loss", "valid_loss"]
    return losses.filter(all.contains) + all.subtracting(losses).sorted()
  }
}
