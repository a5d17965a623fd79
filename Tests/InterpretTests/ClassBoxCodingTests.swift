import DataBlocks
import Foundation
import Imaging
import Interpret
import Tensors
import Testing

@Suite("Coding of class boxes")
struct ClassBoxCodingTests {
  private let encoder: JSONEncoder = {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return encoder
  }()

  private func explanation(_ facts: ImageFacts = ImageFacts()) -> Explanation {
    let map = ClassMap(
      classIndex: 0, className: "Effusion", probability: 0.5,
      map: Tensor([0, 3, 0, 1] as [Float], shape: [2, 2]),
      grid: .even(ImageSize(height: 8, width: 8), rows: 2, columns: 2))
    let image = PreparedImage(
      input: Tensor.zeros([1, 3, 8, 8]),
      original: PixelBuffer(width: 14, height: 24, channels: 1),
      geometry: ImageGeometry(scaleX: 2, scaleY: 3, offsetX: -1, offsetY: 0), facts: facts)
    return Explanation(of: image, maps: [map])
  }

  @Test("a box is coded with its edges as fields of the same object, and round trips")
  func flatEdges() throws {
    let box = try #require(explanation().boxes.first)
    #expect(box.box == BoundingBox(x0: 7, y0: 0, x1: 14, y1: 12))
    let data = try encoder.encode(box)
    #expect(
      String(decoding: data, as: UTF8.self)
        == #"{"area":84,"className":"Effusion","clippedShare":0.125,"column":1,"#
        + #""inputBox":{"x0":4,"x1":8,"y0":0,"y1":4},"peak":3,"row":0,"rule":"peak-cell","#
        + #""score":0.75,"x0":7,"x1":14,"y0":0,"y1":12}"#)
    #expect(try JSONDecoder().decode(ClassBox.self, from: data) == box)
  }

  @Test("a region has a threshold instead of a cell, and its size in millimeters")
  func region() throws {
    let facts = ImageFacts(spacing: DICOMSpacing(row: 0.5, column: 0.25, kind: .detector))
    let box = try #require(
      explanation(facts).boxes(BoxOptions(rule: .absolute(3))).first)
    let data = try encoder.encode(box)
    let text = String(decoding: data, as: UTF8.self)
    #expect(text.contains(#""rule":"absolute:3.0""#) && text.contains(#""threshold":3"#))
    #expect(!text.contains("\"row\"") && !text.contains("\"column\""))
    #expect(
      text.contains(
        #""words":"at the detector, magnification not corrected""#)
        && text.contains(#""kind":"detector""#))
    #expect(try JSONDecoder().decode(ClassBox.self, from: data) == box)
    for (old, new) in [
      (#""rule":"absolute:3.0""#, #""rule":"absolut:3.0""#),
      (#""kind":"detector""#, #""kind":"x""#),
      (#""inputBox""#, #""inputbox""#),
    ] {
      let changed = Data(text.replacingOccurrences(of: old, with: new).utf8)
      #expect(throws: DecodingError.self) { try JSONDecoder().decode(ClassBox.self, from: changed) }
    }
  }
}
