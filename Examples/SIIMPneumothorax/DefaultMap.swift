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

/// Draws the map that `lightbox interpret` shows by default, with its boxes and the true mask, to compare the document's with.
///
/// Layer-CAM of all stages instead of Grad-CAM of the last one, of the margin over the other class, with cells placed by
/// their receptive fields: `Docs/Interpretation.md` has both measured.
///
/// - Returns: The boxes, the one with the highest score first.
func drawDefaultMap(
  of film: PreparedImage, cls: Int, _ learn: VisionLearner, mask: (any ImageMask)?, to path: String
) throws -> [ClassBox] {
  let explainer = Explainer(learn.predictor)
  let explanation = try explainer(film, classes: [cls])
  let boxes = explanation.boxes(BoxOptions())
  try explanation.figure(
    title: "The default map of Lightbox",
    facts: FigureFacts(explainer, mask: mask, boxes: boxes)
  ).write(to: path)
  return boxes
}
