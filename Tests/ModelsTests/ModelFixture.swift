import Foundation
import Layers
import Tensors
import TestSupport
import Testing

/// A network's reference inputs and outputs.
struct ModelFixture {
  struct Entry { let name: String, shape: [Int], dtype: String }

  let name: String
  let json: [String: Any]
  let tensors: [String: FixtureTensor]
  let formula: NumberFormula
  let entries: [Entry]

  init(_ name: String) throws {
    self.name = name
    let data = try Data(contentsOf: Fixture.url("models/\(name).json"))
    json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    tensors = try SafetensorsFixture.load("models/\(name).safetensors")
    formula = NumberFormula(seed: UInt64(try #require(json["seed"] as? Int)))
    entries = try #require(json["state_dict"] as? [[Any]]).map {
      Entry(
        name: try #require($0[0] as? String), shape: try #require($0[1] as? [Int]),
        dtype: try #require($0[2] as? String))
    }
  }

  /// The formula's values for every tensor.
  var state: StateDictionary {
    StateDictionary(
      entries.map { entry in
        let values = formula.state(entry.name, entry.shape)
        return (
          name: entry.name,
          tensor: entry.dtype == "int64"
            ? Tensor(values.map { Int64($0) }, shape: entry.shape)
            : Tensor(values, shape: entry.shape)
        )
      })
  }

  func input(_ name: String) throws -> Tensor {
    let inputs = try #require(json["inputs"] as? [String: [String: Any]])
    let input = try #require(inputs[name])
    let shape = try #require(input["shape"] as? [Int])
    return Tensor(
      formula.tensor(
        try #require(input["key"] as? String), shape,
        scale: try #require((input["scale"] as? NSNumber)?.doubleValue)), shape: shape)
  }

  var classCount: Int {
    get throws { try #require(json["classes"] as? Int) }
  }

  var labels: Tensor {
    get throws {
      let labels = try #require(json["labels"] as? [String: Any])
      return Tensor(try #require(labels["values"] as? [Int]).map { Int64($0) })
    }
  }

  /// The path of the module whose output is stored.
  var lastBlock: String {
    get throws {
      let block = try #require(json["last_block"] as? [String: Any])
      return try #require(block["module"] as? String)
    }
  }

  func number(_ path: String...) throws -> Double {
    var value: Any = json
    for key in path { value = try #require((value as? [String: Any])?[key]) }
    return try #require((value as? NSNumber)?.doubleValue)
  }

  func dictionary(_ path: String...) throws -> [String: Double] {
    var value: Any = json
    for key in path { value = try #require((value as? [String: Any])?[key]) }
    return try #require(value as? [String: NSNumber]).mapValues(\.doubleValue)
  }

  /// Expects a tensor within a tolerance relative to the largest expected magnitude.
  func expect(
    _ actual: Tensor, _ key: String, tolerance: Double = 1e-4,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let expected = try #require(tensors[key], "no tensor \(key)")
    #expect(actual.shape == expected.shape, sourceLocation: sourceLocation)
    let scale = expected.floats.map { Double(abs($0)) }.max() ?? 0
    expectClose(
      actual.floatScalars, expected.floats, absolute: tolerance * scale, "\(name) \(key)",
      sourceLocation: sourceLocation)
  }
}
