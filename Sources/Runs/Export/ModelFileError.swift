public import Files

/// A file that cannot be used as an exported model, or a model that cannot be exported.
public struct ModelFileError: LightboxError, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// The file has weights, but no description; whether it is a checkpoint of a run.
    case notExported(ofRun: Bool)
    /// A newer version wrote the file in a format that this one does not know.
    case newerFormat(Int, version: String?)
    /// The description is not as it must be.
    case invalid(JSONFault)
    /// The architecture is not known, or cannot be as the file says.
    case architecture(field: String, problem: String, remedy: String?)
    /// The model has a part of your own, which has to be given.
    case ownPart(OwnPart)
    /// A setting cannot be stored.
    case notStorable(field: String, value: String)
  }

  /// Parts that a file cannot hold.
  package enum OwnPart: String, Sendable {
    case head
    case lossFunction = "loss"
    case target
  }

  package let reason: Reason
  package let path: String

  init(_ reason: Reason, path: String) {
    self.reason = reason
    self.path = path
  }

  /// The file, and the field of its description.
  public var place: ErrorPlace {
    switch reason {
    case .invalid(let fault): ErrorPlace(file: path, line: fault.line, element: fault.field)
    case .architecture(let field, _, _), .notStorable(let field, _):
      ErrorPlace(file: path, element: field)
    case .notExported, .newerFormat, .ownPart: ErrorPlace(file: path)
    }
  }

  /// What is wrong.
  public var problem: String {
    switch reason {
    case .notExported(let ofRun):
      ofRun
        ? "the file is a checkpoint of a run, not an exported model"
        : "the file has weights, but no classes and no pipeline, so it is not an exported model"
    case .newerFormat(let format, let version):
      "the model has format \(format)\(version.map { " of Lightbox \($0.prefix(40))" } ?? ""); this version reads "
        + "format \(ModelDescription.currentFormat)"
    case .invalid(let fault): fault.problem
    case .architecture(_, let problem, _): problem
    case .ownPart(let part): "the model has a \(part.rawValue) of your own, which no file can hold"
    case .notStorable(_, let value): "\(value) cannot be stored"
    }
  }

  /// What to do about it.
  public var remedy: String? {
    switch reason {
    case .notExported(let ofRun):
      ofRun
        ? "give the folder of the run, or export it: \"lightbox export RUN --out model.safetensors\""
        : "train from it with \"lightbox train DATA --weights \(path)\", then export the run: \"lightbox export RUN "
          + "--out model.safetensors\""
    case .newerFormat: "use that version, or export the model again with this one"
    case .invalid: "export the model again"
    case .architecture(_, _, let remedy): remedy
    case .ownPart(let part):
      switch part {
      case .head: "load it with loadLearner(path, head: …), with a head of the same layers"
      case .lossFunction: "load it with loadLearner(path, lossFunction: …)"
      case .target: "load it with loadLearner(path, target: …)"
      }
    case .notStorable: nil
    }
  }
}
