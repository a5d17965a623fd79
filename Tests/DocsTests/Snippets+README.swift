// swift-format-ignore-file
// Made from README.md by .ci/snippets.py; do not edit.

import Lightbox

// From Swift
func snippetREADME1() async throws {
  let table = LabelTable("films/labels.csv", folder: "films")
  var plan = TrainingPlan(table: table, imageSize: 160)
  plan.model.architecture = "resnet18"
  plan.train.epochs = 12
  let result = try plan.run(in: "run")
  print(result.imagesSeen, "images in", result.seconds, "seconds")

  let run = try SavedRun("run")
  let report = try run.report(on: run.ownItems(split: "test"), of: table)
  print("AUC", report.auc.value ?? .nan)

  for record in try run.interpret(["films/test/000364.dcm"], to: "figures") {
    for box in record.boxes ?? [] { print(box.className, box.box) }
  }

  try run.export("model.safetensors")
  let model = try loadLearner("model.safetensors")      // many threads can use it at once
  print(try model.predict("films/test/000364.dcm").label)
  _ = table
  _ = plan
  _ = result
  _ = run
  _ = report
  _ = model
}

// From Swift
func snippetREADME2() async throws {
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
