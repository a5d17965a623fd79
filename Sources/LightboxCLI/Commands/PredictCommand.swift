import ArgumentParser
import Lightbox

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Say which class films are of.",
    discussion:
      "Films that cannot be read are reported; the others are answered all the same. The exit code is then 2."
  )

  @OptionGroup var model: RunOptions

  @Argument(help: "Films: DICOM, PNG or JPEG.")
  var files: [String]

  @OptionGroup var compute: ComputeOptions

  @Flag(help: "Print JSON.")
  var json = false

  struct Answer: Encodable {
    let file: String
    var label: String?
    var probabilities: [String: Double]?
    var error: String?
  }

  func run() throws {
    try compute.apply(films: files.count)
    let (_, description, _, predictor) = try model.load()
    var answers: [Answer] = []
    for file in files {
      do {
        let (label, _, probabilities) = try predictor.predict(file)
        answers.append(
          Answer(
            file: file, label: label,
            probabilities: Dictionary(uniqueKeysWithValues: zip(description.vocab, probabilities))))
      } catch {
        answers.append(Answer(file: file, error: "\(error)"))
      }
    }
    if json {
      try printJSON(answers)
    } else {
      for answer in answers {
        if let label = answer.label, let probabilities = answer.probabilities {
          let shown = description.vocab.map { "\($0) \(digits(probabilities[$0]))" }
          print("\(answer.file): \(label) (\(shown.joined(separator: ", ")))")
        } else {
          say("Error: \(answer.error ?? answer.file)")
        }
      }
    }
    if answers.contains(where: { $0.error != nil }) { throw ExitCode(2) }
  }
}
