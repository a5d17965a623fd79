import DataBlocks
import Files
import Training
import Vision

extension ModelDescription: Codable {
  private enum CodingKeys: String, CodingKey {
    case format, version, architecture, head, seed, target, pipeline, loss, calibration
    case explanation, training
    case outputStride = "output_stride"
  }

  /// Encodes the description.
  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(Self.currentFormat, forKey: .format)
    try fields.encode(version, forKey: .version)
    try fields.encode(architecture, forKey: .architecture)
    try fields.encode(HeadDescription(head), forKey: .head)
    try fields.encodeIfPresent(outputStride, forKey: .outputStride)
    try fields.encode(seed, forKey: .seed)
    try fields.encode(target, forKey: .target)
    try fields.encode(pipeline, forKey: .pipeline)
    try fields.encode(LossDescription(loss), forKey: .loss)
    try fields.encodeIfPresent(calibration, forKey: .calibration)
    try fields.encodeIfPresent(explanation, forKey: .explanation)
    try fields.encode(training, forKey: .training)
  }

  /// Decodes a description.
  ///
  /// - Throws: `DecodingError` or `JSONFault` naming a field, `DataError` of the pipeline.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    version = try fields.decode(String.self, forKey: .version)
    architecture = try fields.decode(String.self, forKey: .architecture)
    head = try fields.decode(HeadDescription.self, forKey: .head).options
    outputStride = try fields.decodeIfPresent(Int.self, forKey: .outputStride)
    seed = try fields.decode(UInt64.self, forKey: .seed)
    target = try fields.decode(TargetDescription.self, forKey: .target)
    pipeline = try fields.decode(Pipeline.self, forKey: .pipeline)
    loss = try fields.decode(LossDescription.self, forKey: .loss).recipe
    calibration = try fields.decodeIfPresent(PredictorCalibration.self, forKey: .calibration)
    explanation = try fields.decodeIfPresent(ExplanationChoice.self, forKey: .explanation)
    training = try fields.decode(TrainingFacts.self, forKey: .training)
    try check()
  }

  private func check() throws(JSONFault) {
    if let loss {
      if let fault = loss.fault(outputs: target.outputCount) {
        throw JSONFault(field: "loss.\(fault.field)", fault.problem)
      }
      if let isOneClass = target.isOneClass, isOneClass != loss.name.isOneClass {
        throw JSONFault(
          field: "loss.name",
          "it is \"\(loss.name.rawValue)\", which does not fit the target \"\(target.name)\"")
      }
    }
    if let fault = calibration?.fault {
      throw JSONFault(field: "calibration.\(fault.field)", fault.problem)
    }
    if calibration?.decision != nil, target.vocab.count != 2 {
      throw JSONFault(
        field: "calibration.decision",
        "it is a threshold of two classes, but there are \(target.vocab.count)")
    }
    if let explanation {
      if let fault = explanation.fault {
        throw JSONFault(field: "explanation.\(fault.field)", fault.problem)
      }
      guard target.vocab.contains(explanation.className) else {
        throw JSONFault(
          field: "explanation.className",
          "there is no class \(explanation.className.debugDescription)")
      }
    }
    for (name, count) in [
      ("epoch", training.epoch), ("steps", training.steps), ("data.train", training.data?.train),
      ("data.valid", training.data?.valid), ("data.test", training.data?.test),
      ("calibrationImages", training.calibrationImages),
    ] where (count ?? 0) < 0 {
      throw JSONFault(field: "training.\(name)", "it is \(count ?? 0), but must be 0 or more")
    }
  }
}

/// The options of a head in a file; `{"own": true}` for a head of your own.
private struct HeadDescription: Codable {
  let options: HeadOptions?

  private enum CodingKeys: String, CodingKey {
    case own
    case linearFeatures = "lin_ftrs"
    case dropoutProbabilities = "ps"
    case concatPool = "concat_pool"
    case firstBatchNorm = "first_bn"
    case batchNormFinal = "bn_final"
  }

  init(_ options: HeadOptions?) { self.options = options }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    guard let options else { return try fields.encode(true, forKey: .own) }
    try fields.encode(options.linearFeatures, forKey: .linearFeatures)
    try fields.encode(options.dropoutProbabilities, forKey: .dropoutProbabilities)
    try fields.encode(options.concatPool, forKey: .concatPool)
    try fields.encode(options.firstBatchNorm, forKey: .firstBatchNorm)
    try fields.encode(options.batchNormFinal, forKey: .batchNormFinal)
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    if try fields.decodeIfPresent(Bool.self, forKey: .own) == true {
      options = nil
      return
    }
    func fault(_ key: CodingKeys, _ problem: String) -> JSONFault {
      JSONFault(field: JSONFault.field(decoder.codingPath + [key]), problem)
    }
    let widths = try fields.decode([Int].self, forKey: .linearFeatures)
    guard widths.count <= 8, widths.allSatisfy({ (1...16_384).contains($0) }) else {
      throw fault(.linearFeatures, "it must be at most 8 numbers, each 1 to 16384")
    }
    let dropout = try fields.decode([Double].self, forKey: .dropoutProbabilities)
    guard dropout.count == 1 || dropout.count == widths.count + 1,
      dropout.allSatisfy({ $0 >= 0 && $0 < 1 })
    else {
      throw fault(
        .dropoutProbabilities,
        "it must be 1 or \(widths.count + 1) numbers, each from 0 and below 1"
      )
    }
    options = HeadOptions(
      linearFeatures: widths, dropoutProbabilities: dropout,
      concatPool: try fields.decode(Bool.self, forKey: .concatPool),
      firstBatchNorm: try fields.decode(Bool.self, forKey: .firstBatchNorm),
      batchNormFinal: try fields.decode(Bool.self, forKey: .batchNormFinal))
  }
}

/// A loss in a file, with its activation and decoding for other readers; `{"name": "own"}` for a loss of your own.
private struct LossDescription: Codable {
  let recipe: LossRecipe?
  private static let own = "own"

  private enum CodingKeys: String, CodingKey { case name, activation, decoding }

  init(_ recipe: LossRecipe?) { self.recipe = recipe }

  func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    guard let recipe else { return try fields.encode(Self.own, forKey: .name) }
    try recipe.encode(to: encoder)
    try fields.encode(recipe.activation, forKey: .activation)
    try fields.encode(recipe.decoding, forKey: .decoding)
  }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let name = try fields.decode(String.self, forKey: .name)
    recipe = name == Self.own ? nil : try LossRecipe(from: decoder)
  }
}
