import ArgumentParser
import Lightbox

/// The intensity window of grayscale DICOM files.
struct IntensityOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The intensity window of DICOM files: auto (the file's own), voi:INDEX, minmax, stored, "
        + "range:LOWER,UPPER, percentile:LOWER,UPPER, window:CENTER,WIDTH, or \(DICOMIntensity.windowNames).",
      valueName: "window"
    ))
  var intensity = "auto"

  func parsed() throws -> DICOMIntensity { try DICOMIntensity(intensity) }
}
