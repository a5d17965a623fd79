import Foundation
import Lightbox

/// Draws cats and dogs in the layout of PETS, unless the folder has them.
///
/// - Returns: The folder of the images.
func drawnPets(_ count: Int, _ size: Int, in folder: String) throws -> String {
  if !FileManager.default.fileExists(atPath: "\(folder)/README.txt") {
    print("drawing \(count) pets: \(folder)")
    try SyntheticPets(count: count, size: size * 8 / 7, seed: 7).write(to: folder)
  }
  return "\(folder)/images"
}

/// Draws a cat that is in no training set.
func drawnCat(_ size: Int, in folder: String) throws -> String {
  let path = "\(folder)/cat.jpg"
  try SyntheticPets(size: size * 8 / 7, seed: 2026).image(of: "Egyptian_Mau", 5).write(to: path)
  return path
}

/// Trains a network from random weights to tell breeds, and saves it under torchvision's names: what stands in for weights of
/// ImageNet.
///
/// The chapter then fine-tunes it for another task, so this is transfer learning, as there.
func breedWeights(
  _ path: String, _ arch: String, _ size: Int, _ batchSize: Int, _ epochs: Int, in folder: String
) throws -> String {
  print("no --weights: training \(arch) on the breeds for \(epochs) epochs")
  let dls = try ImageDataLoaders.fromNameRegex(
    path, #"(.+)_\d+.jpg$"#, seed: 21, itemTransforms: [Resize(size)], batchSize: batchSize)
  let network = try Architecture.named(arch).makeModel(classCount: dls.vocab.count)
  network.initialize(seed: 42)
  let learner = Learner(
    model: network, train: dls.train, valid: dls.valid, lossFunction: .crossEntropy(),
    metrics: [.errorRate])
  try learner.fitOneCycle(epochs, learningRate: 2e-3)
  let file = "\(folder)/\(arch).pth"
  try Checkpoint.write(network.stateDictionary, to: file)
  print("")
  return file
}
