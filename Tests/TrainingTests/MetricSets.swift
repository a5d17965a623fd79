import Foundation
import TestSupport
import Testing
import Training

/// The predictions of `metrics/predictions.safetensors` with the values that scikit-learn computed of them.
struct MetricSets {
  let cases: [String: [String: Any]]
  let tensors: [String: FixtureTensor]

  init() throws {
    let data = try Data(contentsOf: Fixture.url("metrics/metrics.json"))
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    cases = try #require(json["cases"] as? [String: [String: Any]])
    tensors = try SafetensorsFixture.load("metrics/predictions.safetensors")
  }

  func predictions(_ name: String) throws -> Predictions {
    let logits = try #require(tensors["\(name)/logits"])
    let columns = logits.shape[1]
    func rows(_ tensor: FixtureTensor) -> [[Float]] {
      (0..<tensor.shape[0]).map { Array(tensor.floats[($0 * columns)..<(($0 + 1) * columns)]) }
    }
    return Predictions(
      outputs: rows(logits), probabilities: rows(try #require(tensors["\(name)/probabilities"])),
      targets: try #require(tensors["\(name)/targets"]).integers)
  }

  /// The numbers of a value, in order; "nan" is NaN.
  static func numbers(_ value: Any) -> [Double] {
    switch value {
    case let number as NSNumber: [number.doubleValue]
    case let list as [Any]: list.flatMap(numbers)
    default: value as? String == "nan" ? [.nan] : []
    }
  }
}
