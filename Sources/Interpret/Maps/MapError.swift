public import Files

/// A map that cannot be computed.
public struct MapError: LightboxError, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// The layer did not run in the forward pass.
    case layerDidNotRun
    /// The layer's output has no rows and columns.
    case notSpatial(shape: [Int])
    /// The method needs the mean over the cells and one linear layer behind the layer.
    case notLinear(method: String)
    /// The method compares a class with others.
    case needsClass(method: String)
    /// A class is not in the vocabulary.
    case unknownClass(String, known: [String])
    /// There is no such method.
    case unknownMethod(String, known: [String])
    /// The model has no such layer.
    case unknownLayer(String, known: [String])
  }

  /// The facts.
  package let reason: Reason

  /// Creates an error.
  package init(_ reason: Reason) { self.reason = reason }

  /// A layer whose hook stored nothing: it is not part of the model that ran.
  public static let layerDidNotRun = MapError(.layerDidNotRun)

  /// Maps have no file.
  public var place: ErrorPlace { ErrorPlace() }

  /// What is wrong.
  public var problem: String {
    switch reason {
    case .layerDidNotRun: "the layer did not run: it is not part of this model"
    case .notSpatial(let shape): "the layer's output is \(shape), without rows and columns"
    case .notLinear(let method):
      "\(method) needs a network whose layer is followed by a mean and one linear layer"
    case .needsClass(let method):
      "\(method) compares the output of a class with others, and the model or target has one"
    case .unknownClass(let name, let known):
      "there is no class \"\(name)\"; the classes are \(known.joined(separator: ", "))"
    case .unknownMethod(let name, let known):
      "there is no method \"\(name)\"; the methods are \(known.joined(separator: ", "))"
    case .unknownLayer(let path, let known):
      "there is no layer \"\(path)\"; the nearest are "
        + NearestName.ranked(path, among: known).prefix(6).joined(separator: ", ")
    }
  }

  /// What to do about it.
  public var remedy: String? {
    switch reason {
    case .layerDidNotRun, .unknownLayer: "choose a layer of the model"
    case .notSpatial: "choose a convolutional layer"
    case .notLinear, .needsClass: "use another method, such as Layer-CAM"
    case .unknownMethod: "use one of them"
    case .unknownClass: "use one of them, or \"predicted\" or \"all\""
    }
  }
}
