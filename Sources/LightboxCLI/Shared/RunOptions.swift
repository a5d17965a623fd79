import ArgumentParser
import Lightbox

/// A run and one of its checkpoints.
struct RunOptions: ParsableArguments {
  @Argument(help: "The folder of the run.")
  var run: String

  @Option(help: "The weights: best or last.")
  var checkpoint = "best"

  func open() throws -> SavedRun {
    let saved = try SavedRun(run, checkpoint: checkpoint)
    if saved.checkpoint != checkpoint {
      say("lightbox: this run has no best weights; using the last")
    }
    return saved
  }
}
