import ArgumentParser
import Glibc
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

/// Refuses to write over a file in a folder of images, which may be one of them.
///
/// - Throws: `ValidationError`.
func requireNoImage(_ option: String, _ path: String?, in folder: String) throws {
  guard let path, let output = FileIdentity(path), output.isFile, let images = FileIdentity(folder),
    images.isFolder
  else { return }
  var place = PathParts(path).parent
  if place.isEmpty { place = "." }
  // Each folder above, by identity, so that links and `..` hide nothing; the root is its own parent.
  for _ in 0..<256 {
    guard let identity = FileIdentity(place) else { return }
    if identity == images {
      throw ValidationError(
        "\(option) \(FileName.shown(path)) exists in the folder of the images: choose another name")
    }
    if FileIdentity("\(place)/..") == identity { return }
    place += "/.."
  }
}

/// Refuses a file in a folder that does not exist or cannot be written to, before the work whose result it is.
///
/// - Throws: `ValidationError`.
func requireFolder(of option: String, _ path: String?) throws {
  guard let path else { return }
  let folder = PathParts(path).parent
  let place = folder.isEmpty ? "." : folder
  if FileName.isFolder(path) {
    throw ValidationError("\(option) \(FileName.shown(path)) is a folder: name a file")
  }
  if FileName.irregularity(of: path) != nil { return }
  guard FileName.isFolder(place) else {
    throw ValidationError(
      "\(option) \(FileName.shown(path)): there is no folder \(FileName.shown(place)); create it, or choose another name"
    )
  }
  try requireWritable(place, option, path)
}

/// Refuses a folder that cannot be created or written to, before the work whose results it gets.
///
/// - Throws: `ValidationError`.
func requireOutputFolder(_ option: String, _ path: String?) throws {
  guard let path else { return }
  // The part of the path that exists.
  var place = path
  while !place.isEmpty, place != "/", !FileName.exists(place) { place = PathParts(place).parent }
  if place.isEmpty { place = "." }
  guard FileName.isFolder(place) else {
    throw ValidationError(
      "\(option) \(FileName.shown(path)): \(FileName.shown(place)) is not a folder; choose another name"
    )
  }
  try requireWritable(place, option, path)
}

/// Refuses a place in a folder that cannot be written to.
private func requireWritable(_ folder: String, _ option: String, _ path: String) throws {
  guard access(FileName.bytes(of: folder), W_OK) == 0 else {
    throw ValidationError(
      "\(option) \(FileName.shown(path)): the folder \(FileName.shown(folder)) cannot be written to; choose another one"
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
