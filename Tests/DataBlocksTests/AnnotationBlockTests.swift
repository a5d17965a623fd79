import DataBlocks
import Files
import Foundation
import Imaging
import Tensors
import Testing

@Suite("Masks and boxes as targets")
struct AnnotationBlockTests {
  private func loader(
    _ target: any TargetBlock, _ items: [DataItem], _ transforms: [any Transform],
    batchSize: Int = 2
  ) throws -> DataLoader {
    try DataLoaders(
      train: items, valid: items, pipeline: Pipeline(transforms), target: target,
      batchSize: batchSize, workers: 0
    ).valid ?? { throw DataError(.noLabels) }()
  }

  private func target(
    _ block: any TargetBlock, _ items: [DataItem], _ transforms: [any Transform]
  ) throws -> Tensor {
    var batches = try loader(block, items, transforms).batches(epoch: 0)
    return try #require(try batches.next()?.targets)
  }

  /// An image of 8 x 4 and a mask of its right half.
  private func folder(maskWidth: Int = 8, value: UInt8 = 1) throws -> ImageFiles {
    let data = try ImageFiles()
    try data.image("1.png", width: 8, height: 4)
    try data.image("2.png", 1, width: 8, height: 4)
    let mask = (0..<(maskWidth * 4)).map { $0 % maskWidth >= maskWidth / 2 ? value : 0 }
    try PixelBuffer(width: maskWidth, height: 4, channels: 1, samples: mask)
      .write(to: "\(data.path)/mask.png")
    return data
  }

  private func items(_ data: ImageFiles, _ labels: [String]) -> [DataItem] {
    labels.enumerated().map { DataItem(path: "\(data.path)/\($0 + 1).png", label: $1) }
  }

  @Test("a mask goes through the transforms with its image")
  func mask() throws {
    let data = try folder()
    let own = items(data, ["\(data.path)/mask.png", "\(data.path)/mask.png"])
    let block = MaskBlock(codes: ["background", "lesion"])
    // The center crop of 4 x 4 has two columns of each side.
    let cropped = try target(block, own, [Resize(4)])
    #expect(
      cropped.shape == [2, 4, 4]
        && cropped.scalars(as: Int64.self) == (0..<32).map { $0 % 4 >= 2 ? 1 : 0 })
    let squished = try target(block, own, [Resize(height: 8, width: 8, method: .squish)])
    #expect(squished.scalars(as: Int64.self) == (0..<128).map { $0 % 8 >= 4 ? 1 : 0 })
    let white = try folder(value: 255)
    let labels = items(white, ["\(white.path)/mask.png", "\(white.path)/mask.png"])
    #expect(
      try target(MaskBlock(codes: ["0", "1"], scale: 255), labels, [Resize(4)])
        .scalars(as: Int64.self).reduce(0, +) == 16)
    #expect(
      #expect(throws: DataError.self) { try target(block, labels, [Resize(4)]) }?.description
        .contains(
          "the value 255, which is none of the 2 classes (0 to 1); give MaskBlock scale: 255")
        == true)
  }

  @Test("a mask that does not fit is refused with its file")
  func wrongMasks() throws {
    let data = try folder(maskWidth: 6)
    let block = MaskBlock(codes: ["background", "lesion"])
    func refusal(_ mask: String) -> String? {
      let own = items(data, [mask, mask])
      return #expect(throws: DataError.self) { try target(block, own, [Resize(4)]) }?.description
        .replacing("\(data.path)/", with: "")
    }
    #expect(
      refusal("\(data.path)/mask.png")
        == "mask.png: the mask has 4 x 6 pixels (rows x columns), its image 4 x 8; give the mask of this image"
    )
    #expect(refusal("\(data.path)/none.png")?.contains("the mask does not exist") == true)
    try PixelBuffer(width: 8, height: 4, channels: 3, samples: [UInt8](repeating: 0, count: 96))
      .write(to: "\(data.path)/color.png")
    #expect(refusal("\(data.path)/color.png")?.contains("the mask has 3 channels, not one") == true)
  }

  @Test("boxes follow the image, are clipped to it, and padded in a batch")
  func boxes() throws {
    let data = try folder()
    // The center crop shows columns 2 to 6.
    let own = items(data, ["0 0 4 2; 4 2 5 4; 6 0 8 4", ""])
    let found = try target(BBoxBlock(), own, [Resize(4)])
    #expect(found.shape == [2, 2, 4])
    #expect(
      found.scalars(as: Float.self) == [-1, -1, 0, 0, 0, 0, 0.5, 1]
        + [Float](repeating: 0, count: 8))
    let named = items(data, ["0 0 4 2 left lung;4 2 5 4 heart", "2 0 4 4 heart"])
    let block = try BBoxLblBlock().fitted(to: named)
    #expect(block.vocab == ["heart", "left lung"] && block.outputCount == 7)
    let labeled = try target(BBoxLblBlock(), named, [Resize(4)])
    #expect(labeled.shape == [2, 2, 5])
    #expect(
      labeled.scalars(as: Float.self)
        == [-1, -1, 0, 0, 2, 0, 0, 0.5, 1, 1, -1, -1, 0, 1, 1, 0, 0, 0, 0, 0])
  }

  @Test("a text that is no box is refused with its item")
  func wrongBoxes() throws {
    let data = try folder()
    for text in ["1 2 3", "3 0 1 2", "a b c d", "1 2 3 4 name", "0 0 inf 1"] {
      let own = items(data, [text, ""])
      let error = #expect(throws: DataError.self) { try target(BBoxBlock(), own, [Resize(4)]) }
      #expect(error?.description.contains("1.png: ") == true, "\(text)")
      #expect(error?.problem.contains("is not a box") == true)
    }
    let own = items(data, ["0 0 1 1 a", "0 0 1 1 b"])
    #expect(throws: DataError.self) {
      try target(BBoxLblBlock(vocab: ["a"]), own, [Resize(4)])
    }
  }
}
