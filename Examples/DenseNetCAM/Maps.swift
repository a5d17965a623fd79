import ArgumentParser
import Foundation
import Lightbox

/// The document's map: the base's output, weighted by `list(model.parameters())[-2]`, which is the scale γ of norm5.
///
/// Nothing in it depends on a class, so it shows the same for all 14 findings. It answers what the network looks at, not why
/// it says "Pneumothorax".
func documentMap(_ output: Tensor, _ norm5: BatchNorm) -> Tensor {
  Tensor.einsum("k,kij->ij", norm5.weight.value, output)
}

/// The class activation map of a class: the classifier's row of weights times the base's output after a ReLU.
///
/// That is what the classifier sees, so the mean of the map, with the bias, is the score of the class.
func classMap(_ output: Tensor, _ classifier: Linear, _ index: Int) -> Tensor {
  Tensor.einsum("k,kij->ij", classifier.weight.value[index], output.relu())
}

/// The map divided by its maximum and without negative values, in the size of the film, as jet over the film.
///
/// The document's code converts negative values to bytes, where they wrap around to red.
func overlay(_ map: Tensor, _ image: PixelBuffer) -> PixelBuffer {
  let largest = map.amax().item
  let cam = map.relu() * (largest > 0 ? 1 / largest : 0)
  let size = Extent(image.height, image.width)
  let heatmap = cam.reshaped(to: [1, 1] + cam.shape).resized(to: size)[0, 0]
  return image.overlaid(
    with: ScalarImage(heatmap), colormap: .openCVJet, alpha: 0.4, range: 0...1)
}

/// The position of a finding.
func number(of finding: String, in vocab: [String]) throws -> Int {
  guard let index = vocab.firstIndex(where: { $0.lowercased() == finding.lowercased() }) else {
    throw ValidationError("there is no finding \(finding), only \(vocab.joined(separator: ", "))")
  }
  return index
}

/// Prints the most probable findings.
func printFindings(_ vocab: [String], _ probabilities: [Float]) {
  let order = vocab.indices.sorted { probabilities[$0] > probabilities[$1] }
  for index in order.prefix(5) { print("\(fixed(probabilities[index])) \(vocab[index])") }
}

/// The number of negative cells.
func below(_ map: Tensor) -> Int { map.floatScalars.count { $0 < 0 } }

/// The largest absolute difference of two maps, as a share of the first one's largest value.
func difference(_ a: Tensor, _ b: Tensor) -> Float {
  (a - b).absolute().amax().item / max(a.absolute().amax().item, .leastNormalMagnitude)
}

func fixed(_ value: Float) -> String { String(format: "%.4f", value) }
