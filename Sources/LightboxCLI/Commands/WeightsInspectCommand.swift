import ArgumentParser
import Foundation
import Lightbox

struct WeightsInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show what is in a file: tensors, other values, its SHA-256.")

  @Argument(help: "A safetensors or PyTorch file.")
  var file: String

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let checkpoint = try Checkpoint(contentsOf: file)
    let hash = try FileHash.sha256(ofFile: file)
    let size = (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
    let network = try? checkpoint.networkEntries()
    if json {
      struct Tensor: Encodable {
        let name: String, dtype: String, shape: [Int], bytes: Int
      }
      struct Shown: Encodable {
        let file: String, format: String, bytes: Int, sha256: String
        let metadata: [String: String], tensors: [Tensor], network: [String: String]
      }
      try printJSON(
        Shown(
          file: file, format: checkpoint.format.rawValue, bytes: size, sha256: hash,
          metadata: checkpoint.describingMetadata,
          tensors: checkpoint.entries.map {
            Tensor(name: $0.name, dtype: $0.type.pyTorchName, shape: $0.shape, bytes: $0.byteCount)
          },
          network: Dictionary(
            (network ?? []).map { ($0.name, $0.entry.name) }, uniquingKeysWith: { a, _ in a })))
      return
    }
    let numbers = checkpoint.entries.reduce(0) { $0 + $1.byteCount / $1.type.byteCount }
    print(
      "\(file): \(checkpoint.format.rawValue), \(sizeText(size)), \(checkpoint.entries.count) tensors "
        + "of \(numbers) numbers")
    print("sha256 \(hash)")
    if let network, network.count < checkpoint.entries.count || !wrapping(network).isEmpty {
      print("network: \(network.count) of them, named \(wrapping(network))…")
    }
    for (name, value) in checkpoint.describingMetadata.sorted(by: { $0.key < $1.key }) {
      let text = value.split(separator: "\n", omittingEmptySubsequences: false).joined(
        separator: " | ")
      print("\(ending(printable(name), 30)): \(ending(printable(text), 47))")
    }
    print("")
    print(
      table(
        ["name", "shape", "type", "size"],
        checkpoint.entries.map {
          [
            ending(printable($0.name), 44), ending(shapeText($0.shape), 14), $0.type.pyTorchName,
            sizeText($0.byteCount),
          ]
        }))
  }
}
