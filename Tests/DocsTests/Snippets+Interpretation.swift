// swift-format-ignore-file
// Made from Docs/Interpretation.md by .ci/snippets.py; do not edit.

import Lightbox

// In one line
func snippetInterpretation1() async throws {
  let run = try SavedRun("run")
  let explainer = Explainer(run.predictor)                                  // the default maps
  let explanation = try explainer(run.predictor.prepare("film.dcm"))
  let boxes = explanation.boxes(BoxOptions(rule: .relative(0.25)))
  try explanation.figure(title: "film", facts: FigureFacts(explainer)).write(to: "film.svg")
  _ = run
  _ = explainer
  _ = explanation
  _ = boxes
}
