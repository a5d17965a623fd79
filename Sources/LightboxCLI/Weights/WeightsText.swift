import Console
import Lightbox

/// A shape as 64x3x7x7; that of a scalar as 1.
func shapeText(_ shape: [Int]) -> String {
  shape.isEmpty ? "1" : shape.map(String.init).joined(separator: "x")
}

/// The prefix of the network's names in the file, such as `state_dict/module.`.
func wrapping(_ network: [Checkpoint.NetworkEntry]) -> String {
  guard let first = network.first, first.entry.name.hasSuffix(first.name) else { return "" }
  return String(first.entry.name.dropLast(first.name.count)).printable
}

/// The end of a name that is longer than `width` characters.
func ending(_ name: String, _ width: Int) -> String { name.truncatingHead(to: width) }

/// A name from a file without control characters.
func printable(_ text: String) -> String { text.printable }
