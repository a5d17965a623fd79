import Foundation
import Lightbox

/// Draws films with and without a pneumothorax, unless the folder has them.
func drawFilms(_ count: Int, in folder: String) throws {
  guard !FileManager.default.fileExists(atPath: "\(folder)/labels.csv") else { return }
  print("drawing \(count) films: \(folder)")
  try SyntheticSIIM(count: count, size: 512, seed: 7).write(to: folder)
}

/// A test film with a pneumothorax.
func drawnFilm(in folder: String) throws -> String {
  let rows = try CSVTable(contentsOf: "\(folder)/labels.csv").rows
  let test = rows.filter { $0["split"] == "test" }
  let row = test.first { $0["label"] == "Pneumothorax" } ?? rows[0]
  return "\(folder)/\(row["file"] ?? "")"
}

/// Trains a DenseNet-121 for CheXNet's 14 findings on films that have only one of them, and saves it as published
/// checkpoints of CheXNet are: what stands in for one.
func trainedCheckpoint(
  _ size: Int, _ epochs: Int, films: String, in folder: String
) throws -> String {
  print("no --weights: training densenet121 for \(epochs) epochs")
  let findings = try Architecture.named("chexnet").vocab
  let block = DataBlock<CSVTable.Row>(
    blocks: (ImageBlock(), MultiCategoryBlock(vocab: findings)),
    getX: { row in "\(films)/\(row[0])" },
    getY: { row in row[1] == "Pneumothorax" ? "Pneumothorax" : "" },
    getSplit: { row in row["split"] == "train" ? .train : .valid }, splitter: ColSplitter(),
    itemTransforms: [Resize(size)], batchTransforms: [Normalize.imageNet])
  let rows = try CSVTable(contentsOf: "\(films)/labels.csv").rows.filter { $0["split"] != "test" }
  let dls = try block.dataLoaders(rows, batchSize: 16)

  let network = try Architecture.named("densenet121").makeModel(classCount: findings.count)
  network.initialize(seed: 42)
  let learner = Learner(
    model: network, train: dls.train, valid: dls.valid, lossFunction: .bceWithLogits(),
    metrics: [.accuracyMulti()])
  try learner.fitOneCycle(epochs, learningRate: 2e-3)

  let file = "\(folder)/densenet.pth"
  try Checkpoint.write(network.stateDictionary.map { (olderName($0.name), $0.tensor) }, to: file)
  // The usual ending of such files; writing goes by the last one.
  let named = "\(file).tar"
  if FileManager.default.fileExists(atPath: named) {
    try FileManager.default.removeItem(atPath: named)
  }
  try FileManager.default.moveItem(atPath: file, toPath: named)
  print("")
  return named
}

/// The name of a tensor in checkpoints of PyTorch 0.3: "norm.1" for "norm1", and a prefix for each wrapper.
private func olderName(_ name: String) -> String {
  var parts = name.split(separator: ".").map(String.init)
  if let layer = parts.firstIndex(where: { $0.hasPrefix("denselayer") }), layer + 1 < parts.count,
    let digit = parts[layer + 1].last, digit.isNumber
  {
    parts[layer + 1] = "\(parts[layer + 1].dropLast()).\(digit)"
  }
  if parts[0] == "classifier" { parts.insert("0", at: 1) }
  return "module.densenet121." + parts.joined(separator: ".")
}
