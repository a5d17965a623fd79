// swift-format-ignore-file
// Made from Docs/OwnNetworks.md by .ci/snippets.py; do not edit.

import Lightbox

// Networks: built-in and custom
func snippetOwnNetworks1() async throws {
  let network = try Architecture.named("resnet50").makeModel(classCount: 5)
  print(network["layer4"]?.parameters.count ?? 0)
  _ = network
}

// A custom module
func snippetOwnNetworks2(_ loaders: DataLoaders) async throws {
  let own = Architecture("four_convolutions", classCount: 2) {
    FourConvolutions(classCount: $0, inputChannels: $1)
  }
  let learner = visionLearner(loaders, own)
  _ = own
  _ = learner
}
