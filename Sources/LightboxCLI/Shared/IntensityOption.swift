import ArgumentParser
import Lightbox

/// The intensity window of grayscale DICOM files.
struct IntensityOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The intensity of DICOM files: \(DICOMIntensity.grammar).", valueName: "intensity"
    ))
  var intensity = "auto"

  func parsed() throws -> DICOMIntensity { try DICOMIntensity(intensity) }
}
