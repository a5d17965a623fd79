public import DataBlocks
import Files
import Logbook
import Settings
import Tensors
import Training

/// The content of `run.json`: the plan of a run and what came of it before training.
public struct RunDescription: Sendable, Equatable, Codable {
  /// The numbers of items in the parts of the data.
  public struct DataSummary: Sendable, Equatable, Codable {
    /// Training items.
    public let train: Int
    /// Validation items.
    public let valid: Int
    /// Test items, which training does not see.
    public let test: Int
    /// How the items were divided: "by the column split", "at random, by patient"; nil if an older version wrote it.
    public let method: String?
    /// Patients with items in more than one part; nil if neither the table nor DICOM headers name patients.
    public let sharedPatients: Int?
    /// Items of training and validation whose patient is not known.
    public let unknownPatients: Int?
    /// Training items of each class, in the order of the classes; nil if an older version wrote it.
    public let classCounts: [Int]?
    /// The numbers of images and patients of each part and class; nil if an older version wrote it.
    public let split: SplitSummary?
  }

  /// The format of this description.
  package static let currentFormat = 3

  /// The format that the file was written in.
  package let format: Int
  /// The version of Lightbox that wrote the file.
  package let version: String
  /// The plan.
  public let plan: TrainingPlan
  /// The classes, in the order of the model's outputs.
  public let vocab: [String]
  /// The parts of the data.
  public let data: DataSummary

  init(plan: TrainingPlan, vocab: [String], data: DataSummary) {
    format = Self.currentFormat
    version = lightboxVersion
    self.plan = plan
    self.vocab = vocab
    self.data = data
  }

  /// Decodes a description.
  ///
  /// - Throws: `RunFormatError` if another version of Lightbox wrote it in another format, `RunError` naming a field
  ///   that is out of its range.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    format = try fields.decode(Int.self, forKey: .format)
    version = try fields.decode(String.self, forKey: .version)
    switch format {
    case Self.currentFormat: plan = try fields.decode(TrainingPlan.self, forKey: .plan)
    case 2:
      plan = try fields.decode(PlanOfFormat2.self, forKey: .plan)
        .plan(at: decoder.codingPath + [CodingKeys.plan])
    default: throw RunFormatError(.format(format, version: version))
    }
    vocab = try fields.decode([String].self, forKey: .vocab)
    data = try fields.decode(DataSummary.self, forKey: .data)
    try checkVocab()
    for (name, count) in [
      ("train", data.train), ("valid", data.valid), ("test", data.test),
      ("sharedPatients", data.sharedPatients ?? 0),
    ] where count < 0 {
      throw Self.fault("data.\(name)", "it is \(count), but must be 0 or more")
    }
  }

  private static let maximumClasses = 100_000

  private func checkVocab() throws(RunError) {
    let allowed =
      switch plan.data.target {
      case .category: 2...Self.maximumClasses
      case .multiCategory: 1...Self.maximumClasses
      case .regression: 0...0
      }
    guard allowed.contains(vocab.count) else {
      throw Self.fault(
        "vocab",
        "there are \(vocab.count) classes, but must be \(allowed.lowerBound) to \(allowed.upperBound)"
      )
    }
    var seen: [String: Int] = [:]
    for (index, name) in vocab.enumerated() {
      if name.allSatisfy(\.isWhitespace) {
        throw Self.fault("vocab[\(index)]", "the name of the class is blank")
      }
      if let first = seen.updateValue(index, forKey: name) {
        throw Self.fault(
          "vocab[\(index)]", "the class \(name.debugDescription) is vocab[\(first)] already")
      }
    }
    if let counts = data.classCounts {
      guard counts.count == vocab.count, counts.allSatisfy({ $0 >= 0 }) else {
        throw Self.fault(
          "data.classCounts", "there are \(counts.count), but must be one per class, each 0 or more"
        )
      }
    }
  }

  private static func fault(_ field: String, _ problem: String) -> RunError {
    RunError(.invalidSettings(JSONFault(field: field, problem)), path: "")
  }

  /// Reads the settings of a run.
  ///
  /// - Throws: `FileError`, `RunError`, `RunFormatError`, `DataError`.
  static func read(_ folder: RunFolder) throws -> RunDescription {
    do {
      return try folder.settings(as: RunDescription.self)
    } catch let error as RunFormatError {
      throw error.at(folder.settingsPath)
    }
  }
}

extension RunDescription {
  /// From labels to targets.
  var target: any TargetBlock { plan.data.block(vocab: vocab) }

  /// The loss, with weights of classes by their training items; an older run does not know them.
  ///
  /// - Throws: `RunError` if the arguments do not fit the classes.
  func lossFunction() throws(RunError) -> LossFunction {
    do throws(PlanError) {
      return try plan.resolvedLoss.lossFunction(
        ClassCounts(
          ofClasses: data.classCounts ?? vocab.map { _ in 1 },
          items: data.classCounts == nil ? 2 : data.train))
    } catch {
      throw Self.fault("plan.loss", error.problem)
    }
  }

  /// The settings as names and values, for a listing.
  package var settings: [(name: String, value: String)] {
    [
      ("table", plan.table.description),
      ("images", "\(data.train) training, \(data.valid) validation, \(data.test) test"),
      ("split", data.method ?? "unknown"),
      ("shared patients", data.sharedPatients.map(String.init) ?? "unknown"),
      ("unknown patients", data.unknownPatients.map { "\($0) images" } ?? "unknown"),
      ("weights", plan.weights ?? "random"),
      ("output-stride", plan.outputStride.map(String.init) ?? "of the architecture"),
      ("epochs", "\(plan.epochs)"), ("freeze-epochs", "\(plan.resolvedFreezeEpochs)"),
      ("batch-size", "\(plan.batchSize)"), ("lr", "\(plan.learningRate)"),
      ("schedule", plan.resolvedSchedule.words), ("optimizer", plan.optimizer.words),
      ("target", plan.data.target.rawValue), ("loss", plan.resolvedLoss.words),
      (
        "callbacks",
        plan.callbacks.isEmpty ? "none" : plan.callbacks.map(\.words).joined(separator: ", ")
      ),
      ("monitor", plan.monitor), ("seed", "\(plan.seed)"),
      ("on-bad-gradient", plan.onBadGradient.rawValue), ("recompute", "\(plan.recomputes)"),
      ("precision", plan.compute.precision.rawValue),
      ("convolution", (plan.compute.convolution ?? .fastest).rawValue),
      ("threads", plan.compute.threads.map(String.init) ?? "all cores"),
      ("workers", plan.compute.workers.map(String.init) ?? "all cores"),
    ]
  }

  /// The transforms of the pipeline, one line each: "Rotate maximumDegrees=10 probability=0.75".
  package var transforms: [String] { plan.pipeline.transforms.map(\.text) }
}

extension SettingsKind {
  /// The name and the arguments that are no defaults, on one line: "adam weight_decay=0.1".
  fileprivate var words: String {
    let (arguments, usual) = (choice.table, type(of: choice).init().table)
    return
      ([name]
      + arguments.keys.filter { arguments[$0] != usual[$0] }.map {
        "\($0)=\(arguments[$0]?.value.summary ?? "")"
      })
      .joined(separator: " ")
  }
}
