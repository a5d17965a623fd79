import Benchmarking
import Foundation
import Layers
import Models
import Tensors
import Testing

/// oneDNN reads its limit before its first primitive, so each instruction set has a process of its own.
@Suite("Instruction sets", .serialized)
struct InstructionSetTests {
  /// A value of `ONEDNN_MAX_CPU_ISA` and the precisions that the instruction set supports.
  struct Limit: Codable, Sendable, CustomTestStringConvertible {
    let name: String
    var precisions = [Compute.Precision.float32]
    var testDescription: String { name }
  }

  private static let limits = [
    Limit(name: "SSE41"), Limit(name: "AVX2"),
    Limit(name: "AVX512_CORE", precisions: [.float32, .bfloat16]),
    Limit(name: "AVX512_CORE_BF16", precisions: [.bfloat16]),
    Limit(name: "AVX512_CORE_AMX", precisions: [.bfloat16]),
  ]

  /// The architectures without those whose layers all occur in a smaller one: the deep ones repeat the same blocks.
  private static var distinct: [Architecture] {
    let summaries = Architecture.all.map {
      ($0, ModelSummary(of: $0.makeModel(), input: [2, 3, $0.testSize, $0.testSize]))
    }
    var seen: Set<String> = []
    return summaries.sorted { $0.1.parameters < $1.1.parameters }.compactMap {
      architecture, summary in
      let layers = Set(summary.layers.map { "\($0.kind) \($0.output ?? []) \($0.parameters)" })
      defer { seen.formUnion(layers) }
      return layers.isSubset(of: seen) ? nil : architecture
    }
  }

  /// PYLON's attention has convolutions of one channel on a quarter of the coarsest cells or less, for which oneDNN has
  /// no other implementation; they take less than a thousandth of a step.
  private static func isNegligible(_ layer: String) -> Bool {
    let parts = layer.split(separator: ".")
    guard let place = parts.firstIndex(of: "pa"), place + 1 < parts.count else { return false }
    return parts[place + 1] != "mid"
  }

  @Test("no operation of a built-in network has a reference implementation", arguments: limits)
  func implementations(limit: Limit) async throws {
    guard Compute.supports(instructionSet: limit.name) else {
      print("left out: this processor has no \(limit.name)")
      return
    }
    await #expect(processExitsWith: .success) { [limit = limit as Limit] in
      setenv("ONEDNN_MAX_CPU_ISA", limit.name, 1)
      #expect(Compute.instructionSet == limit.name)
      if limit.precisions == [.float32] {
        #expect(throws: UnsupportedPrecision.self) { try Compute.use(.bfloat16) }
      }
      for precision in limit.precisions {
        try Compute.use(precision)
        for architecture in Self.distinct {
          for mode in Workload.Mode.allCases {
            let model = architecture.makeModel()
            // Drawing initial values would take longer than the steps.
            for (_, parameter) in model.namedParameters { parameter.initializer = .zeros }
            let workload = Workload(
              model: model, classCount: architecture.classCount, mode: mode, batchSize: 2,
              size: architecture.testSize)
            let events = Profiler.events { workload.step() }
            #expect(events.contains { $0.operation == "conv2d" })
            let slow = Set(
              events.filter {
                Profiler.isReference($0.implementation) && !Self.isNegligible($0.layer)
              }
              .map { "\($0.layer): \($0.operation), \($0.pass.rawValue), \($0.implementation)" })
            #expect(slow.isEmpty, "\(architecture.name), \(mode.rawValue), \(precision.rawValue)")
          }
        }
      }
    }
  }
}

extension Architecture {
  /// Rows and columns of the smallest images that reach every layer.
  fileprivate var testSize: Int { imageSize < 64 ? imageSize : 64 }
}
