/// The text files of a synthetic set.
struct SyntheticLists {
  let plan: SyntheticPlan
  /// One row of runs per film.
  let masks: [String]
  let maker: SyntheticSIIM

  /// Names and contents, `labels.csv` last.
  var files: [(name: String, text: String)] {
    [("README.txt", readme), ("masks.csv", masksText), ("labels.csv", labels)]
  }

  private var labels: String {
    "file,label,split,patient\n"
      + plan.films.map { "\($0.file),\($0.label),\($0.split.rawValue),\($0.patientID)\n" }.joined()
  }

  private var masksText: String {
    "ImageId, EncodedPixels\n"
      + zip(plan.films, masks).map { "\($0.name),\($1)\n" }.joined()
  }

  private var readme: String {
    """
    Synthetic chest films
    =====================

    These \(plan.films.count) films were drawn by a program (lightbox data synth). They show nobody,
    come from no hospital, and are not fit for any medical purpose: they are there to try Lightbox.

    train/, test/   DICOM files: \(maker.size) x \(maker.size) pixels, 8 bit, JPEG Baseline, like the
                    films of the SIIM-ACR Pneumothorax set; one in ten is MONOCHROME1
    labels.csv      file, label (No Pneumothorax | Pneumothorax), split (train | valid | test), patient;
                    all films of a patient are in the same split
    masks.csv       ImageId (the file's name without .dcm) and the true region as SIIM's run-length
                    rows: pairs of gap and length; a gap counts from the end of the run before, down
                    the columns of a film of \(maker.size) rows; -1 is none

    Made with --count \(maker.count) --size \(maker.size) --seed \(maker.seed). You may use these files
    for anything.

    """
  }
}
