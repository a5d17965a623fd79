public import Files

/// The saved state of a callback does not fit the model or the callback.
public struct CallbackStateError: LightboxError, Equatable {
  /// What is wrong.
  package enum Reason: Sendable, Equatable {
    /// The state lacks a tensor.
    case missing
    /// A tensor has another shape or type.
    case shape(model: [Int], state: [Int])
  }

  package let reason: Reason
  package let callback: String
  package let name: String

  package init(_ reason: Reason, callback: String, name: String) {
    self.reason = reason
    self.callback = callback
    self.name = name
  }

  /// The callback and the tensor.
  public var place: ErrorPlace { ErrorPlace(element: "\(callback)/\(name)") }

  /// What is wrong.
  public var problem: String {
    switch reason {
    case .missing: "the saved state of the callback lacks this tensor"
    case .shape(let model, let state):
      "the saved state of the callback has shape \(state), the model has \(model)"
    }
  }

  /// Use the same model.
  public var remedy: String? { "resume with the settings of the saved run" }
}
