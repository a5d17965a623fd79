import Console
import Lightbox

/// Says what happens in a run.
func tell(_ event: RunEvent) {
  switch event {
  case .columns(let columns): tell(columns)
  case .warning(let warning): tell(warning)
  case .weightsLoaded(let path, let taken, let left):
    say("lightbox: loaded \(taken) tensors from \(path)")
    if !left.isEmpty {
      say(
        "lightbox: \(left.count) tensors not used, of the classifier or unknown "
          + "(\(left.prefix(4).map(\.printable).joined(separator: ", ")))")
    }
  case .networkChosen(let part, let others):
    say(
      "lightbox: took \(part.printable), the only network of the file that fits; not "
        + others.map(\.printable).joined(separator: ", "))
  case .filtersAdapted(let name, let from, let to):
    say(
      "lightbox: \(name) is for images of \(from) channel\(from == 1 ? "" : "s"); adapted to \(to)"
    )
  case .started(let run):
    say(
      """
      lightbox: \(run.plan.architecture), \(run.data.train) training and \(run.data.valid) \
      validation images, split \(run.data.method ?? "as before")
      """)
    if let split = run.data.split {
      say(
        "lightbox: \(split.proof)"
          + (split.patientWords.map {
            " (\($0)"
              + ($0.contains("DICOM") ? "; --patient-column none declines)" : ")")
          } ?? "").printable)
    }
    if !run.vocab.isEmpty { say("lightbox: classes \(run.vocab.joined(separator: " | "))") }
  case .resumed(let steps, let epoch):
    say("lightbox: the run continues after \(steps) training steps, in epoch \(epoch)")
  case .canContinue(let path):
    say("lightbox: the run can be continued: lightbox train --resume \(path)".printable)
  case .finished(let path): say("lightbox: \(path) is finished".printable)
  case .advice(let text): say("lightbox: \(text)")
  case .skipped: break
  }
}
