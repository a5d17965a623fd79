import Console
import Lightbox

/// A shape, such as 64x3x7x7, or "scalar".
func shapeText(_ shape: [Int]) -> String {
  shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: "x")
}

extension OpaqueValue {
  /// The value as a phrase: "args (argparse.Namespace)".
  var words: String {
    "\(path.isEmpty ? "the file's value" : path.printable) (\(className.printable))"
  }
}

extension ValueFaults {
  /// The faults in JSON.
  var record: ValueFaultsRecord {
    ValueFaultsRecord(
      name: name, nan: notANumber, infinite: infinite, tooLarge: tooLarge, negative: negative)
  }
}

/// The unusable elements of a tensor in JSON.
struct ValueFaultsRecord: Encodable {
  let name: String
  let nan: Int
  let infinite: Int
  let tooLarge: Int
  let negative: Int
}
