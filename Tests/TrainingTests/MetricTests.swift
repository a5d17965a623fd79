import Foundation
import TestSupport
import Testing
import Training

@Suite("Metrics against scikit-learn")
struct MetricTests {
  @Test("accuracy and area under the ROC curve on every set")
  func metrics() throws {
    let data = try Data(contentsOf: Fixture.url("metrics/metrics.json"))
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let cases = try #require(json["cases"] as? [String: [String: Any]])
    let tensors = try SafetensorsFixture.load("metrics/predictions.safetensors")
    var compared = 0
    for (name, values) in cases {
      let logits = try #require(tensors["\(name)/logits"])
      let columns = logits.shape[1]
      func rows(_ tensor: FixtureTensor) -> [[Float]] {
        (0..<tensor.shape[0]).map { Array(tensor.floats[($0 * columns)..<(($0 + 1) * columns)]) }
      }
      let predictions = Predictions(
        outputs: rows(logits), probabilities: rows(try #require(tensors["\(name)/probabilities"])),
        targets: try #require(tensors["\(name)/targets"]).integers)
      let found = numbers(values)
      if let accuracy = found["accuracy"] {
        expectClose(
          [Metric.accuracy.value(predictions)], [accuracy], absolute: 1e-12, "\(name) accuracy")
        compared += 1
      }
      if columns == 2, let auc = found["roc_auc"] ?? found["roc_auc_score"] {
        expectClose([Metric.rocAuc.value(predictions)], [auc], absolute: 1e-12, "\(name) AUC")
        compared += 1
      }
    }
    #expect(compared > 20)
  }

  /// All numbers of a case, whatever level they stand on; the first of a name counts.
  private func numbers(_ object: [String: Any]) -> [String: Double] {
    var found: [String: Double] = [:]
    for (key, value) in object {
      if let number = value as? NSNumber { found[key] = number.doubleValue }
      if value as? String == "nan" { found[key] = .nan }
      if let inner = value as? [String: Any], key == "metrics" || key == "values" {
        found.merge(numbers(inner)) { a, _ in a }
      }
    }
    return found
  }
}
