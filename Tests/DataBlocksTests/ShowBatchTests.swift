import DataBlocks
import Foundation
import Imaging
import Tensors
import Testing

/// A transform that refuses an image.
private struct Refusal: Transform {
  struct Reason: Error {}
  var effects: TransformEffects { .pixels }
  func apply(to sample: inout Sample, _ context: inout TransformContext) throws { throw Reason() }
}

@Suite("Batches and steps that are shown")
struct ShowBatchTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("lightbox-\(UUID())").path

  /// Images of noise, of 40 x 30 pixels.
  private func items(_ count: Int, channels: Int = 1) throws -> [DataItem] {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var random = RandomSource(seed: 2)
    return try (0..<count).map { i in
      let samples = (0..<(40 * 30 * channels)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      let path = "\(folder)/\(i).png"
      try PNG.write(
        PixelBuffer(width: 40, height: 30, channels: channels, samples: samples), to: path)
      return DataItem(path: path, label: i % 3 == 0 ? "b" : "a")
    }
  }

  private func remove() { try? FileManager.default.removeItem(atPath: folder) }

  @Test("summary has the size after each step, and the shapes of a batch")
  func summary() throws {
    defer { remove() }
    let items = try items(10)
    let block = DataBlock<DataItem>(
      splitter: RandomSplitter(seed: 1), itemTransforms: [Resize(height: 24, width: 20)],
      batchTransforms: [RandomResizedCropGPU(16)] + augTransforms())
    let found = block.summary(items, batchSize: 3)
    #expect(found.failure == nil)
    let lines = found.description.split(separator: "\n").map(String.init)
    #expect(lines[0] == "items: 10")
    #expect(lines[1] == "split by RandomSplitter: 8 for training, 2 for validation")
    #expect(lines.contains("target CategoryBlock: 2 outputs, a | b"))
    #expect(
      lines.contains { $0.hasPrefix("  ReadImage: 30 x 40, 1 channel of 8 bits, 0 to 25") })
    #expect(lines.contains { $0.hasPrefix("  Resize: 24 x 20, 1 channel of 8 bits") })
    #expect(lines.contains { $0.hasPrefix("  RandomResizedCropGPU: 16 x 16, 1 channel, 0") })
    #expect(lines.contains { $0.hasPrefix("  Normalize: 16 x 16, 3 channels, -2") })
    #expect(lines.last == "batch: inputs [3, 3, 16, 16] float32, targets [3] int64")
  }

  @Test("summary names the step that fails, the file and the reason")
  func failures() throws {
    defer { remove() }
    let items = try items(6)
    func summary(_ transforms: [any Transform]) -> DataBlockSummary {
      DataBlock<DataItem>(
        splitter: RandomSplitter(seed: 1), itemTransforms: [Resize(16)], batchTransforms: transforms
      ).summary(items)
    }
    let refused = summary([Refusal()])
    #expect(refused.failure is DataError)
    let last = refused.description.split(separator: "\n").last.map(String.init) ?? ""
    #expect(last.hasPrefix("failed at Refusal: ") && last.contains(".png"), "\(last)")
    #expect(refused.description.contains("  Resize: 16 x 16"))

    for item in items { try Data("no image".utf8).write(to: URL(fileURLWithPath: item.path)) }
    let unreadable = summary([])
    #expect(unreadable.description.contains("failed at ReadImage: \(folder)/"))
    let empty = DataBlock<DataItem>(itemTransforms: [Resize(16)]).summary([])
    #expect(empty.description.hasPrefix("items: 0\nfailed at the items: ") && empty.failure != nil)
  }

  @Test("samples are what a batch is made of, and decodeBatch gives the images and labels again")
  func decode() throws {
    defer { remove() }
    for channels in [1, 3] {
      let items = try items(9, channels: channels)
      let block = DataBlock<DataItem>(
        splitter: RandomSplitter(seed: 1), itemTransforms: [Resize(24)],
        batchTransforms: [RandomResizedCropGPU(16)] + augTransforms())
      let loaders = try block.dataLoaders(items, batchSize: 4, workers: 0)
      let batch = try loaders.oneBatch()
      #expect(batch.inputs.shape == [4, 3, 16, 16])
      #expect(batch.itemIndices == loaders.train.plan(epoch: 0)[0])
      let samples = try loaders.train.samples()
      let decoded = loaders.decodeBatch(batch)
      #expect(samples.count == 4 && decoded.count == 4)
      for (sample, (image, label)) in zip(samples, decoded) {
        #expect(label == sample.label)
        #expect(image.channels == channels && image.width == 16 && image.height == 16)
        let values = sample.values
        for place in 0..<256 {
          for channel in 0..<channels {
            let value = min(max(values.values[channel * 256 + place], 0), 1) * 255
            let found = Float(image.samples[place * channels + channel])
            // Half a level by rounding, and the rounding of the normalization.
            #expect(abs(value - found) <= 0.501)
          }
        }
      }
    }
  }

  @Test("showBatch draws the first images of an epoch, or one image in several")
  func show() throws {
    defer { remove() }
    let items = try items(12)
    let block = DataBlock<DataItem>(
      splitter: RandomSplitter(seed: 1), itemTransforms: [Resize(24)],
      batchTransforms: [RandomResizedCropGPU(16)] + augTransforms())
    let loaders = try block.dataLoaders(items, batchSize: 4, workers: 0)
    let pages = try loaders.train.showBatch(to: "\(folder)/batch.png", count: 6)
    #expect(pages == ["\(folder)/batch.png"])
    let batch = try PixelBuffer(contentsOfImage: pages[0])
    #expect(batch.width > 600 && batch.height > 400)
    let unique = try loaders.train.showBatch(to: "\(folder)/unique.png", count: 6, unique: true)
    let same = try PixelBuffer(contentsOfImage: unique[0])
    #expect(same.samples != batch.samples)
    // One item, transformed anew in each epoch; validation does not change.
    let drawn = try loaders.train.samples(ofItem: 2, epochs: 0..<4).map(\.values.values)
    #expect(Set(drawn).count == 4)
    let valid = try #require(loaders.valid)
    #expect(Set(try valid.samples(ofItem: 0, epochs: 0..<3).map(\.values.values)).count == 1)
    #expect(try valid.showBatch(to: "\(folder)/valid.svg", count: 50).count == 1)
  }
}
