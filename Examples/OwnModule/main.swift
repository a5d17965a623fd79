// A custom network, trained, saved, loaded, hooked and explained like a built-in one.
//
//     OwnModule FOLDER
//
// FOLDER contains labels.csv (file, label) and images, as created by `lightbox data synth FOLDER`.

import Foundation
import Lightbox

guard CommandLine.arguments.count == 2, !CommandLine.arguments[1].hasPrefix("-") else {
  print("USAGE: OwnModule FOLDER")
  exit(["--help", "-h"].contains(CommandLine.arguments.last) ? 0 : 64)
}
do {
  let folder = CommandLine.arguments[1]
  let table = try CSVTable(contentsOf: "\(folder)/labels.csv")
  let block = DataBlock<CSVTable.Row>(
    getX: { row in "\(folder)/\(row[0])" }, getY: { row in row[1] },
    splitter: RandomSplitter(validFraction: 0.2, seed: 7), itemTransforms: [Resize(64)])
  let loaders = try block.dataLoaders(table.rows, batchSize: 8)

  // A summary.
  let model = TinyNet(classCount: loaders.vocab.count)
  let summary = ModelSummary(of: model, input: [1, 3, 64, 64])
  print(summary)
  print(summary.parameters, "parameters,", summary.multiplyAdds, "multiply-adds")

  // Training with a plain learner, in two parameter groups so that the body can be frozen.
  let learner = Learner(
    model: model, train: loaders.train, valid: loaders.valid,
    groups: [model.body.parameters, model.classifier.parameters], metrics: [.accuracy])
  try learner.fitOneCycle(2, learningRate: 5e-3)

  // Saving and loading: the loaded network gives the same logits bit for bit.
  let file = "\(folder)/\(table.rows[0][0])"
  let image = try loaders.pipeline.prepare(file)
  try Checkpoint.write(model.stateDictionary, to: "tiny.safetensors")
  let loaded = TinyNet(classCount: loaders.vocab.count)
  let report = loaded.load(try Checkpoint(contentsOf: "tiny.safetensors").stateDictionary())
  guard report.isComplete else { fatalError("\(report)") }
  let (logits, activations) = withHook(on: loaded.stages) { hook in
    (loaded.eval()(image.input), hook.stored)
  }
  guard logits.floatScalars == model.eval()(image.input).floatScalars else {
    fatalError("the loaded network gives different logits")
  }
  print("logits", logits.floatScalars, "from activations of", activations?.shape ?? [])

  // Class activation maps at the last layer with rows and columns.
  let gradCAM = Explainer(
    model: loaded, vocab: loaders.vocab, GradCAM(), layers: [TappedLayer("stages", loaded.stages)],
    options: .fmi)
  for map in try gradCAM(image).maps {
    print("map of \(map.className):", map.map.shape, "probability", map.probability)
  }

  // A vision learner with the network as body and fastai's head.
  let tiny = Architecture("tinynet", classCount: 2, imageSize: 64) {
    TinyNet(classCount: $0, inputChannels: $1)
  }
  let vision = visionLearner(loaders, tiny, metrics: [.accuracy])
  guard vision.visionModel.load(model.stateDictionary).missing.isEmpty else {
    fatalError("the body does not fit")
  }
  vision.freeze()
  try vision.fit(1)
  let (label, _, probabilities) = try vision.predict(file)
  print(label, probabilities)
  let maps = try getCmaps(file, vision.predictor, layer: vision.visionModel.lastSpatialLayer)
  print("custom module: trained, saved, loaded, hooked, explained in \(maps.count) maps")
} catch {
  // Errors of Lightbox describe themselves in one line: the file, the problem and the way out.
  FileHandle.standardError.write(Data("OwnModule: \(error)\n".utf8))
  exit(1)
}
