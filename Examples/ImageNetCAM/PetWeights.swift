import Foundation
import Lightbox

/// The ImageNet class of each drawn breed; PETS's "Abyssinian" is not one of them.
private let classOfBreed = [
  "Abyssinian": "tabby", "Egyptian_Mau": "Egyptian cat", "Persian": "Persian cat",
  "Siamese": "Siamese cat", "beagle": "beagle", "boxer": "boxer", "pug": "pug",
  "samoyed": "Samoyed",
]

/// Trains the network with its 1000 outputs on drawn pets, under the names of their ImageNet classes, and saves it as
/// torchvision does: what stands in for the published weights.
func petWeights(
  _ arch: String, _ count: Int, _ size: Int, _ epochs: Int, in folder: String
) throws -> String {
  print("no --weights: drawing \(count) pets and training \(arch) on them for \(epochs) epochs")
  let pets = "\(folder)/pets-\(count)-\(size)"
  if !FileManager.default.fileExists(atPath: "\(pets)/README.txt") {
    try SyntheticPets(count: count, size: size, seed: 7).write(to: pets)
  }
  let block = DataBlock<DataItem>(
    blocks: (ImageBlock(), CategoryBlock(vocab: ImageNet.classNames)),
    splitter: RandomSplitter(validFraction: 0.2, seed: 21), itemTransforms: [Resize(size)],
    batchTransforms: [Normalize.imageNet])
  let breed = try RegexLabeller(#"([^/]+)_\d+.jpg$"#)
  let files = try getImageFiles(in: "\(pets)/images")
  let items = try files.map { DataItem(path: $0, label: classOfBreed[try breed($0)]) }
  let dls = try block.dataLoaders(items, batchSize: 16)

  let network = try Architecture.named(arch).makeModel()
  network.initialize(seed: 42)
  let learner = Learner(
    model: network, train: dls.train, valid: dls.valid, lossFunction: .crossEntropy(),
    metrics: [.accuracy])
  try learner.fitOneCycle(epochs, learningRate: 2e-3)
  let file = "\(folder)/\(arch).pth"
  try Checkpoint.write(network.stateDictionary, to: file)
  print("")
  return file
}

/// Draws a dog that is in no training set, higher than wide.
func drawnDog(in folder: String) throws -> String {
  let path = "\(folder)/beagle.jpg"
  try SyntheticPets(size: 256, seed: 2026).image(of: "beagle", 2)
    .cropped(x: 8, y: 0, width: 200, height: 256).write(to: path)
  return path
}
