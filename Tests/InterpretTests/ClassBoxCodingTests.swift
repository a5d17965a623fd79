import DataBlocks
import Foundation
import Imaging
import Interpret
import Tensors
import Testing

@Suite("Coding of class boxes")
struct ClassBoxCodingTests {
  @Test("a box is coded with its edges as fields of the same object, and round trips")
  func flatEdges() throws {
    let map = ClassMap(
      classIndex: 0, className: "Effusion", probability: 0.5,
      map: Tensor([0, 2, 0, 1] as [Float], shape: [2, 2]),
      grid: .even(ImageSize(height: 8, width: 8), rows: 2, columns: 2))
    let image = PreparedImage(
      input: Tensor.zeros([1, 3, 8, 8]),
      original: PixelBuffer(width: 14, height: 24, channels: 1),
      geometry: ImageGeometry(scaleX: 2, scaleY: 3, offsetX: -1, offsetY: 0))
    let box = try #require(Explanation(of: image, maps: [map]).boxes.first)
    #expect(box.box == BoundingBox(x0: 7, y0: 0, x1: 14, y1: 12))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let data = try encoder.encode(box)
    #expect(
      String(decoding: data, as: UTF8.self)
        == #"{"className":"Effusion","clippedShare":0.125,"column":1,"mapColumns":2,"mapRows":2,"#
        + #""row":0,"rule":"peak cell","score":2,"x0":7,"x1":14,"y0":0,"y1":12}"#)
    #expect(try JSONDecoder().decode(ClassBox.self, from: data) == box)
  }
}
