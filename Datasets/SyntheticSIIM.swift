import Dispatch
import Foundation
public import Imaging
import Synchronization

/// Makes a data set like SIIM's pneumothorax films from nothing: chest-film phantoms as DICOM.
///
/// Half of the films have a pneumothorax: a visceral line with darker space and no lung markings beyond
/// it. The set has the layout of SIIM_SMALL (`train/`, `test/`, `labels.csv`) and true masks in
/// `masks.csv`. The same seed gives the same bytes, whatever the number of threads.
///
/// ```swift
/// let summary = try SyntheticSIIM(count: 250, size: 1024, seed: 7).write(to: "siim-synthetic")
/// ```
///
/// No film shows a person, and nothing here is fit for a medical purpose.
public struct SyntheticSIIM: Sendable, Equatable {
  /// How many films to make.
  public var count: Int
  /// Columns and rows of each film, in pixels.
  public var size: Int
  /// The seed that decides everything.
  public var seed: UInt64
  /// How many threads work at once; it changes the speed only.
  public var threads: Int

  /// How many films may be asked for.
  public static let allowedCounts = 2...1_000_000
  /// How large films may be, in pixels.
  public static let allowedSizes = 64...4096
  /// The quality of the JPEG compression, 1...100.
  static let quality = 90
  /// What a set has at its top.
  static let entries: Set<String> = ["train", "test", "labels.csv", "masks.csv", "README.txt"]

  /// What was made.
  public struct Summary: Sendable, Equatable {
    /// Films in all.
    public let films: Int
    /// Patients in all.
    public let patients: Int
    /// Films with a pneumothorax.
    public let pneumothoraces: Int
    /// Films stored inverted, as MONOCHROME1.
    public let inverted: Int
    /// Films in the part to train with.
    public let train: Int
    /// Films in the part to validate with.
    public let valid: Int
    /// Films in the part to test with.
    public let test: Int
    /// Bytes of all films.
    public let bytes: Int
  }

  /// Describes a set to be made.
  ///
  /// - Parameters:
  ///   - count: How many films.
  ///   - size: Columns and rows of each film, in pixels.
  ///   - seed: The seed that decides everything.
  ///   - threads: How many threads work at once; nil for one per processor.
  public init(count: Int = 250, size: Int = 1024, seed: UInt64 = 7, threads: Int? = nil) {
    self.count = count
    self.size = size
    self.seed = seed
    self.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
  }

  /// Makes the set in a folder.
  ///
  /// The folder is filled at the end, `labels.csv` last: an interruption leaves no half set.
  ///
  /// - Parameters:
  ///   - folder: Where to; made if it is missing.
  ///   - overwrite: Whether a set that is already there is replaced.
  ///   - progress: Told after each film how many are done, and of how many; called by one thread at a
  ///     time, in ascending order.
  /// - Returns: What was made.
  /// - Throws: `DatasetError` when a number is out of range, the folder is in use, or the disk is full.
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
    let results = try makeFilms(plan, in: stage.staging, progress: progress)
    let lists = SyntheticLists(plan: plan, masks: results.map(\.runLengths), maker: self)
    for (name, text) in lists.files {
      try StagedFolder.write(Array(text.utf8), to: "\(stage.staging)/\(name)")
    }
    try stage.commit(last: "labels.csv")
    func films(_ split: SyntheticPlan.DataSplit) -> Int { plan.films.count { $0.split == split } }
    return Summary(
      films: count, patients: Set(plan.films.map(\.patient)).count,
      pneumothoraces: plan.films.count { $0.hasPneumothorax },
      inverted: plan.films.count { $0.isInverted }, train: films(.train), valid: films(.valid),
      test: films(.test), bytes: results.reduce(0) { $0 + $1.bytes })
  }

  /// One film of the set as an image, with its true mask, without writing anything.
  ///
  /// - Parameter index: Which film, `0..<count`.
  /// - Returns: The image, bright where much was absorbed, before compression; and its mask.
  public func film(_ index: Int) -> (image: PixelBuffer, mask: SIIMMask) {
    precondition((0..<count).contains(index), "film \(index) of a set of \(count)")
    let film = draw(SyntheticPlan(count: count, seed: seed).films[index])
    return (PixelBuffer(width: size, height: size, channels: 1, samples: film.samples), film.mask)
  }

  private func draw(_ film: SyntheticPlan.Film) -> PhantomFilm {
    PhantomFilm(
      anatomy: Anatomy(seed: seed, patient: film.patient), seed: seed, index: film.index,
      hasPneumothorax: film.hasPneumothorax, size: size)
  }

  private func check() throws(DatasetError) {
    for (name, value, allowed) in [
      ("the number of films", count, Self.allowedCounts),
      ("the size of the films", size, Self.allowedSizes),
      ("the number of threads", threads, 1...1024),
    ] where !allowed.contains(value) {
      throw DatasetError(
        .outOfRange(name: name, value: value, allowed: allowed), path: "synthetic SIIM")
    }
  }

  /// Says at once when the disk can't hold the set, rather than after minutes of work.
  private func checkSpace(in folder: String) throws(DatasetError) {
    // A film of 1024 x 1024 takes about 0.2 bytes per pixel at this quality.
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

  /// What the threads share.
  private struct Work {
    var results: [Result?]
    var done = 0
    var failure: DatasetError?
  }

  private func makeFilms(
    _ plan: SyntheticPlan, in folder: String, progress: (@Sendable (Int, Int) -> Void)?
  ) throws(DatasetError) -> [Result] {
    let next = Atomic<Int>(0)
    let work = Mutex(Work(results: [Result?](repeating: nil, count: count)))
    let workers = min(threads, count)
    let (films, count) = (plan.films, count)
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < count, work.withLock({ $0.failure == nil }) else { return }
        do {
          let result = try self.makeFilm(films[index], in: folder)
          work.withLock {
            $0.results[index] = result
            $0.done += 1
            progress?($0.done, count)
          }
        } catch {
          let failure = StagedFolder.failure(error, path: "\(folder)/\(films[index].file)")
          work.withLock { $0.failure = $0.failure ?? failure }
        }
      }
    }
    let (results, failure) = work.withLock { ($0.results, $0.failure) }
    if let failure { throw failure }
    return results.compactMap { $0 }
  }

  private func makeFilm(_ film: SyntheticPlan.Film, in folder: String) throws -> Result {
    let drawn = draw(film)
    let bytes = try SyntheticDICOM(film: film, drawn: drawn, size: size, seed: seed).write(
      to: "\(folder)/\(film.file)")
    return Result(runLengths: drawn.mask.runLengths, bytes: bytes)
  }
}
