import Foundation

/// A setting with different values in two plans.
package struct PlanDifference: Sendable, Equatable, CustomStringConvertible {
  /// The path of the field in `run.json`, such as "compute.threads".
  package let name: String
  /// The value in the first plan, as JSON; nil if it is not set.
  package let first: String?
  /// The value in the second plan.
  package let second: String?

  /// "epochs 5, not 6".
  package var description: String { "\(name) \(first ?? "none"), not \(second ?? "none")" }

  /// The settings that differ, sorted by name.
  ///
  /// - Throws: What the encoding of a transform throws.
  package static func between(_ first: TrainingPlan, _ second: TrainingPlan) throws -> [Self] {
    let (a, b) = (try fields(first), try fields(second))
    return Set(a.keys).union(b.keys).sorted().compactMap { name in
      a[name] == b[name] ? nil : PlanDifference(name: name, first: a[name], second: b[name])
    }
  }

  private static func fields(_ plan: TrainingPlan) throws -> [String: String] {
    var found: [String: String] = [:]
    let object = try JSONSerialization.jsonObject(with: try JSONEncoder().encode(plan))
    func visit(_ value: Any, _ path: String) {
      switch value {
      case let object as [String: Any]:
        for (name, value) in object { visit(value, path.isEmpty ? name : "\(path).\(name)") }
      case let list as [Any] where !list.isEmpty:
        for (index, value) in list.enumerated() { visit(value, "\(path)[\(index)]") }
      case is NSNull: break
      default: found[path] = "\(value)"
      }
    }
    visit(object, "")
    return found
  }
}
