import DataBlocks
import Files
import Logbook
import Settings
import Tensors
import Training

/// A plan in JSON is the tables of its settings, and its pipeline.
extension TrainingPlan: Codable {
  private struct Key: CodingKey {
    static let pipeline = Key("pipeline")
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue _: Int) { nil }
  }

  /// Encodes all settings.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    let settings = settings
    for name in settings.keys {
      try fields.encodeIfPresent(settings[name]?.value, forKey: Key(name))
    }
    try fields.encode(pipeline, forKey: .pipeline)
  }

  /// Decodes a plan; settings that are not there have their defaults.
  ///
  /// - Throws: `RunError` naming a field that is out of its range, `DataError` of the pipeline.
  public init(from decoder: any Decoder) throws {
    self.init()
    let fields = try decoder.container(keyedBy: Key.self)
    var root = TOMLTable()
    let names = Set(Self.sections.map { $0.path[0] } + [Self.callbacksKey])
    for name in fields.allKeys where names.contains(name.stringValue) {
      root[name.stringValue] = TOMLNode(try fields.decode(TOMLValue.self, forKey: name))
    }
    var reader = Self.reader(ignoresUnknown: true)
    read(root, &reader)
    if let problem = reader.problems.first {
      throw Self.fault(problem, at: decoder.codingPath)
    }
    if let fault = faults.first {
      throw Self.fault(
        SettingsProblem(
          at: .none, .value(key: fault.key, found: fault.value, allowed: fault.allowed)),
        at: decoder.codingPath)
    }
    // Before there were depths, all files were read with 8 bits.
    if root.table("image")?["depth"] == nil { image.depth = .eight }
    let stored = try fields.decode(Pipeline.self, forKey: .pipeline)
    if root["image"] == nil || stored != pipeline { ownPipeline = stored }
  }

  private static func fault(
    _ problem: SettingsProblem, at path: [any CodingKey]
  ) -> RunError {
    let place = JSONFault.field(path).map { $0 + "." } ?? ""
    let fault =
      switch problem.reason {
      case .value(let key, let found, let allowed, _):
        JSONFault(field: place + key, "it is \(found), but must be \(allowed)")
      default: JSONFault(field: JSONFault.field(path), problem.problem)
      }
    return RunError(.invalidSettings(fault), path: "")
  }
}

/// A plan in format 2, without groups.
struct PlanOfFormat2: Decodable {
  let table: LabelTable
  let pipeline: Pipeline
  let architecture: String
  let weights: String?
  let weightsPart: String?
  let epochs: Int
  let freezeEpochs: Int?
  let batchSize: Int
  let learningRate: Double
  let monitor: String
  let validFraction: Double
  let seed: UInt64
  let onBadGradient: GradientCheck.Policy
  let unreadable: UnreadablePolicy
  let allowsSharedPatients: Bool
  let outputStride: Int?
  let recomputes: Bool
  let compute: ComputeSettings

  /// The plan.
  ///
  /// - Throws: `RunError` naming a field that is out of its range.
  func plan(at path: [any CodingKey]) throws -> TrainingPlan {
    var plan = TrainingPlan(table: table, pipeline: pipeline)
    plan.architecture = architecture
    plan.weights = weights
    plan.weightsPart = weightsPart
    plan.epochs = epochs
    plan.freezeEpochs = freezeEpochs
    plan.batchSize = batchSize
    plan.learningRate = learningRate
    plan.monitor = monitor
    plan.validFraction = validFraction
    plan.seed = seed
    plan.onBadGradient = onBadGradient
    plan.unreadable = unreadable
    plan.allowsSharedPatients = allowsSharedPatients
    plan.outputStride = outputStride
    plan.recomputes = recomputes
    plan.compute = compute
    if let fault = plan.faults.first {
      let place = JSONFault.field(path).map { $0 + "." } ?? ""
      throw RunError(
        .invalidSettings(
          JSONFault(
            field: place + Self.field(fault.key),
            "it is \(fault.value), but must be \(fault.allowed)")), path: "")
    }
    return plan
  }

  /// The field of a key in this format.
  private static func field(_ key: String) -> String {
    let names = [
      "data.valid_pct": "validFraction", "optimizer.lr": "learningRate",
      "model.part": "weightsPart", "model.arch": "architecture",
      "compute.threads": "compute.threads",
      "compute.workers": "compute.workers",
    ]
    let words = key.split(separator: ".").last?.split(separator: "_") ?? []
    return names[key]
      ?? (words.first.map(String.init) ?? "") + words.dropFirst().map(\.capitalized).joined()
  }
}
