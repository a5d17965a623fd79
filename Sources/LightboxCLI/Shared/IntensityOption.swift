import ArgumentParser
import Lightbox

/// The intensity window of grayscale DICOM files.
struct IntensityOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The intensity window of DICOM files: auto (the file's own), minmax, stored, "
        + "percentile:LOW,HIGH, window:CENTER,WIDTH, or a name, such as lungs.", valueName: "window"
    ))
  var intensity = "auto"

  func parsed() throws -> DICOMIntensity { try DICOMIntensity(intensity) }
}
