public import Files

/// A calibration that cannot be made.
public struct CalibrationError: LightboxError, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// The part of the data is not the one for validation.
    case split(String)
    /// A threshold is for two classes.
    case classCount(Int)
    /// The labels do not exclude each other.
    case notOneClass
    /// The labels are numbers.
    case numbers
    /// The best temperature is beyond all that are considered.
    case undetermined(images: Int, isSharper: Bool)
    /// The images are all of one class.
    case oneClass(images: Int)
    /// Nothing to do was asked for.
    case nothing
  }

  package let reason: Reason

  init(_ reason: Reason) { self.reason = reason }

  /// Empty.
  public var place: ErrorPlace { ErrorPlace() }

  /// What is wrong.
  public var problem: String {
    switch reason {
    case .split("test"):
      "temperature and threshold cannot be chosen on the test images: their sensitivity, specificity and calibration "
        + "error would then describe the choice, not new images"
    case .split("train"):
      "temperature and threshold cannot be chosen on the training images: the model knows them, so its probabilities "
        + "there say little about new images"
    case .split(let name):
      "temperature and threshold are chosen on the validation images, not on \"\(name)\""
    case .classCount(let count):
      "a threshold decides between two classes; the model has \(count)"
    case .notOneClass: "a threshold needs one class per image"
    case .numbers:
      "the labels of this run are numbers: it has no probabilities for a temperature or a threshold"
    case .undetermined(let images, true):
      "the model is right about each of the \(images) validation images, so they do not limit how sure it should be"
    case .undetermined(let images, false):
      "on the \(images) validation images the model is no better than chance, so no temperature makes it right"
    case .oneClass(let images):
      "the \(images) validation images are all of one class, so no threshold can be chosen"
    case .nothing: "neither a temperature nor a threshold is wanted"
    }
  }

  /// What to do about it.
  public var remedy: String? {
    switch reason {
    case .split: "use the split valid"
    case .classCount, .notOneClass: "choose a temperature only"
    case .oneClass: "give the threshold as a number, or train with another split"
    case .undetermined(_, true):
      "choose a threshold only, or train with more validation images"
    case .undetermined(_, false): "train longer, or with more validation images"
    case .numbers, .nothing: nil
    }
  }
}
