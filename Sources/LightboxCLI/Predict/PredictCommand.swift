import ArgumentParser
import Console
import Lightbox

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Predict the classes of images.",
    usage: "lightbox predict <run> <files> ... [<options>]",
    discussion: """
      Prints the class and the probability of every class. Of a folder, all DICOM, PNG and JPEG files \
      are read. A file that cannot be read is reported and the others are predicted; the exit code is \
      then 2. With --skip-unreadable it is 0, or 1 if no file can be read. A frame is shown as file#frame, \
      from 1.
      """)

  @OptionGroup var model: RunOptions

  @Argument(help: "DICOM, PNG or JPEG files, or folders of them.")
  var files: [String]

  @OptionGroup var compute: ComputeOptions
  @OptionGroup var unreadable: UnreadableOption
  @OptionGroup var reading: FramesOption
  @OptionGroup var augmentation: AugmentationOption

  @Flag(help: "Print JSON.")
  var json = false

  private struct Answer: Encodable {
    let file: String
    /// The number of the frame, from 1, if the file has several and all are predicted.
    let frame: Int?
    var label: String?
    var probabilities: [String: Double]?
    var error: String?
    var isUnreadable = false

    private enum CodingKeys: String, CodingKey { case file, frame, label, probabilities, error }

    init(_ item: DataItem) {
      file = FileName.shown(item.name)
      frame = item.frame.map { $0 + 1 }
    }
  }

  func run() throws {
    let images = try unreadable.expand(files).map { DataItem(path: $0) }
    try compute.settings().apply(imageCount: images.count)
    let model = try model.open(frames: reading.frames)
    let predictor = model.predictor
    if augmentation.tta != nil { augmentation.tell(model) }
    let answers = predictor.pipeline.itemsPerFrame(images).map { item -> Answer in
      var answer = Answer(item)
      do throws(DataError) {
        let (label, _, probabilities) =
          if let passes = augmentation.tta {
            try predictor.predict(item.path, frame: item.frame, tta: passes)
          } else {
            try predictor.predict(item.path, frame: item.frame)
          }
        answer.label = label
        answer.probabilities = Dictionary(
          zip(predictor.vocab, probabilities), uniquingKeysWith: { first, _ in first })
      } catch {
        answer.error = "\(error)"
        answer.isUnreadable = error.isOfFile
      }
      return answer
    }
    if json { try printJSON(answers) } else { show(answers, predictor.vocab) }
    try unreadable.exit(
      after: answers.count { $0.error == nil }, errors: answers.count { $0.error != nil },
      unreadable: answers.filter(\.isUnreadable).compactMap(\.error))
  }

  private func show(_ answers: [Answer], _ vocab: [String]) {
    var table = TextTable(
      [TextColumn("file", isFlexible: true), "predicted"] + vocab.map { .right("p(\($0))") })
    for answer in answers {
      if let label = answer.label, let probabilities = answer.probabilities {
        table.append(
          [answer.file, label] + vocab.map { NumberFormat.probability(probabilities[$0]) })
      } else {
        if !answer.isUnreadable { say("Error: \(answer.error ?? answer.file)") }
      }
    }
    if !table.rows.isEmpty { print(table) }
  }
}
