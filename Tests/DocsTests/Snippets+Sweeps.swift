// swift-format-ignore-file
// Made from Docs/Sweeps.md by .ci/snippets.py; do not edit.

import Lightbox

// Cross-validation
func snippetSweeps1() async throws {
  var plan = TrainingPlan(table: LabelTable("films/labels.csv", folder: "films"), imageSize: 224)
  plan.data.folds = 5
  let pooled = try CrossValidation(plan).run(in: "cv")
  print(pooled.measures[0].pooled)   // AUC with its interval
  _ = plan
  _ = pooled
}
