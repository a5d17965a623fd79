// swift-format-ignore-file
// Made from Docs/OwnNetworks.md by .ci/snippets.py; do not edit.

import Lightbox

// Line 82.
func snippetOwnNetworks1(_ loaders: DataLoaders) async throws {
  let own = Architecture("four_convolutions", classCount: 2) {
    FourConvolutions(classCount: $0, inputChannels: $1)
  }
  let learner = visionLearner(loaders, own)
  _ = own
  _ = learner
}
