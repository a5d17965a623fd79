import ArgumentParser
import Console
import Foundation
import Lightbox

struct WeightsInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show a file's tensors, metadata and SHA-256.")

  @Argument(help: "A safetensors or PyTorch file.")
  var file: String

  @Flag(help: "Print JSON.")
  var json = false

  struct Report: Encodable {
    struct Tensor: Encodable {
      let name: String
      let dtype: String
      let shape: [Int]
      let bytes: Int
    }

    let file: String
    let format: String
    let bytes: Int
    let sha256: String
    let metadata: [String: String]
    let tensors: [Tensor]
    /// Names in the file by names in the network.
    let network: [String: String]
    /// The state dictionaries that `--part` selects, if there are several.
    let parts: [String]
    /// Classes of the values that are not read, by their paths.
    let opaque: [String: String]
    /// Tensors with NaN or infinite values, or negative variances.
    let unusable: [ValueFaultsRecord]
  }

  func run() throws {
    let checkpoint = try Checkpoint(contentsOf: file)
    let network = (try? checkpoint.networkEntries()) ?? []
    let parts = ((try? checkpoint.networkParts()) ?? []).map { $0.name(ofPrefix: "") }
    let faults = try checkpoint.valueFaults(of: checkpoint.entries.map(\.name))
    let report = Report(
      file: file, format: checkpoint.format.rawValue,
      bytes: (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0,
      sha256: try FileHash.sha256(ofFile: file), metadata: checkpoint.describingMetadata,
      tensors: checkpoint.entries.map {
        .init(name: $0.name, dtype: $0.type.pyTorchName, shape: $0.shape, bytes: $0.byteCount)
      },
      network: Dictionary(
        network.map { ($0.name, $0.entry.name) }, uniquingKeysWith: { first, _ in first }),
      parts: parts.count > 1 ? parts : [],
      opaque: Dictionary(
        checkpoint.opaqueValues.map { ($0.path, $0.className) },
        uniquingKeysWith: { first, _ in first }),
      unusable: faults.map(\.record))
    if json { try printJSON(report) } else { show(report, checkpoint, network, faults) }
  }

  private func show(
    _ report: Report, _ checkpoint: Checkpoint, _ network: [Checkpoint.NetworkEntry],
    _ faults: [ValueFaults]
  ) {
    let elements = checkpoint.entries.reduce(0) { $0 + $1.byteCount / $1.type.byteCount }
    print(
      """
      \(file): \(report.format), \(NumberFormat.bytes(report.bytes))
      \(report.tensors.count) tensors, \(NumberFormat.grouped(elements)) elements
      sha256 \(report.sha256)
      """)
    let prefix = Checkpoint.prefix(of: network).printable
    if !network.isEmpty, network.count < report.tensors.count || !prefix.isEmpty {
      print("network: \(network.count) tensors named \(prefix)*")
    }
    if !report.parts.isEmpty {
      print(
        "state dictionaries, which --part selects: "
          + report.parts.prefix(12).map { $0.isEmpty ? "." : $0.printable }.joined(separator: ", "))
    }
    for value in faults {
      print("not usable: \(value.name.printable) has \(value.words)")
    }
    for value in checkpoint.opaqueValues.prefix(12) {
      print("not read: \(value.words)\(value.holdsTensors ? ", with tensors" : "")")
    }
    if checkpoint.opaqueValues.count > 12 {
      print("not read: \(checkpoint.opaqueValues.count - 12) more values")
    }
    for (name, value) in report.metadata.sorted(by: { $0.key < $1.key }) {
      let text = value.split(separator: "\n", omittingEmptySubsequences: false).joined(
        separator: " | ")
      print(
        name.printable.truncatingHead(to: 30) + ": " + text.printable.truncatingTail(to: 47))
    }
    print("")
    print(
      TextTable(
        [
          TextColumn("name", isFlexible: true), TextColumn("shape", maximumWidth: 14), "type",
          .right("size"),
        ],
        rows: report.tensors.map {
          [$0.name, shapeText($0.shape), $0.dtype, NumberFormat.bytes($0.bytes)]
        }))
  }
}
