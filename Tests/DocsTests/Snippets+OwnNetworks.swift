// swift-format-ignore-file
// Made from Docs/OwnNetworks.md by .ci/snippets.py; do not edit.

import Lightbox

// Line 80.
func snippetOwnNetworks1(_ loaders: DataLoaders) async throws {
  let tinynet = Architecture("tinynet", classCount: 2) { FourConvolutions(classCount: $0, inputChannels: $1) }
  let learner = visionLearner(loaders, tinynet)
  _ = tinynet
  _ = learner
}
