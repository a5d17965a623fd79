import Foundation
import Lightbox

/// Grad-CAM of a class at a layer: the activations, weighted by the mean of their gradients.
///
/// `withHookBwd` and `withHook` are the document's `with HookBwd(...)` and `with Hook(...)`: the hooks are removed when the
/// closures end, also by an error.
///
/// - Returns: The map, `[rows, columns]`: signed, without the ReLU of the paper, as in the document.
func gradCAM(_ model: Module, layer: Module, x: Tensor, cls: Int) throws -> Tensor {
  try withHookBwd(on: layer) { hookg in
    let (output, act) = withHook(on: layer) { hook in (model.eval()(x), hook.stored) }
    output[0, cls].backward()
    guard let grad = hookg.stored, let act else { throw MapError.layerDidNotRun }
    let w = grad[0].mean(axes: [1, 2], keepingDimensions: true)
    return (w * act[0]).sum(axis: 0)
  }
}

/// The peak of a map as the document finds it: the maximum of each row, the row with the highest, then its column.
func peakByRows(_ map: Tensor) -> (row: Int, column: Int, value: Float) {
  let val = (0..<map.shape[0]).map { map[$0].max(axis: 0).values.item }
  let yIndex = val.indices.max { val[$0] < val[$1] || (val[$0] == val[$1] && $0 > $1) } ?? 0
  let row = map[yIndex].floatScalars
  let xIndex = row.indices.max { row[$0] < row[$1] || (row[$0] == row[$1] && $0 > $1) } ?? 0
  return (yIndex, xIndex, row[xIndex])
}

/// The part of the original under a cell, by whole numbers of pixels per cell.
///
/// Right only if the model sees the whole film; `getBoxes` follows the crop.
func peakBox(row: Int, column: Int, of map: Tensor, on image: PixelBuffer) -> BoundingBox {
  let (width, height) = (image.width / map.shape[1], image.height / map.shape[0])
  let (x, y) = (column * width, row * height)
  return BoundingBox(
    x0: Double(x), y0: Double(y), x1: Double(x + width), y1: Double(y + height))
}

// MARK: Texts

/// The largest absolute difference of two maps.
func difference(_ a: Tensor, _ b: Tensor) -> Float { (a - b).absolute().amax().item }

/// The largest difference of two boxes' edges, in pixels.
func difference(_ a: BoundingBox, _ b: BoundingBox) -> Double {
  [a.x0 - b.x0, a.y0 - b.y0, a.x1 - b.x1, a.y1 - b.y1].map(abs).max() ?? 0
}

func edges(_ box: BoundingBox) -> String {
  "[\([box.x0, box.y0, box.x1, box.y1].map { "\(Int($0.rounded()))" }.joined(separator: ", "))]"
}

func table(_ map: Tensor) -> String {
  (0..<map.shape[0]).map { row in
    map[row].floatScalars.map { String(format: "%7.4f", $0) }.joined(separator: " ")
  }.joined(separator: "\n")
}
