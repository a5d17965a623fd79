public import ArgumentParser
public import Lightbox

extension FrameChoice: ExpressibleByArgument {}

/// The frames of a DICOM file with several, in commands that open a run.
struct FramesOption: ParsableArguments {
  @Option(
    help:
      "Of a DICOM file with several frames: first, all (each one is an image), or refuse. Default: as in training."
  )
  var frames: FrameChoice?
}
