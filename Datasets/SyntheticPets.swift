import Files
import Foundation
public import Imaging
import Synchronization

/// Draws pictures of cats and dogs in the layout of the Oxford-IIIT Pet data set (fastai's `URLs.PETS`).
///
/// `images/` has JPEG files that are named by breed: `Abyssinian_1.jpg`, with a capital, is a cat, `beagle_3.jpg` a dog. There
/// are four breeds of each. Pose, place, size, fur and scenery vary; the same seed gives the same bytes.
///
/// ```swift
/// try SyntheticPets(count: 120, size: 256, seed: 7).write(to: "pets")
/// let dls = try ImageDataLoaders.fromNameFunc("pets/images", isCat, itemTransforms: [Resize(224)])
/// ```
public struct SyntheticPets: Sendable, Equatable {
  /// The number of pictures.
  package var count: Int
  /// Rows and columns of each picture.
  package var size: Int
  /// The random seed.
  package var seed: UInt64

  /// The valid numbers of pictures.
  package static let allowedCounts = 1...1_000_000
  /// The valid sizes of a picture.
  package static let allowedSizes = 32...2048

  /// Creates a generator.
  ///
  /// - Parameters:
  ///   - count: The number of pictures; breeds take turns.
  ///   - size: Rows and columns of each picture.
  ///   - seed: The random seed.
  public init(count: Int = 120, size: Int = 256, seed: UInt64 = 7) {
    self.count = count
    self.size = size
    self.seed = seed
  }

  /// The breeds, as file names have them: those of cats begin with a capital.
  public static var breeds: [String] { PetBreed.all.map(\.name) }

  /// Draws one picture, without writing files.
  ///
  /// - Parameters:
  ///   - breed: One of `breeds`.
  ///   - number: The number behind the breed, from 1.
  /// - Returns: An RGB image of `size` rows and columns.
  /// - Precondition: The breed is known.
  public func image(of breed: String, _ number: Int) -> PixelBuffer {
    guard let index = PetBreed.all.firstIndex(where: { $0.name == breed }) else {
      preconditionFailure("there is no breed \(breed), only \(Self.breeds)")
    }
    let place = (number - 1) * PetBreed.all.count + index
    return PetDrawing(
      breed: PetBreed.all[index], size: size,
      random: RandomStream(seed: seed, purpose: .pet, index: place)
    ).canvas.image
  }

  /// Draws the pictures into a folder.
  ///
  /// - Parameters:
  ///   - folder: The output folder, created if it is missing; the pictures are in `images/`.
  ///   - overwrite: Whether to replace an existing data set.
  /// - Returns: The paths of the pictures.
  /// - Throws: `DatasetError` if an argument is out of range, the folder is not empty, or the disk is full.
  @discardableResult
  public func write(
    to folder: String, overwrite: Bool = false
  ) throws(DatasetError) -> [String] {
    for (name, value, allowed) in [
      ("count", count, Self.allowedCounts), ("size", size, Self.allowedSizes),
    ] where !allowed.contains(value) {
      throw DatasetError(.outOfRange(value: value, allowed: allowed), path: name)
    }
    let stage = try StagedFolder(
      target: folder, entries: ["images", "README.txt"], overwrite: overwrite)
    let names = (0..<count).map { index in
      "\(PetBreed.all[index % PetBreed.all.count].name)_\(index / PetBreed.all.count + 1).jpg"
    }
    do {
      try FileManager.default.createDirectory(
        atPath: "\(stage.staging)/images", withIntermediateDirectories: false)
      try writeImages(names, in: "\(stage.staging)/images")
      try AtomicFile.write(readme, to: "\(stage.staging)/README.txt")
    } catch {
      throw StagedFolder.failure(error, path: folder)
    }
    try stage.commit(last: "README.txt")
    return names.map { "\(folder)/images/\($0)" }
  }

  private func writeImages(_ names: [String], in folder: String) throws {
    let next = Atomic<Int>(0)
    let failure = Mutex<(any Error)?>(nil)
    concurrently(min(ProcessLimits.cores, count)) {
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < count, failure.withLock({ $0 == nil }) else { return }
        let breeds = PetBreed.all
        let image = image(of: breeds[index % breeds.count].name, index / breeds.count + 1)
        do {
          try image.write(to: "\(folder)/\(names[index])", quality: 92)
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }

  private var readme: String {
    """
    Drawn cats and dogs
    ===================

    These \(count) pictures were drawn by a program (Lightbox's SyntheticPets), in the layout of the
    Oxford-IIIT Pet data set: images/BREED_NUMBER.jpg, \(size) x \(size) pixels. A breed with a
    capital is a cat. They are for trying Lightbox and may be used for any purpose.

    Generated with count \(count), size \(size), seed \(seed).

    """
  }
}
