import Checkpoints
import Foundation
import Imaging
import Layers
import Models
import Tensors
import TestSupport
import Testing

@Suite("A trained ResNet-20 for CIFAR-10")
struct RealWeightsTests {
  private struct Reference: Decodable {
    struct Images: Decodable { let right: Int, classes: String }
    let logits: [Float]
    let cifar10_2000: Images
  }

  private func trained(
    weights path: String = Fixture.path("cifar/resnet20.safetensors")
  ) throws -> (Reference, any ImageClassifier) {
    let model = try Architecture.named("resnet20").makeModel()
    let report = model.load(try Checkpoint(contentsOf: path).stateDictionary())
    #expect(report.isComplete, "\(report)")
    model.eval()
    return (try Fixture.json("cifar/resnet20.json", as: Reference.self), model)
  }

  @Test("logits are PyTorch's")
  func logits() throws {
    let (reference, model) = try trained()
    let x = Tensor(
      NumberFormula().tensor("cifar.input", [16, 3, 32, 32], scale: 2), shape: [16, 3, 32, 32])
    let largest = Double(reference.logits.map(abs).max() ?? 0)
    expectClose(model(x).floatScalars, reference.logits, absolute: 1e-5 * largest)
  }

  static let folder = ProcessInfo.processInfo.environment["LIGHTBOX_CIFAR10"]

  @Test(
    "predictions for 2,000 photographs are PyTorch's, 1,627 of them correct",
    .enabled(if: folder != nil, "LIGHTBOX_CIFAR10 is not set"))
  func photographs() throws {
    let folder = try #require(Self.folder)
    // The published weights, in PyTorch's legacy format, if they are in the same folder.
    let published = try FileManager.default.contentsOfDirectory(atPath: folder).first {
      $0.hasSuffix(".th")
    }
    let (reference, model) =
      try published.map { try trained(weights: "\(folder)/\($0)") } ?? trained()
    let (mean, deviation) = ([0.485, 0.456, 0.406] as [Float], [0.229, 0.224, 0.225] as [Float])
    let classes = try FileManager.default.contentsOfDirectory(atPath: folder).sorted().filter {
      FileManager.default.fileExists(atPath: "\(folder)/\($0)/.")
    }
    #expect(classes.count == 10)
    var (found, right) = ("", 0)
    for (number, name) in classes.enumerated() {
      let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)").sorted()
      var values: [Float] = []
      for file in files {
        let image = try PixelBuffer(contentsOfImage: "\(folder)/\(name)/\(file)")
        try #require(image.width == 32 && image.height == 32 && image.channels == 3)
        for channel in 0..<3 {
          values += stride(from: channel, to: image.samples.count, by: 3).map {
            (Float(image.samples[$0]) / 255 - mean[channel]) / deviation[channel]
          }
        }
      }
      let logits = model(Tensor(values, shape: [files.count, 3, 32, 32])).floatScalars
      for item in files.indices {
        let row = logits[(item * 10)..<(item * 10 + 10)]
        let best = try #require(row.indices.max { row[$0] < row[$1] }) - row.startIndex
        found += String(best)
        right += best == number ? 1 : 0
      }
    }
    #expect(found == reference.cifar10_2000.classes)
    #expect(right == 1627 && right == reference.cifar10_2000.right)
  }
}
