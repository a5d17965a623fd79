import Files

extension DICOMIntensity {
  /// Parses the form that command lines use.
  ///
  /// "auto", "minmax", "stored", "voi:INDEX", "window:CENTER,WIDTH", "range:LOWER,UPPER",
  /// "percentile:LOWER,UPPER", or the name of one of fastai's windows, such as "lungs".
  ///
  /// - Throws: `DICOMIntensityError`, with the nearest name.
  public init(_ text: String) throws(DICOMIntensityError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let numbers = parts.count < 2 ? [] : parts[1].split(separator: ",").map { Double($0) ?? .nan }
    func pair(_ isValid: (Double, Double) -> Bool) throws(DICOMIntensityError) -> (Double, Double) {
      guard numbers.count == 2, numbers.allSatisfy(\.isFinite), isValid(numbers[0], numbers[1])
      else { throw DICOMIntensityError(.invalidNumbers(text)) }
      return (numbers[0], numbers[1])
    }
    switch parts[0] {
    case "auto" where parts.count == 1: self = .automatic
    case "minmax" where parts.count == 1: self = .minMax
    case "stored" where parts.count == 1: self = .stored
    case "voi":
      guard parts.count == 2, let index = Int(parts[1]), index >= 0 else {
        throw DICOMIntensityError(.invalidNumbers(text))
      }
      self = .voi(index)
    case "window":
      let (center, width) = try pair { $1 >= 1 }
      self = .window(center: center, width: width)
    case "range":
      let (lower, upper) = try pair { $0 < $1 }
      self = .range(lower: lower, upper: upper)
    case "percentile":
      let (lower, upper) = try pair { 0 <= $0 && $0 < $1 && $1 <= 100 }
      self = .percentile(lower: lower, upper: upper)
    default: self = try .named(text)
    }
  }
}
