import ArgumentParser
import Console
import Lightbox

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Predict the classes of images.",
    discussion: """
      Prints the class and the probability of every class. A file that cannot be read is reported and \
      skipped; the exit code is then 2.
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
    if json { try printJSON(answers) } else { show(answers, predictor.vocab) }
    if answers.contains(where: { $0.error != nil }) { throw ExitCode(2) }
  }

  private func show(_ answers: [Answer], _ vocab: [String]) {
    var table = TextTable(
      [TextColumn("file", isFlexible: true), "predicted"] + vocab.map { .right("p(\($0))") })
    for answer in answers {
      if let label = answer.label, let probabilities = answer.probabilities {
        table.append(
          [answer.file, label] + vocab.map { NumberFormat.measured(probabilities[$0]) })
      } else {
        say("Error: \(answer.error ?? answer.file)")
      }
    }
    if !table.rows.isEmpty { print(table) }
  }
}
