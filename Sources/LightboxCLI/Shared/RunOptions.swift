import ArgumentParser
import Lightbox

/// A run and one of its checkpoints.
struct RunOptions: ParsableArguments {
  @Argument(help: "The folder of the run.")
  var run: String

  @Option(help: "The checkpoint: best or last.")
  var checkpoint = "best"

  func open(frames: FrameChoice?, outputStride: Int? = nil) throws -> SavedRun {
    let saved: SavedRun
    do {
      saved = try SavedRun(
        run, checkpoint: checkpoint, frames: frames, outputStride: outputStride)
    } catch let error as CheckpointError where error.isOfValues {
      // No image can be classified: the same exit code as for images that cannot.
      say("Error: \(error)")
      throw ExitCode(2)
    }
    if saved.checkpoint != checkpoint {
      say("lightbox: the run has no checkpoint \"best\"; using \"last\"")
    }
    return saved
  }
}
