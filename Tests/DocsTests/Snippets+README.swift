// swift-format-ignore-file
// Made from README.md by .ci/snippets.py; do not edit.

import Lightbox

// Line 95.
func snippetREADME1() async throws {
  let table = LabelTable("films/labels.csv", folder: "films")
  var plan = TrainingPlan(table: table, imageSize: 64)
  plan.architecture = "resnet18"
  plan.epochs = 6
  plan.optimizer = .adam(weightDecay: 0.1)
  let result = try plan.run(in: "run")
  print(result.imagesSeen, "images in", result.seconds, "seconds")

  let run = try SavedRun("run")
  let (test, _) = try run.select(table.items(), split: "test")
  let predictions = try run.predictor.predictions(for: test)
  let evaluation = Evaluation(predictions, vocab: run.predictor.vocab)
  print("AUC", evaluation.auc ?? .nan, "accuracy", evaluation.accuracy)

  for record in try run.interpret(["films/test/00000.dcm"], to: "figures") {
    print(record.file, record.figure ?? record.error ?? "")
  }
  _ = table
  _ = plan
  _ = result
  _ = run
  _ = test
  _ = predictions
  _ = evaluation
}

// Line 120.
func snippetREADME2() async throws {
  try run.calibrate(threshold: .chosen(.sensitivity(atLeast: 0.95)))   // on the run's validation images
  try SavedRun("run").export("model.safetensors")                      // a VisionLearner has export, too

  let model = try loadLearner("model.safetensors")
  let (label, _, probabilities) = try model.predict(uploadedData, name: "film.dcm")   // or a path, or pixels
  try model.interpret(["film.dcm"], to: "maps")
  _ = model
  _ = label
  _ = probabilities
}

// Line 138.
func snippetREADME3() async throws {
  let pneu = "siim_small"
  let df = try CSVTable(contentsOf: "\(pneu)/labels.csv")
  let pneumothorax = DataBlock<CSVTable.Row>(
    blocks: (ImageBlock(), CategoryBlock()),
    getX: { row in "\(pneu)/\(row[0])" },
    getY: { row in row[1] },
    itemTransforms: [Resize(266)],
    batchTransforms: [RandomResizedCropGPU(226)] + augTransforms(doFlip: false, maxWarp: 0.1))
  let dls = try pneumothorax.dataLoaders(df.rows, batchSize: 32)

  let learn = try visionLearner(
    dls, "resnet18", metrics: [.accuracy],
    callbacks: [ReduceLROnPlateau(minimumDelta: 0.1), GradientClip(), SaveModelCallback(monitor: "accuracy")])
  try learn.fit(3, learningRate: 1e-3)

  let film = "\(pneu)/\(df.rows[0][0])"
  let (label, cls, probabilities) = try learn.predict(film)
  let x = try learn.predictor.prepare(film).input
  let layer = learn.visionModel.lastSpatialLayer

  let camMap = withHookBwd(on: layer) { hookg in
    let (output, act) = withHook(on: layer) { hook in (learn.model.eval()(x), hook.stored) }
    output[0, cls].backward()
    guard let grad = hookg.stored, let act else { fatalError("the layer did not run") }
    let w = grad[0].mean(axes: [1, 2], keepingDimensions: true)
    return (w * act[0]).sum(axis: 0)
  }
  let maps = try getCmaps(film, learn.predictor, layer: layer)
  let boxes = try getBoxes(film, learn.predictor, layer: layer)
  _ = pneu
  _ = df
  _ = pneumothorax
  _ = dls
  _ = learn
  _ = film
  _ = label
  _ = cls
  _ = probabilities
  _ = x
  _ = layer
  _ = camMap
  _ = maps
  _ = boxes
}
