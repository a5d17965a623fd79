import Files
import Foundation
public import Imaging
import Synchronization

/// Generates a data set like SIIM's pneumothorax set: chest radiograph phantoms as DICOM files.
///
/// Half of the images have a pneumothorax: a visceral pleural line with a darker space without lung
/// markings beyond it. The data set has the layout of SIIM_SMALL (`train/`, `test/`, `labels.csv`)
/// and the true masks in `masks.csv`. The same seed gives the same bytes for any number of threads.
///
/// ```swift
/// let summary = try SyntheticSIIM(count: 250, size: 1024, seed: 7).write(to: "siim-synthetic")
/// ```
///
/// The images show no person and are not suitable for any medical purpose.
public struct SyntheticSIIM: Sendable, Equatable {
  /// The number of images.
  package var count: Int
  /// Rows and columns of each image.
  package var size: Int
  /// The random seed.
  package var seed: UInt64
  /// The number of threads.
  package var threads: Int

  /// The valid numbers of images.
  package static let allowedCounts = 2...1_000_000
  /// The valid sizes of an image.
  package static let allowedSizes = 64...4096
  /// The top-level entries of a data set.
  static let entries: Set<String> = ["train", "test", "labels.csv", "masks.csv", "README.txt"]

  /// The counts of a generated data set.
  public struct Summary: Sendable, Equatable, CustomStringConvertible {
    /// The number of images.
    package let images: Int
    /// The number of patients.
    package let patients: Int
    /// The number of images with a pneumothorax.
    package let pneumothoraces: Int
    /// The number of images stored as MONOCHROME1.
    package let inverted: Int
    /// The number of training images.
    package let train: Int
    /// The number of validation images.
    package let valid: Int
    /// The number of test images.
    package let test: Int
    /// The size of all images in bytes.
    package let bytes: Int

    /// The counts as a sentence.
    public var description: String {
      "\(images) images of \(patients) patients, \(pneumothoraces) with a pneumothorax, "
        + "\(inverted) stored as MONOCHROME1; \(train) for training, \(valid) for validation, "
        + "\(test) for testing"
    }
  }

  /// Creates a generator.
  ///
  /// - Parameters:
  ///   - count: The number of images.
  ///   - size: Rows and columns of each image.
  ///   - seed: The random seed.
  ///   - threads: The number of threads. Default: all cores.
  public init(count: Int = 250, size: Int = 1024, seed: UInt64 = 7, threads: Int? = nil) {
    self.count = count
    self.size = size
    self.seed = seed
    self.threads = threads ?? ProcessLimits.cores
  }

  /// Generates the data set in a folder.
  ///
  /// The files are moved to the folder at the end, `labels.csv` last, so an interruption leaves no
  /// partial data set.
  ///
  /// - Parameters:
  ///   - folder: The output folder, created if it is missing.
  ///   - overwrite: Whether to replace an existing data set.
  ///   - progress: Called after each image with the number of finished images and of all images, from one
  ///     thread at a time and in ascending order.
  /// - Returns: The counts of the data set.
  /// - Throws: `DatasetError` if an argument is out of range, the folder is not empty, or the disk is full.
  @discardableResult
  public func write(
    to folder: String, overwrite: Bool = false,
    progress: (@Sendable (_ done: Int, _ total: Int) -> Void)? = nil
  ) throws(DatasetError) -> Summary {
    try check()
    let stage = try StagedFolder(target: folder, entries: Self.entries, overwrite: overwrite)
    try checkSpace(in: stage.staging)
    let plan = SyntheticPlan(count: count, seed: seed)
    for split in ["train", "test"] {
      do {
        try FileManager.default.createDirectory(
          atPath: "\(stage.staging)/\(split)", withIntermediateDirectories: false)
      } catch {
        throw StagedFolder.failure(error, path: folder)
      }
    }
    let results = try writeImages(plan, in: stage.staging, progress: progress)
    let lists = SyntheticLists(plan: plan, masks: results.map(\.runLengths), generator: self)
    for (name, text) in lists.files {
      do {
        try AtomicFile.write(text, to: "\(stage.staging)/\(name)")
      } catch {
        throw StagedFolder.failure(error, path: folder)
      }
    }
    try stage.commit(last: "labels.csv")
    func images(_ split: SyntheticPlan.DataSplit) -> Int { plan.images.count { $0.split == split } }
    return Summary(
      images: count, patients: Set(plan.images.map(\.patient)).count,
      pneumothoraces: plan.images.count { $0.hasPneumothorax },
      inverted: plan.images.count { $0.isInverted }, train: images(.train), valid: images(.valid),
      test: images(.test), bytes: results.reduce(0) { $0 + $1.bytes })
  }

