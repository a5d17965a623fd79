import DataBlocks
public import Files
import Foundation
public import Interpret
public import Logbook

/// The maps that were chosen for a run on validation masks: `explanation.json` in its folder.
public struct ExplanationChoice: Sendable, Equatable, Codable {
  /// What a candidate reached.
  public struct Candidate: Sendable, Equatable, Codable {
    /// The name of the method, such as "layer-cam".
    public let method: String
    /// The paths of the layers.
    public let layers: [String]
    /// How several layers become one map.
    public let fusion: MapFusion
    /// The mean of the pixels' average precision.
    public let averagePrecision: Double
    /// The share of images whose highest point is inside of the mask.
    public let hitRate: Double
    /// The mean intersection over union at `threshold`.
    public let intersectionOverUnion: Double
    /// The share of a map's highest value from which pixels count as found, for the highest mean.
    public let threshold: Double

    /// Creates a candidate with its numbers.
    package init(
      method: String, layers: [String], fusion: MapFusion, averagePrecision: Double,
      hitRate: Double, intersectionOverUnion: Double, threshold: Double
    ) {
      self.method = method
      self.layers = layers
      self.fusion = fusion
      self.averagePrecision = averagePrecision
      self.hitRate = hitRate
      self.intersectionOverUnion = intersectionOverUnion
      self.threshold = threshold
    }
  }

  /// The format of the file.
  public let format: Int
  /// The class of the masks.
  public let className: String
  /// The part of the data, such as "valid".
  public let split: String
  /// The images with a mask on which the choice was made.
  public let images: Int
  /// The chosen maps.
  public let chosen: Candidate
  /// All candidates, the best first.
  public let candidates: [Candidate]

  /// The name of the file.
  package static let fileName = "explanation.json"
  private static let currentFormat = 1

  /// Chooses the candidate with the highest average precision, of equal ones that with more hits.
  ///
  /// - Precondition: There is a candidate.
  package init(className: String, split: String, images: Int, candidates: [Candidate]) {
    let order = candidates.enumerated().sorted {
      let (a, b) = ($0.element, $1.element)
      return (-a.averagePrecision, -a.hitRate, $0.offset)
        < (-b.averagePrecision, -b.hitRate, $1.offset)
    }.map(\.element)
    precondition(!order.isEmpty, "nothing to choose from")
    format = Self.currentFormat
    self.className = className
    self.split = split
    self.images = images
    chosen = order[0]
    self.candidates = order
  }

  /// What is wrong with a value of a file; nil if nothing is.
  var fault: (field: String, problem: String)? {
    guard format == Self.currentFormat else {
      return ("format", "it is \(format), this version reads \(Self.currentFormat)")
    }
    guard !chosen.layers.isEmpty else { return ("chosen.layers", "there is none") }
    guard (0...1).contains(chosen.threshold) else {
      return ("chosen.threshold", "it is \(chosen.threshold), but must be 0 to 1")
    }
    return nil
  }

  /// Reads the choice of a run.
  ///
  /// - Returns: nil if none was made.
  /// - Throws: `FileError`, `RunError` if the file is damaged or of another format.
  public static func read(_ folder: RunFolder) throws -> ExplanationChoice? {
    let path = "\(folder.path)/\(fileName)"
    guard FileName.exists(path) else { return nil }
    do {
      let found = try JSONDocument(readFile(path, limit: 1 << 24)).decode(Self.self)
      if let fault = found.fault { throw JSONFault(field: fault.field, fault.problem) }
      return found
    } catch let fault as JSONFault {
      throw RunError(
        .invalidSettings(fault, remedy: "choose again, or remove the file"), path: path)
    }
  }

  /// Writes the choice into a run.
  ///
  /// - Throws: `FileError`.
  public func write(to folder: RunFolder) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(
      try encoder.encode(self) + Data("\n".utf8), to: "\(folder.path)/\(Self.fileName)")
  }
}
