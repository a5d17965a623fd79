// A network of one's own: trained, saved, loaded, hooked and explained like a built-in one.
//
//     OwnModule FOLDER
//
// FOLDER holds labels.csv (file, label) and films, as `lightbox data synth FOLDER` makes them.

import Foundation
import Lightbox

guard CommandLine.arguments.count > 1 else {
  print("usage: OwnModule FOLDER")
  exit(64)
}
let folder = CommandLine.arguments[1]
let table = try CSVTable(contentsOf: "\(folder)/labels.csv")
let films = DataBlock<CSVTable.Row>(
  getX: { row in "\(folder)/\(row[0])" }, getY: { row in row[1] },
  splitter: .random(validFraction: 0.2, seed: 7), itemTransforms: [Resize(64)])
let loaders = try films.dataLoaders(table.rows, batchSize: 8)

// What it is made of.
let model = TinyNet(classCount: loaders.vocab.count)
let summary = ModelSummary(of: model, input: [1, 3, 64, 64])
for layer in summary.layers { print(layer.path, layer.kind, layer.output ?? [], layer.parameters) }
print(summary.parameters, "parameters,", summary.multiplyAdds, "multiply-adds")

// Trained by a plain learner, in two groups so that the early layers can be frozen.
let learner = Learner(
  model: model, train: loaders.train, valid: loaders.valid,
  groups: [model.body.parameters, model.classifier.parameters], metrics: [.accuracy])
try learner.fitOneCycle(2, learningRate: 5e-3)

// Saved, and loaded into another one: the same answers, bit by bit.
let film = "\(folder)/\(table.rows[0][0])"
let image = try loaders.preprocessing.prepare(film)
try SafeTensors.write(model.stateDictionary, to: "tiny.safetensors")
let again = TinyNet(classCount: loaders.vocab.count)
let report = again.load(try SafeTensors(contentsOf: "tiny.safetensors").tensors)
guard report.isComplete else { fatalError("\(report)") }
let (answer, activations) = withHook(on: again.stages) { hook in
  (again.eval()(image.input), hook.stored)
}
guard answer.floatScalars == model.eval()(image.input).floatScalars else {
  fatalError("what was loaded gives other answers than what was saved")
}
print("logits", answer.floatScalars, "from activations of", activations?.shape ?? [])

// Explained: a map for each class at the last layer that has rows and columns.
for map in try getCmaps(image, model: again, layer: again.stages, vocab: loaders.vocab) {
  print("map of \(map.className):", map.map.shape, "probability", map.probability)
}

// As the body of a vision learner, with fastai's head, its freezing, and answers for files.
let tiny = Architecture("tinynet", classCount: 2, imageSize: 64) {
  TinyNet(classCount: $0, inputChannels: $1)
}
let vision = visionLearner(loaders, tiny, metrics: [.accuracy])
guard vision.vision.load(model.stateDictionary).missing.isEmpty else {
  fatalError("the body does not fit")
}
vision.freeze()
try vision.fit(1)
let (label, _, probabilities) = try vision.predict(film)
print(label, probabilities)
let maps = try getCmaps(film, vision.predictor, layer: vision.vision.lastSpatialLayer)
print("own module: trained, saved, loaded, hooked, explained in \(maps.count) maps")
