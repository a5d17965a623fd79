import ArgumentParser
import Console
import Foundation
import Lightbox

struct WeightsFetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Download published weights into the cache and print their path.",
    discussion: """
      The cache is the folder LIGHTBOX_WEIGHTS. Default: PyTorch's ($TORCH_HOME/hub/checkpoints or \
      ~/.cache/torch/hub/checkpoints) if it exists, else ~/.cache/lightbox/weights. \
      LIGHTBOX_OFFLINE=1 or HF_HUB_OFFLINE=1 disables downloads. A partial download is resumed. The \
      weights were trained on ImageNet; the licenses of their publishers apply.
      """)

  @Argument(help: "The name of the weights, such as resnet50.")
  var name: String?

  @Flag(help: "List the names.")
  var list = false

  func validate() throws {
    if name == nil, !list { throw ValidationError("give a name, or --list") }
  }

  func run() throws {
    let cache = WeightsCache()
    guard let name, !list else {
      print(
        TextTable(
          ["name", "from", "file", "cached"],
          rows: KnownWeights.all.map { weights in
            let isCached = FileManager.default.fileExists(
              atPath: cache.path(of: weights.fileName))
            return [weights.name, weights.origin, weights.fileName, isCached ? "yes" : ""]
          }))
      return
    }
    let weights = try KnownWeights.named(name)
    let line = ProgressLine()
    let (path, wasDownloaded) = try cache.fetch(name) { done, total in
      guard done > 0 else { return }
      line.show(
        "lightbox: \(weights.fileName) \(NumberFormat.bytes(done))"
          + (total > 0 ? " of \(NumberFormat.bytes(total))" : ""))
    }
    if wasDownloaded { line.clear() }
    say(
      "lightbox: \(wasDownloaded ? "downloaded" : "already in the cache"); SHA-256 "
        + "\(weights.hashPrefix)…")
    print(path)
  }
}
