import ArgumentParser
import Lightbox

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Predict the class of images.",
    discussion: """
      Files that cannot be read are reported, the others are predicted all the same; the exit code is \
      then 2.
      """)

  @OptionGroup var model: RunOptions

  @Argument(help: "DICOM, PNG or JPEG files.")
  var files: [String]

  @OptionGroup var compute: ComputeOptions

  @Flag(help: "Print JSON.")
  var json = false

  private struct Answer: Encodable {
    let file: String
    var label: String?
    var probabilities: [String: Double]?
    var error: String?
  }

  func run() throws {
    try compute.settings.apply(imageCount: files.count)
    let predictor = try model.open().predictor
    let answers = files.map { file in
      do {
        let (label, _, probabilities) = try predictor.predict(file)
        return Answer(
          file: file, label: label,
          probabilities: Dictionary(
            zip(predictor.vocab, probabilities), uniquingKeysWith: { first, _ in first }))
      } catch {
        return Answer(file: file, error: "\(error)")
      }
    }
    if json {
      try printJSON(answers)
    } else {
      for answer in answers {
        if let label = answer.label, let probabilities = answer.probabilities {
          let shown = predictor.vocab.map { "\($0) \(digits(probabilities[$0]))" }
          print("\(answer.file): \(label) (\(shown.joined(separator: ", ")))")
        } else {
          say("Error: \(answer.error ?? answer.file)")
        }
      }
    }
    if answers.contains(where: { $0.error != nil }) { throw ExitCode(2) }
  }
}
