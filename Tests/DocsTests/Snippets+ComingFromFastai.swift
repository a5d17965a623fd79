// swift-format-ignore-file
// Made from Docs/ComingFromFastai.md by .ci/snippets.py; do not edit.

import Lightbox

// Coming from fastai
func snippetComingFromFastai1(_ files: [String], _ label: @escaping @Sendable (String) -> String) async throws {
  let block = DataBlock<String>(
    blocks: (ImageBlock(), CategoryBlock()),                         // DataBlock(blocks=(ImageBlock, CategoryBlock),
    getX: { $0 }, getY: { label($0) },                               //   get_x=…, get_y=…,
    splitter: RandomSplitter(validFraction: 0.2, seed: 42),          //   splitter=RandomSplitter(0.2, seed=42),
    itemTransforms: [Resize(266)],                                   //   item_tfms=Resize(266), batch_tfms=
    batchTransforms: augTransforms(size: 224, minScale: 0.75))       //     aug_transforms(size=224, min_scale=0.75))
  let loaders = try block.dataLoaders(files, batchSize: 64)          // dls = dblock.dataloaders(files, bs=64)
  let learner = try visionLearner(                                   // learn = vision_learner(
    loaders, Architecture.named("resnet34"), weights: "resnet34.pth",   //   dls, resnet34,
    metrics: [.errorRate])                                           //   metrics=error_rate)
  let found = try learner.lrFind()                                   // learn.lr_find()
  try learner.fineTune(4, baseLearningRate: found.valley ?? 2e-3)   // learn.fine_tune(4, lr)
  let (name, index, probabilities) = try learner.predict(files[0])   // learn.predict(files[0])
  _ = block
  _ = loaders
  _ = learner
  _ = found
  _ = name
  _ = index
  _ = probabilities
}
