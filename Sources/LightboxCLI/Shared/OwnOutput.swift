import ArgumentParser
import Lightbox

/// Refuses to write over a file that is read, or that something else has written.
///
/// - Parameters:
///   - option: The option, for the message.
///   - path: The file to write.
///   - inputs: Files that are read.
///   - isOwn: Whether the command may have written a file that begins so.
/// - Throws: `ValidationError`.
func requireOwnOutput(
  _ option: String, _ path: String, inputs: [String], isOwn: (_ firstLine: String) -> Bool
) throws {
  guard let output = FileIdentity(path), output.isFile else { return }
  if inputs.contains(where: { FileIdentity($0) == output }) {
    throw ValidationError("\(option) \(FileName.shown(path)) is read: choose another name")
  }
  let start = FileHead.read(path, count: 4096)
  let isDICOM = start.dropFirst(128).starts(with: "DICM".utf8)
  let firstLine = String(
    decoding: start.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }, as: UTF8.self)
  if isDICOM || !start.isEmpty && !isOwn(firstLine) {
    throw ValidationError(
      "\(option) \(FileName.shown(path)) exists and is \(isDICOM ? "a DICOM file" : "of another kind"): choose another name, or remove it"
    )
  }
}

/// Refuses two options that write the same file.
///
/// - Throws: `ValidationError`.
func requireDifferentFiles(_ options: [(name: String, path: String?)]) throws {
  let given = options.compactMap { option in option.path.map { (name: option.name, path: $0) } }
  for (place, option) in given.enumerated() {
    if let other = given[..<place].first(where: { $0.path == option.path }) {
      throw ValidationError(
        "\(other.name) and \(option.name) both name \(FileName.shown(option.path))")
    }
  }
}
