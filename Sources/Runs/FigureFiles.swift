package import DataBlocks
import Files
import Foundation
package import Imaging

/// The format of the figures of a folder.
public enum FigureFormat: String, Sendable, CaseIterable {
  /// Pixels.
  case png
  /// Vectors, with the images embedded.
  case svg

  /// A figure in this format.
  ///
  /// - Throws: `ImageFileError`.
  func encoded(_ figure: Figure) throws(ImageFileError) -> [UInt8] {
    switch self {
    case .png: try figure.png()
    case .svg: Array(figure.svg().utf8)
    }
  }
}

/// The figures of a folder: each has the name of its image, and never replaces anything but an earlier figure of
/// the same image.
///
/// A figure holds a hash of its image's path in a text chunk or comment, so that it is recognized by later calls.
package struct FigureFiles {
  private let folder: String
  private let format: FigureFormat
  private let inputs: Set<String>
  private var numbers: [String: Numbers] = [:]

  /// The numbers of the figures of one name, so that many images of one name need no repeated search.
  private struct Numbers {
    /// The numbers by the marks of their images.
    var byOwner: [String: Int] = [:]
    /// The numbers up to this one have been looked at.
    var seen = 0
  }

  /// Describes a folder that exists.
  ///
  /// - Parameters:
  ///   - folder: The folder of the figures.
  ///   - inputs: The images that are explained, which may lie in the same folder.
  ///   - format: PNG or SVG.
  package init(folder: String, inputs: [String], format: FigureFormat = .png) {
    self.folder = folder
    self.format = format
    self.inputs = Set(inputs.map(Self.resolved))
  }

  /// Writes a figure and returns its path.
  ///
  /// - Throws: `ImageFileError`, `FileError`.
  package mutating func write(_ figure: Figure, of item: DataItem) throws -> String {
    try write(format.encoded(figure), of: item)
  }

  /// Writes an encoded figure and returns its path.
  ///
  /// - Throws: `FileError`.
  mutating func write(_ figure: [UInt8], of item: DataItem) throws -> String {
    let owner = Self.mark(of: item)
    let path = path(for: item, owner: owner)
    switch format {
    case .png: try AtomicFile.write(Self.marked(figure, owner), to: path)
    case .svg:
      let text = String(decoding: figure, as: UTF8.self)
      try AtomicFile.write(Array(Self.marked(text, owner).utf8), to: path)
    }
    return path
  }

  /// The name of an image in the title of its figure.
  static func title(of item: DataItem) -> String {
    FileName.shown(FileName.imageName(of: item.path))
      + (item.frame.map { ", frame \($0 + 1)" } ?? "")
  }

  /// The path of the image's own figure, or the first that is free.
  private mutating func path(for item: DataItem, owner: String) -> String {
    let base = Self.name(of: item)
    var names = numbers[base] ?? Numbers()
    defer { numbers[base] = names }
    func path(_ number: Int) -> String {
      "\(folder)/\(base)\(number > 1 ? "-\(number)" : "").\(format.rawValue)"
    }
    while names.byOwner[owner] == nil {
      names.seen += 1
      let next = path(names.seen)
      let isInput = inputs.contains(Self.resolved(next))
      // A file that is not a figure of ours has no owner and is left alone.
      names.byOwner[isInput ? "" : Self.owner(ofFigure: next) ?? owner] = names.seen
    }
    return path(names.byOwner[owner] ?? 1)
  }

  /// The file name of a figure without ending: that of the image, with the frame.
  private static func name(of item: DataItem) -> String {
    var name = FileName.shown(FileName.imageName(of: item.path)).replacing("\\x", with: "%")
    // A file name has at most 255 bytes, of which a temporary file needs some.
    if name.utf8.count > 180 {
      let hash = FileHash.sha256(Data(name.utf8)).prefix(12)
      while name.utf8.count > 160 { name.removeLast() }
      name += "-\(hash)"
    }
    return name + (item.frame.map { "-frame\($0 + 1)" } ?? "")
  }

  // MARK: Marks

  private static let keyword = "lightbox-image"

  /// A hash of the image's path and frame, which tells nothing of the path.
  private static func mark(of item: DataItem) -> String {
    FileHash.sha256(Data((resolved(item.path) + "#\(item.frame ?? 0)").utf8))
  }

  private static func resolved(_ path: String) -> String {
    guard let real = realpath(FileName.bytes(of: path), nil) else {
      return URL(fileURLWithPath: path).standardizedFileURL.path
    }
    defer { free(real) }
    return FileName.text(UnsafeBufferPointer(start: real, count: strlen(real)).map(UInt8.init))
  }

  /// The text chunk of a mark.
  private static func chunk(_ mark: String) -> [UInt8] {
    let content = Array("tEXt\(keyword)\0\(mark)".utf8)
    var check: UInt32 = .max
    for byte in content {
      check ^= UInt32(byte)
      for _ in 0..<8 { check = check >> 1 ^ (check & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    func bytes(_ number: UInt32) -> [UInt8] {
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
    return bytes(UInt32(content.count - 4)) + content + bytes(~check)
  }

  /// The bytes of signature and header of a PNG file, which come first.
  private static let headerCount = 33

  /// What comes before the root element of a marked SVG file.
  private static func svgHead(_ mark: String) -> String {
    SVGText.declaration + "<!-- \(keyword) \(mark) -->\n"
  }

  private static func marked(_ svg: String, _ mark: String) -> String {
    svgHead(mark) + svg.dropFirst(SVGText.declaration.count)
  }

  private static func marked(_ png: [UInt8], _ mark: String) -> [UInt8] {
    Array(png[..<headerCount]) + chunk(mark) + png[headerCount...]
  }

  /// The mark of a figure; empty for another file, nil if there is none.
  private static func owner(ofFigure path: String) -> String? {
    var status = stat()
    guard lstat(FileName.bytes(of: path), &status) == 0 else { return nil }
    let example = chunk(String(repeating: "0", count: 64))
    let svg = svgHead("").utf8.count
    let text = FileHead.read(path, count: svg + 64)
    if text.starts(with: svgHead("").utf8.prefix(svg - 5)) {
      let mark = String(decoding: text.dropFirst(svg - 5).prefix(64), as: UTF8.self)
      return Array(svgHead(mark).utf8) == text ? mark : ""
    }
    let head = FileHead.read(path, count: headerCount + example.count)
    guard head.count == headerCount + example.count, PNG.isPNG(head) else { return "" }
    let mark = String(decoding: head.suffix(68).dropLast(4), as: UTF8.self)
    return chunk(mark) == Array(head.suffix(example.count)) ? mark : ""
  }
}
