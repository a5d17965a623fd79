import ArgumentParser
import Lightbox

/// Test time augmentation.
struct AugmentationOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Test time augmentation: mix the probabilities with the mean of so many passes with the transforms of training, without mirroring; 1 to 100.",
      valueName: "passes"))
  var tta: Int?

  func validate() throws { try requireOption("--tta", tta, in: 1...100) }

  /// Says if there is nothing to augment with.
  func tell(_ model: any SavedModel) {
    guard !model.predictor.hasRandomTransforms else { return }
    say("lightbox: --tta changes nothing: the model was trained without random transforms")
  }
}
