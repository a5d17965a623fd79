import DataBlocks
import Files
import Foundation
import Logbook
import Runs
import TestSupport
import Testing
import Training

@Suite("Fuzzed files of runs", .serialized)
struct RunFileFuzzTests {
  private static var hostile: [Any] {
    [
      NSNull(), true, -1, 0, 1, 2, -4, 1.5, 1e30, -1e300, 5e-324, 1 << 40, Int.max, Int.min,
      UInt64.max, "", " ", "x", "nan", "resnet18", "densenet121", "Resize", "Normalize", "\u{0}\n🫁",
      String(repeating: "a", count: 5000), [Any](), [0], [1e30, -1], ["a", "a"], [[[Any]]()],
      [String: Any](), ["name": "Resize"], ["kind": "window", "center": 0, "width": 0],
    ]
  }

  /// Replaces, removes, repeats or moves one value of a tree.
  static func mutated(_ value: Any, _ mutator: inout Mutator) -> Any {
    let goesDeeper = mutator.below(8) > 0
    if var members = value as? [String: Any], !members.isEmpty, goesDeeper {
      let key = members.keys.sorted()[mutator.below(members.count)]
      switch mutator.below(12) {
      case 0: members[key] = nil
      case 1: members[members.keys.sorted()[mutator.below(members.count)]] = members[key]
      default: members[key] = members[key].map { mutated($0, &mutator) }
      }
      return members
    }
    if var values = value as? [Any], !values.isEmpty, goesDeeper {
      let index = mutator.below(values.count)
      switch mutator.below(8) {
      case 0: values.remove(at: index)
      case 1: values.append(values[index])
      case 2: values.swapAt(index, mutator.below(values.count))
      case 3: values += [Any](repeating: values[index], count: mutator.below(2000))
      default: values[index] = mutated(values[index], &mutator)
      }
      return values
    }
    if let number = value as? Int, mutator.below(3) == 0 {
      return number &+ mutator.below(9) &- 4
    }
    return hostile[mutator.below(hostile.count)]
  }

  private func outcome(_ name: String, _ body: () throws -> Void) -> Fuzzing.Outcome {
    do {
      try body()
      return .read
    } catch {
      #expect(error is any LightboxError, "\(name): \(error)")
      return .refused
    }
  }

  @Test("run.json: a modified one is opened or refused")
  func settings() throws {
    let work = try Workspace()
    let plan = work.plan(
      try work.table(), transforms: [RandomErasing(), Rotate(), Zoom(), Warp(), Brightness()])
    try plan.quietRun(in: work.file("run"))
    let image = work.file("0.png")
    let path = work.file("run/run.json")
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let tree = try JSONSerialization.jsonObject(with: Data(bytes))
    let read = try Fuzzing("run.json", cases: 300, seed: 5, share: 1.0 / 16).run { mutator in
      var changed = bytes
      if mutator.below(4) == 0 {
        changed = mutator.mutated(bytes, [bytes])
      } else {
        var value = tree
        for _ in 0...mutator.below(2) { value = Self.mutated(value, &mutator) }
        changed = [UInt8](
          try JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed]))
      }
      try Data(changed).write(to: URL(fileURLWithPath: path))
      return outcome("run.json") {
        let run = try SavedRun(work.file("run"))
        let size = run.description.plan.pipeline.inputSize
        if size.height <= 64, size.width <= 64 { _ = try run.predictor.predict(image) }
        _ = try RunSummary(work.file("run"))
      }
    }
    #expect(read > 0)
  }

  @Test("metrics.sqlite: a modified one is read or refused")
  func database() throws {
    let work = try Workspace()
    var plan = work.plan(try work.table())
    plan.epochs = 3
    try plan.quietRun(in: work.file("run"))
    let path = work.file("run/metrics.sqlite")
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let read = try Fuzzing("metrics.sqlite", cases: 200, seed: 6, share: 1.0 / 16).run { mutator in
      for suffix in ["-wal", "-shm", "-journal"] {
        try? FileManager.default.removeItem(atPath: path + suffix)
      }
      try Data(mutator.mutated(bytes, [bytes])).write(to: URL(fileURLWithPath: path))
      return outcome("metrics.sqlite") { _ = try RunSummary(work.file("run")) }
    }
    #expect(read > 0)
  }
}
