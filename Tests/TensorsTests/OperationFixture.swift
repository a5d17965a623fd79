import Foundation
import Tensors
import TestSupport
import Testing

/// One case of a fixture.
struct OperationCase {
  let id: String
  let attributes: [String: Any]
  let inputs: [String: FixtureTensor]
  let outputs: [String: FixtureTensor]
  let upstream: [String: FixtureTensor]
  let gradients: [String: FixtureTensor]
  let deviation: [String: Double]

  func integer(_ name: String) -> Int? { (attributes[name] as? NSNumber)?.intValue }
  func double(_ name: String) -> Double? { (attributes[name] as? NSNumber)?.doubleValue }
  func flag(_ name: String) -> Bool { (attributes[name] as? NSNumber)?.boolValue ?? false }
  func integers(_ name: String) -> [Int]? { attributes[name] as? [Int] }
  func extent(_ name: String) -> Extent? {
    integers(name).map { Extent($0[0], $0[1]) } ?? integer(name).map { Extent($0) }
  }
}

enum OperationFixture {
  static func cases(_ operation: String) throws -> [OperationCase] {
    let data = try Data(contentsOf: Fixture.url("ops/\(operation).json"))
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let tensors = try SafetensorsFixture.load("ops/\(operation).safetensors")
    return try #require(json["cases"] as? [[String: Any]]).map { entry in
      let id = try #require(entry["id"] as? String)
      func pick(_ names: some Sequence<String>, _ prefix: String) throws -> [String: FixtureTensor]
      {
        try Dictionary(
          uniqueKeysWithValues: names.map {
            ($0, try #require(tensors["\(id)/\(prefix)\($0)"], "\(id)/\(prefix)\($0)"))
          })
      }
      let outputs = try #require(entry["outputs"] as? [String: Any]).keys
      let gradients = entry["grads"] as? [String] ?? []
      let upstream = outputs.filter { tensors["\(id)/d.\($0)"] != nil }
      return OperationCase(
        id: id, attributes: entry["attrs"] as? [String: Any] ?? [:],
        inputs: try pick(try #require(entry["inputs"] as? [String: Any]).keys, ""),
        outputs: try pick(outputs, ""), upstream: try pick(upstream, "d."),
        gradients: try pick(gradients, "grad."),
        deviation: (entry["f32_max_abs_diff"] as? [String: NSNumber] ?? [:]).mapValues(
          \.doubleValue))
    }
  }

  /// Runs an operation on every case except `except`, and compares outputs and gradients.
  ///
  /// The tolerance is five times the float32 deviation of PyTorch, at least 2e-6 of the largest value.
  static func check(
    _ operation: String, except skipped: Set<String> = [],
    _ compute: (OperationCase, [String: Tensor]) throws -> [String: Tensor],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let all = try cases(operation)
    #expect(
      skipped.isSubset(of: all.map(\.id)), "a skipped case does not exist",
      sourceLocation: sourceLocation)
    for test in all where !skipped.contains(test.id) {
      let tape = Tape()
      var inputs: [String: Tensor] = [:]
      for (name, fixture) in test.inputs {
        if fixture.dtype == "I64" {
          inputs[name] = Tensor(fixture.integers.map { Int64($0) }, shape: fixture.shape)
        } else {
          let tensor = Tensor(fixture.floats, shape: fixture.shape)
          inputs[name] = test.gradients[name] == nil ? tensor : tape.watch(tensor)
        }
      }
      let outputs = try compute(test, inputs)
      for (name, expected) in test.outputs {
        guard let actual = outputs[name] else { continue }
        #expect(
          actual.shape == expected.shape, "\(operation) \(test.id)", sourceLocation: sourceLocation)
        compare(
          actual, expected, test.deviation[name], "\(operation) \(test.id) \(name)", sourceLocation)
      }
      guard !test.gradients.isEmpty else { continue }
      var total: Tensor?
      for (name, upstream) in test.upstream {
        let output = try #require(outputs[name])
        let part = (output * Tensor(upstream.floats, shape: upstream.shape)).sum()
        total = total.map { $0 + part } ?? part
      }
      let names = test.gradients.keys.sorted()
      let gradients = tape.gradients(
        of: try #require(total), withRespectTo: try names.map { try #require(inputs[$0]) })
      for (name, gradient) in zip(names, gradients) {
        let expected = try #require(test.gradients[name])
        #expect(gradient.shape == expected.shape, sourceLocation: sourceLocation)
        compare(
          gradient, expected, test.deviation["grad.\(name)"],
          "\(operation) \(test.id) grad.\(name)",
          sourceLocation)
      }
    }
  }

  private static func compare(
    _ actual: Tensor, _ expected: FixtureTensor, _ deviation: Double?, _ name: String,
    _ sourceLocation: SourceLocation
  ) {
    if expected.dtype == "I64" {
      #expect(
        actual.scalars(as: Int64.self).map { Int($0) } == expected.integers, "\(name)",
        sourceLocation: sourceLocation)
      return
    }
    let finite = expected.floats.filter(\.isFinite).map { Double(abs($0)) }
    expectClose(
      actual.floatScalars, expected.floats,
      absolute: max(5 * (deviation ?? 0), 2e-6 * (finite.max() ?? 0)),
      name, sourceLocation: sourceLocation)
  }
}
