import ArgumentParser
import Console
import Lightbox

/// A run and one of its checkpoints, or an exported model.
struct RunOptions: ParsableArguments {
  @Argument(help: "The folder of a run, or a file that \"lightbox export\" wrote.")
  var run: String

  @Option(help: "Of a run, the checkpoint: best or last. Default: best.")
  var checkpoint: String?

  func open(frames: FrameChoice?, outputStride: Int? = nil) throws -> any SavedModel {
    do {
      if FileName.exists(run), !FileName.isFolder(run) {
        if let checkpoint {
          throw ValidationError(
            "--checkpoint \(checkpoint): \(run) is an exported model, which has one")
        }
        return told(try loadLearner(run, frames: frames, outputStride: outputStride))
      }
      let name = checkpoint ?? "best"
      let saved = try SavedRun(run, checkpoint: name, frames: frames, outputStride: outputStride)
      if saved.checkpoint != name {
        say("lightbox: the run has no checkpoint \"\(name)\"; using \"\(saved.checkpoint)\"")
      }
      if let other = saved.otherCalibration {
        say(
          other.checkpoint == saved.checkpoint
            ? "lightbox: calibration.json is of another \(other.checkpoint) checkpoint and not used; calibrate again"
            : "lightbox: calibration.json is of the checkpoint \(other.checkpoint), not of \(saved.checkpoint), and not used"
        )
      }
      return told(saved)
    } catch let error as CheckpointError where error.isOfValues {
      // No image can be classified: the same exit code as for images that cannot.
      say("Error: \(error)")
      throw ExitCode(2)
    }
  }

  /// Says by which temperature and threshold the model predicts.
  private func told(_ model: some SavedModel) -> any SavedModel {
    guard let source = model.calibrationSource, let calibration = model.predictor.calibration else {
      return model
    }
    say("lightbox: \(calibration.words(model.vocab)) (\(source.words))")
    return model
  }
}

extension PredictorCalibration {
  /// "temperature 1.42, b from p >= 0.37".
  func words(_ vocab: [String]) -> String {
    var parts: [String] = []
    if let temperature { parts.append("temperature \(NumberFormat.significant(temperature, 3))") }
    if let threshold, vocab.count == 2 {
      parts.append("\(vocab[1].printable) from p >= \(NumberFormat.significant(threshold, 4))")
    }
    return parts.isEmpty ? "no temperature and no threshold" : parts.joined(separator: ", ")
  }
}
