// swift-format-ignore-file
// Made from Docs/GettingStarted.md by .ci/snippets.py; do not edit.

import Lightbox

// The same in Swift
func snippetGettingStarted1() async throws {
  let table = LabelTable("films/labels.csv", folder: "films")
  var plan = TrainingPlan(table: table, imageSize: 160)
  plan.model.architecture = "resnet18"
  plan.model.outputStride = 16
  plan.data.batchSize = 16
  plan.train.epochs = 12
  let result = try plan.run(in: "run-swift")
  print(result.imagesSeen, "images in", result.seconds, "s")

  let run = try SavedRun("run-swift")
  let report = try run.report(on: run.ownItems(split: "test"), of: table)
  print("AUC \(report.auc.value ?? .nan)")

  let film = "films/test/000364.dcm"
  let (label, _, probabilities) = try run.predict(film)
  print(label, probabilities)

  for record in try run.interpret([film], to: "figures-swift") {
    for box in record.boxes ?? [] {
      print(box.className, box.box, "score", box.score)
    }
  }

  try run.export("model.safetensors")
  let model = try loadLearner("model.safetensors")
  print(try model.predict(film).label)
  _ = table
  _ = plan
  _ = result
  _ = run
  _ = report
  _ = film
  _ = label
  _ = probabilities
  _ = model
}
