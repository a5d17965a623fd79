import Files
import Synchronization
import Tensors

/// What is read of a DICOM file with several frames.
public enum FrameChoice: String, Sendable, Codable, CaseIterable {
  /// Its first frame.
  case first
  /// Every frame, as an image of its own with the file's label.
  case all
  /// Nothing: the file is an error, as one that cannot be read.
  case refuse

  /// The largest number of frames that `.all` reads from one file.
  package static let limit = 10_000
}

extension Pipeline {
  /// What is read of a DICOM file with several frames.
  package var frames: FrameChoice {
    let reader = transforms.lazy.compactMap { $0 as? ReadImage }.first
    return reader?.frame == nil ? reader?.frames ?? .refuse : .first
  }

  /// The same pipeline with another choice of frames.
  package func choosing(_ frames: FrameChoice) throws(DataError) -> Pipeline {
    try Pipeline(checking: transforms.map { ($0 as? ReadImage)?.choosing(frames) ?? $0 })
  }

  /// One item per frame, if the pipeline reads all frames of a file; else the items as they are.
  ///
  /// Reads the headers of the files. A file that cannot be read stays one item, which fails when it is loaded.
  ///
  /// - Parameters:
  ///   - items: Items; those with a frame stay as they are.
  ///   - workers: Threads that read. Default: all cores.
  /// - Returns: The items, the frames of a file in order.
  public func itemsPerFrame(_ items: [DataItem], workers: Int? = nil) -> [DataItem] {
    guard frames == .all else { return items }
    let counts = Mutex([Int](repeating: 1, count: items.count))
    let next = Atomic<Int>(0)
    let threads = max(1, min(workers ?? Compute.cores, items.count))
    concurrently(threads) {
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < items.count else { return }
        guard items[index].frame == nil else { continue }
        let count = ReadImage.frameCount(of: items[index].path)
        counts.withLock { $0[index] = count }
      }
    }
    return zip(items, counts.withLock { $0 }).flatMap { item, count in
      guard count > 1, count <= FrameChoice.limit else { return [item] }
      return (0..<count).map { frame in
        var item = item
        item.frame = frame
        return item
      }
    }
  }
}
