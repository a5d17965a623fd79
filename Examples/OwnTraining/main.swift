// A custom loss, metric and callback in a training on the bundled radiographs.
//
//     OwnTraining [FOLDER]
//
// FOLDER receives the sample "pneumonia28". Default: a temporary folder, removed at the end.

import Foundation
import Lightbox

/// Three convolutions for images of 28 x 28 pixels with one channel.
final class SmallNet: Module {
  let features = Sequential(
    Conv2D(1, 16, kernelSize: 3, stride: 2, padding: 1, bias: false), BatchNorm(16), ReLU(),
    Conv2D(16, 32, kernelSize: 3, stride: 2, padding: 1, bias: false), BatchNorm(32), ReLU(),
    Conv2D(32, 64, kernelSize: 3, stride: 2, padding: 1, bias: false), BatchNorm(64), ReLU())
  let pool = AdaptiveAvgPool2D()
  let classifier = Linear(64, 2)
  override func forward(_ input: Tensor) -> Tensor {
    classifier(pool(features(input)).flattened())
  }
}

func train(in folder: String) throws {
  if !FileManager.default.fileExists(atPath: "\(folder)/labels.csv") {
    try SampleDataset.pneumonia28.unpack(to: folder)
  }
  let table = try CSVTable(contentsOf: "\(folder)/labels.csv")
  let block = DataBlock<CSVTable.Row>(
    getX: { row in "\(folder)/\(row[0])" }, getY: { row in row[1] },
    getSplit: { row in row["split"] == "train" ? .train : .valid }, splitter: ColSplitter(),
    itemTransforms: [Resize(28)],
    batchTransforms: [Normalize(mean: [0.57], standardDeviation: [0.17])])
  let loaders = try block.dataLoaders(
    table.rows.filter { $0["split"] != "test" }, batchSize: 64, seed: 7)

  let norms = GradientNormLog()
  let learner = Learner(
    model: SmallNet(), train: loaders.train, valid: loaders.valid, lossFunction: .poly1(),
    metrics: [.accuracy, .gMean], callbacks: [norms])
  learner.model.initialize(seed: 7)
  // The best weights are kept as models/model.safetensors, without a run folder.
  learner.checkpoints = FileCheckpoints("\(folder)/models")
  try learner.fitOneCycle(
    3, learningRate: 5e-3,
    callbacks: [SaveModelCallback(monitor: "g_mean"), ExponentialMovingAverage(decay: 0.98)])

  print("\nepoch  smallest norm  mean norm  largest norm")
  for (epoch, row) in norms.rows.enumerated() {
    let mean = row.sum / Double(max(row.steps, 1))
    print(
      String(
        format: "%5d  %13.4f  %9.4f  %12.4f", epoch, row.smallest, mean, row.largest))
  }
  let best = learner.recorder.rows.compactMap { $0.value(of: "g_mean") }.max() ?? .nan
  print(String(format: "own loss, metric and callback: best g_mean %.4f", best))
}

if let option = CommandLine.arguments.dropFirst().first, option.hasPrefix("-") {
  print("USAGE: OwnTraining [FOLDER]")
  exit(option == "--help" || option == "-h" ? 0 : 64)
}
let isTemporary = CommandLine.arguments.count < 2
let folder =
  isTemporary
  ? "\(FileManager.default.temporaryDirectory.path)/lightbox-own-training-\(getpid())"
  : CommandLine.arguments[1]
var code: Int32 = 0
do {
  try train(in: folder)
} catch {
  // Errors of Lightbox describe themselves in one line: the file, the problem and the way out.
  FileHandle.standardError.write(Data("OwnTraining: \(error)\n".utf8))
  code = 1
}
if isTemporary { try? FileManager.default.removeItem(atPath: folder) }
exit(code)
