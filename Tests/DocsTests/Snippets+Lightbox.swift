// swift-format-ignore-file
// Made from Sources/Lightbox/Lightbox.docc/Lightbox.md by .ci/snippets.py; do not edit.

import Lightbox

// Overview
func snippetLightbox1() async throws {
  let table = LabelTable("films/labels.csv", folder: "films")
  var plan = TrainingPlan(table: table, imageSize: 160)
  plan.model.architecture = "resnet18"
  plan.train.epochs = 12
  let result = try plan.run(in: "run")
  print(result.imagesSeen, "images in", result.seconds, "seconds")

  let run = try SavedRun("run")
  let report = try run.report(on: run.ownItems(split: "test"), of: table)
  print("AUC", report.auc.value ?? .nan)
  _ = table
  _ = plan
  _ = result
  _ = run
  _ = report
}
