// swift-format-ignore-file
// Made from Docs/DICOM.md by .ci/snippets.py; do not edit.

import Lightbox

// DICOM
func snippetDICOM1() async throws {
  let file = try DICOMFile(contentsOf: "film.dcm")
  print(file.string("PhotometricInterpretation") ?? "", file.frameCount ?? 1)
  let hounsfield = try file.scaledPixels()                       // modality values, float
  let gray = try file.display(intensity: .windowed(.lungs))      // 8 bits, as the pipeline sees it
  if let spacing = file.pixelSpacing { print(spacing.row, spacing.column, spacing.words) }
  print(hounsfield.width, gray.width)
  _ = file
  _ = hounsfield
  _ = gray
}