  /// Draws an image of the data set with its true mask, without writing files.
  ///
  /// - Parameter index: The index of the image, `0..<count`.
  /// - Returns: The image before compression and inversion, and its mask.
  package func image(_ index: Int) -> (image: PixelBuffer, mask: SIIMMask) {
    precondition(
      (0..<count).contains(index),
      "image \(index) is out of range: the data set has \(count) images")
    let image = draw(SyntheticPlan(count: count, seed: seed).images[index])
    return (PixelBuffer(width: size, height: size, channels: 1, samples: image.samples), image.mask)
  }

  private func draw(_ image: SyntheticPlan.PlannedImage) -> PhantomImage {
    PhantomImage(
      anatomy: Anatomy(seed: seed, patient: image.patient), seed: seed, index: image.index,
      hasPneumothorax: image.hasPneumothorax, size: size)
  }

  private func check() throws(DatasetError) {
    for (name, value, allowed) in [
      ("count", count, Self.allowedCounts),
      ("size", size, Self.allowedSizes),
      ("threads", threads, 1...1024),
    ] where !allowed.contains(value) {
      throw DatasetError(.outOfRange(value: value, allowed: allowed), path: name)
    }
  }

  /// Fails early if the disk has too little space.
  private func checkSpace(in folder: String) throws(DatasetError) {
    // An image of 1024 x 1024 has about 0.2 bytes per pixel at this quality.
    let needed = count * (size * size / 5 + 4096)
    let values = try? FileManager.default.attributesOfFileSystem(forPath: folder)
    guard let free = values?[.systemFreeSize] as? NSNumber else { return }
    if free.int64Value < Int64(needed) {
      throw DatasetError(.noSpace(neededBytes: needed), path: folder)
    }
  }

  private struct Result: Sendable {
    let runLengths: String
    let bytes: Int
  }

  /// The state shared by the threads.
  private struct Work {
    var results: [Result?]
    var done = 0
    var failure: DatasetError?
  }

  private func writeImages(
    _ plan: SyntheticPlan, in folder: String, progress: (@Sendable (Int, Int) -> Void)?
  ) throws(DatasetError) -> [Result] {
    let next = Atomic<Int>(0)
    let work = Mutex(Work(results: [Result?](repeating: nil, count: count)))
    let workers = min(threads, count)
    let (images, count) = (plan.images, count)
    concurrently(workers) {
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < count, work.withLock({ $0.failure == nil }) else { return }
        do {
          let result = try self.writeImage(images[index], in: folder)
          work.withLock {
            $0.results[index] = result
            $0.done += 1
            progress?($0.done, count)
          }
        } catch {
          let failure = StagedFolder.failure(error, path: "\(folder)/\(images[index].file)")
          work.withLock { $0.failure = $0.failure ?? failure }
        }
      }
    }
    let (results, failure) = work.withLock { ($0.results, $0.failure) }
    if let failure { throw failure }
    return results.compactMap { $0 }
  }

  private func writeImage(_ image: SyntheticPlan.PlannedImage, in folder: String) throws -> Result {
    let drawn = draw(image)
    let bytes = try SyntheticDICOM(image: image, drawn: drawn, size: size, seed: seed).write(
      to: "\(folder)/\(image.file)")
    return Result(runLengths: drawn.mask.runLengths, bytes: bytes)
  }
}
