import Files
import Foundation
import Imaging

/// A scan as one HTML file without scripts and without addresses of other files.
package struct ScanPage {
  private let scan: DataScan
  private let summary: ScanSummary
  private let hasThumbnails: Bool
  private let threads: Int

  /// The images of a group that are shown.
  private static let perGroup = 8
  private static let groupLimit = 60
  private static let side = 112

  /// Describes a page.
  ///
  /// - Parameters:
  ///   - scan: The scan.
  ///   - summary: Its counts.
  ///   - thumbnails: Whether images are shown: they are patient data, and so is the page then.
  ///   - threads: The number of threads that decode thumbnails.
  package init(
    _ scan: DataScan, _ summary: ScanSummary, thumbnails: Bool, threads: Int = ProcessLimits.cores
  ) {
    self.scan = scan
    self.summary = summary
    hasThumbnails = thumbnails
    self.threads = threads
  }

  /// Writes the page; one with thumbnails is readable by its owner only.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - limit: The most entries of each finding.
  /// - Throws: `ScanError`.
  package func write(to path: String, limit: Int) throws(ScanError) {
    let page = html(limit: limit)
    let isPrivate = hasThumbnails
    do {
      try AtomicFile.write(to: path) { file in
        if isPrivate { fchmod(file.fileDescriptor, 0o600) }
        try file.write(contentsOf: Data(page.utf8))
      }
      // An existing file keeps its mode otherwise.
      if isPrivate { chmod(path, 0o600) }
    } catch {
      throw ScanError(
        .file((error as? FileError)?.reason ?? .unwritable(errno: EIO)), path: path)
    }
  }

  private func html(limit: Int) -> String {
    let title = "Scan of \(Self.escaped(summary.folder))"
    var body = "<h1>\(title)</h1>\n"
    let head = summary.text(limit: 0).split(separator: "\n", omittingEmptySubsequences: false)
      .prefix { !$0.isEmpty }
    body += "<p>" + head.map { Self.escaped(String($0)) }.joined(separator: "<br>") + "</p>\n"
    if !summary.findings.isEmpty { body += "<h2>Needs attention</h2>\n" }
    for finding in summary.findings {
      body += "<details open><summary>\(Self.escaped(finding.text))</summary>\n"
      if let advice = finding.advice { body += "<p class=\"advice\">\(Self.escaped(advice))</p>\n" }
      body += "<ul>\n"
      for entry in finding.entries.prefix(limit) {
        body += "<li><code>\(Self.escaped(entry))</code></li>\n"
      }
      if finding.entries.count > limit {
        body += "<li>and \(finding.entries.count - limit) more</li>\n"
      }
      body += "</ul></details>\n"
    }
    body += "<h2>Facts</h2>\n<table>\n"
    for property in summary.properties {
      let values = property.values.prefix(30).map {
        "\(Self.escaped($0.value)) <span>\($0.count)</span>"
      }
      body +=
        "<tr><th>\(Self.escaped(property.title))</th><td>"
        + values.joined(separator: ", ")
        + (property.values.count > 30 ? " and \(property.values.count - 30) more" : "")
        + "</td></tr>\n"
    }
    body += "</table>\n"
    if !summary.identifiers.isEmpty {
      body += "<h2>Identifiers</h2>\n<p>Files with a value; values are not shown.</p>\n<table>\n"
      for value in summary.identifiers {
        body +=
          "<tr><th>\(Self.escaped(value.value))</th><td><span>\(value.count)</span></td></tr>\n"
      }
      body += "</table>\n"
    }
    if hasThumbnails { body += thumbnails() }
    return Self.frame(title, body)
  }

  /// Images of each group: findings about pixels first, then modality, view and size.
  private func thumbnails() -> String {
    var groups: [(String, [FileFacts])] = []
    let images = scan.files.filter(\.isImage)
    func add(_ title: String, _ files: [FileFacts]) {
      if !files.isEmpty { groups.append(("\(title) (\(files.count))", files)) }
    }
    add(
      "Text suspected", images.filter { ($0.pixels?.letters ?? 0) >= TextDetector.threshold })
    add("Text stated", images.filter { $0.burnedInAnnotation?.uppercased() == "YES" })
    add("Constant", images.filter { $0.pixels?.spread == .constant })
    add("Nearly constant", images.filter { $0.pixels?.spread == .nearlyConstant })
    let kinds = Dictionary(grouping: images) { file in
      [file.header.modality, file.header.view, file.header.photometric].compactMap(\.self)
        .joined(separator: " ")
    }
    for (name, files) in kinds.sorted(by: { ($1.value.count, $0.key) < ($0.value.count, $1.key) }) {
      add(name, files)
    }
    let shown = groups.prefix(Self.groupLimit)
    let files = shown.flatMap { $0.1.prefix(Self.perGroup) }
    let pictures = concurrentMap(files, threads: threads) { thumbnail($0) }
    var html = "<h2>Images</h2>\n<p>Images of patients: keep this file as the data.</p>\n"
    var position = 0
    for (title, files) in shown {
      html += "<h3>\(Self.escaped(title))</h3>\n<div>\n"
      for file in files.prefix(Self.perGroup) {
        let name = Self.escaped(FileName.shown(file.path))
        html +=
          pictures[position].map {
            "<img src=\"data:image/jpeg;base64,\($0)\" alt=\"\(name)\" title=\"\(name)\">\n"
          } ?? "<code>\(name)</code>\n"
        position += 1
      }
      html += "</div>\n"
    }
    return html
  }

  private func thumbnail(_ file: FileFacts) -> String? {
    let path = (scan.folder.hasSuffix("/") ? scan.folder : scan.folder + "/") + file.path
    let full: PixelBuffer?
    if file.kind == .picture {
      full = try? PixelBuffer(contentsOfImage: path)
    } else {
      full = try? DICOMFile(contentsOf: path).display()
    }
    guard let full else { return nil }
    let scale = Double(Self.side) / Double(max(full.width, full.height))
    let small = full.resized(
      width: max(1, Int((Double(full.width) * scale).rounded())),
      height: max(1, Int((Double(full.height) * scale).rounded())))
    return (try? JPEG.encode(small, quality: 80)).map { Data($0).base64EncodedString() }
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.visible.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func frame(_ title: String, _ body: String) -> String {
    """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
    <title>\(title)</title><style>
    body { font: 15px/1.4 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
    h1 { font-size: 1.4rem } h2 { font-size: 1.15rem; margin-top: 2rem } h3 { font-size: 1rem }
    th { text-align: left; vertical-align: top; padding-right: 1rem; font-weight: 600; white-space: nowrap }
    td span, th + td span { color: #777 } summary { font-weight: 600; margin-top: .6rem } .advice { margin: .2rem 0; color: #555 }
    code { font-size: .85rem; overflow-wrap: anywhere } ul { margin: .3rem 0 } img { margin: 2px; background: #000 }
    </style></head><body>
    \(body)</body></html>

    """
  }
}
