import Foundation
import Lightbox

/// The true mask of a film from `masks.csv`, which drawn films and SIIM's have; nil without one.
func trueMask(of film: String, in folder: String, size: (width: Int, height: Int)) throws
  -> (any ImageMask)?
{
  let path = "\(folder)/masks.csv"
  guard FileManager.default.fileExists(atPath: path) else { return nil }
  let mask = try SIIMMaskFile(path: path, width: size.width, height: size.height)
    .mask(forFile: film)
  return mask.flatMap { $0.isEmpty ? nil : $0 }
}

/// Draws film, map, box and the true region side by side, as `lightbox interpret` does.
///
/// `.fmi` computes the document's map and box; the defaults differ, and `Docs/Interpretation.md` has both measured.
func drawBesideTruth(
  _ film: PreparedImage, cls: Int, _ learn: VisionLearner, layer: Module, mask: any ImageMask,
  to path: String
) throws {
  let explainer = Explainer(
    learn.predictor, GradCAM(), layers: [TappedLayer("layer4.-1", layer)], options: .fmi)
  let explanation = try explainer(film, classes: [cls])
  var options = FigureOptions()
  options.boxColor = .red
  try explanation.figure(
    title: "Grad-CAM of layer4 and its box, beside the true region",
    facts: FigureFacts(
      explainer, mask: mask, boxes: explanation.boxes(BoxOptions(rule: .peakCell))),
    options: options
  ).write(to: path)
}
