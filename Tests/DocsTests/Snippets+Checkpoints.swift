// swift-format-ignore-file
// Made from Docs/Checkpoints.md by .ci/snippets.py; do not edit.

import Foundation
import Lightbox

// Formats
func snippetCheckpoints1(_ path: String) async throws {
  let file = try Checkpoint(contentsOf: path)
  for entry in file.entries.prefix(3) { print(entry.name, entry.shape) }
  print(file.metadata.keys.sorted())
  let weights = try file.stateDictionary()                 // the network; part: "state_dict_ema" selects one of several
  let network = try Architecture.named("resnet50").makeModel(classCount: 2, inputChannels: 1)
  let report = network.load(network.fitting(weights))      // renamed, RGB filters adapted to one channel
  print(report.missing, report.unexpected)
  _ = file
  _ = weights
  _ = network
  _ = report
}

// Export
func snippetCheckpoints2(_ data: Data) async throws {
  let model = try loadLearner("model.safetensors")
  let (label, index, probabilities) = try model.predict(data, name: "upload.dcm")    // or a path, or pixels
  print(label, index, probabilities, model.vocab)
  _ = model
  _ = label
  _ = index
  _ = probabilities
}
