import Imaging
import Interpret
import Tensors
import Testing

@Suite("The map that the walk-through prints")
struct WalkThroughMapTests {
  private var map: Tensor { Tensor(BoxTests.printed, shape: [8, 8]) }

  @Test("the maximum of each row, then the highest row, then its column: row 2, column 2, 0.3080")
  func peakByRows() {
    let (values, columns) = map.max(axis: 1)
    #expect(
      values.floatScalars == [-0.0185, 0.1065, 0.3080, 0.1218, 0.1049, 0.0879, 0.0564, 0.0116])
    let row = Int(values.argmax(axis: 0).scalars(as: Int64.self)[0])
    #expect(row == 2 && columns.scalars(as: Int64.self)[row] == 2)
    // 1024 pixels are divided into 8 cells of 128.
    let cell = 1024 / map.shape[0]
    #expect(cell == 128 && row * cell == 256 && (row + 1) * cell == 384)
  }

  @Test("a tensor of rows and columns becomes an image")
  func image() {
    let image = ScalarImage(Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]))
    #expect(image == ScalarImage(width: 3, height: 2, values: [1, 2, 3, 4, 5, 6]))
    #expect(ScalarImage(map).values[2 * 8 + 2] == 0.3080)
  }
}
