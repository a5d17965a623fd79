import ArgumentParser
import Foundation
import Lightbox

struct WeightsFetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Fetch published weights into the cache and print their path.",
    discussion: """
      The cache is PyTorch's, if there is one ($TORCH_HOME/hub/checkpoints, else \
      ~/.cache/torch/hub/checkpoints), else ~/.cache/lightbox/weights; LIGHTBOX_WEIGHTS names another. \
      LIGHTBOX_OFFLINE=1 or HF_HUB_OFFLINE=1 only looks into it. A broken download goes on where it \
      ended. These weights were trained on ImageNet by others and come under their terms.
      """)

  @Argument(help: "The weights' name, such as resnet50.")
  var name: String?

  @Flag(help: "List the names.")
  var list = false

  func validate() throws {
    if name == nil, !list { throw ValidationError("say which weights, or --list") }
  }

  func run() throws {
    let cache = WeightsCache()
    guard let name, !list else {
      print(
        table(
          ["name", "from", "file", "here"],
          KnownWeights.all.map { weights in
            let path = "\(cache.folder)/\(weights.fileName)"
            let isHere = FileManager.default.fileExists(atPath: path)
            return [weights.name, weights.origin, weights.fileName, isHere ? "yes" : ""]
          }))
      return
    }
    let weights = try KnownWeights.named(name)
    let line = ByteLine(what: "lightbox: \(weights.fileName)")
    let (path, wasDownloaded) = try cache.file(weights.url, hashPrefix: weights.hashPrefix) {
      line.show($0, $1)
    }
    if wasDownloaded { line.end() }
    say(
      "lightbox: \(wasDownloaded ? "fetched" : "already here"), SHA-256 begins with \(weights.hashPrefix)"
    )
    print(path)
  }
}

/// Shows how much of a file is here: on a terminal in one line that changes, else not at all.
private final class ByteLine {
  private let what: String
  private let isTerminal = isatty(2) != 0
  private var shown = Date.distantPast

  init(what: String) { self.what = what }

  func show(_ done: Int, _ all: Int) {
    let now = Date()
    guard isTerminal, done > 0, now.timeIntervalSince(shown) > 0.1 else { return }
    shown = now
    let text = all > 0 ? "\(sizeText(done)) of \(sizeText(all))" : sizeText(done)
    try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K\(what) \(text)".utf8))
  }

  func end() {
    if isTerminal { try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K".utf8)) }
  }
}
