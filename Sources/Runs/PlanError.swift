import Console
public import Files

/// A training plan that cannot be run, or a training that had to stop.
public struct PlanError: LightboxError, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// A setting is out of its range.
    case setting(name: String, value: String, allowed: String)
    /// The architecture cannot have this output stride.
    case outputStride(Int, architecture: String, allowed: [Int])
    /// The architecture does not take images of this size.
    case imageSize(Int, architecture: String, refusal: String)
    /// The labels of a run are of another kind than something needs.
    case target(String, needs: String, TargetKind)
    /// Loss or gradients are not finite.
    case notFinite(String)
    /// Loss or gradients were not finite in any of so many batches, which were skipped.
    case allSkipped(Int)
    /// Training was asked to end: by what, after how many epochs, and its run if it can be continued.
    case interrupted(reason: String, epochs: Int, run: String?)
  }

  /// The facts.
  package let reason: Reason

  /// Creates an error.
  package init(_ reason: Reason) { self.reason = reason }

  /// Whether the loss or a gradient is not finite.
  var isNotFinite: Bool {
    switch reason {
    case .notFinite, .allSkipped: true
    default: false
    }
  }

  /// Whether training was asked to end.
  package var isInterruption: Bool {
    if case .interrupted = reason { true } else { false }
  }

  /// A plan has no file.
  public var place: ErrorPlace { ErrorPlace() }

  /// What is wrong.
  public var problem: String {
    switch reason {
    case .setting(let name, let value, let allowed): "\(name) is \(value), but must be \(allowed)"
    case .outputStride(let stride, let architecture, let allowed):
      "output stride \(stride): "
        + (allowed.count > 1
          ? "\(architecture) has \(allowed.map(String.init).joined(separator: ", "))"
          : "the resolution of \(architecture) cannot be changed")
    case .imageSize(let size, let architecture, let refusal):
      "image size \(size): \(architecture) \(refusal)"
    case .target(let what, let needs, let target):
      "\(what) need \(needs), but the labels of this run are \(target.words)"
    case .notFinite(let message): message
    case .allSkipped(let count):
      "the loss or the gradients of all \(count) batches were not finite: the model has learned nothing"
    case .interrupted(let reason, let epochs, _):
      "the run was interrupted (\(reason)) after \(epochs) \(epochs == 1 ? "epoch" : "epochs")"
    }
  }

  /// What to do about it.
  public var remedy: String? {
    switch reason {
    case .setting, .imageSize, .target: nil
    case .outputStride(_, _, let allowed):
      allowed.count > 1
        ? "use one of these" : "leave the output stride out, or use a ResNet, such as resnet18"
    case .interrupted(_, _, let run):
      run.map { "continue it with \"lightbox train --resume \($0)\"" }
    case .allSkipped: "use a lower learning rate, or other weights to start from"
    case .notFinite: "use a lower learning rate, or skip such batches"
    }
  }
}
