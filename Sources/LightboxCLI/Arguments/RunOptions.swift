import ArgumentParser
import Foundation
import Lightbox

/// A finished run and which of its weights to use.
struct RunOptions: ParsableArguments {
  @Argument(help: "The run's folder.")
  var run: String

  @Option(help: "Which weights: best or last.")
  var checkpoint = "best"

  func load() throws -> (
    folder: RunFolder, description: RunDescription, vision: VisionModel, predictor: Predictor
  ) {
    let folder = try RunFolder(opening: run)
    let description = try folder.settings(as: RunDescription.self)
    var name = checkpoint
    if !folder.hasCheckpoint(name), name == "best", folder.hasCheckpoint("last") {
      say("lightbox: this run has no best weights, so the last are used")
      name = "last"
    }
    let (vision, predictor) = try description.load(weights: folder.checkpointPath(name))
    return (folder, description, vision, predictor)
  }
}
