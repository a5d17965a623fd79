import ArgumentParser
import Console
import Lightbox

struct ScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Summarize a folder of DICOM, PNG and JPEG files: what needs attention, then counts.",
    discussion: """
      Files are recognized by their content. Links are followed; hidden files are left out. The first \
      frame of each image is decoded, to find damaged, constant and equal images and text that is \
      burned in; --headers-only leaves that out. The output names files and never shows identifiers.

      Facts of unchanged files (path, size, time of change, inode) come from an index. It is kept in \
      $XDG_CACHE_HOME/lightbox/scans (default: ~/.cache/lightbox/scans), readable by its owner only; \
      identifiers are in it as salted hashes, paths as they are. --no-index reads all files.

      The exit code is 1 if there is no image, and 2 if an image or a folder cannot be read.
      """)

  @Argument(help: "The folder to scan.")
  var folder: String

  @Option(
    help: ArgumentHelp(
      "Labels and splits, a table or another source as in train: patients and images on several sides are found, and rows without images.",
      valueName: "source"))
  var labels: String?

  @Option(
    help: "The column of --labels with the file names, relative to the folder. Default: file.")
  var fileColumn: String?

  @Option(help: "The column of --labels with the labels. Default: label.")
  var labelColumn: String?

  @Option(help: "The column of --labels with the sides. Default: split or is_valid, if it exists.")
  var splitColumn: String?

  @Option(
    help: "The column of --labels with the patients. Default: patient or patient_id, if it exists.")
  var patientColumn: String?

  @Option(help: "Maximum number of entries of each list, such as unreadable files, 0 to 1000000.")
  var show = 5

  @Flag(help: "Do not decode pixels.")
  var headersOnly = false

  @Option(help: ArgumentHelp("The index of unchanged files, an SQLite file.", valueName: "file"))
  var index: String?

  @Flag(help: "Read all files, and keep no index.")
  var noIndex = false

  @Flag(help: "Print JSON, with all entries of each list.")
  var json = false

  @Option(help: ArgumentHelp("Write a CSV table with a row per file.", valueName: "file"))
  var csv: String?

  @Option(help: ArgumentHelp("Write the summary as a web page.", valueName: "file"))
  var html: String?

  @Flag(
    help: "Show images in --html, some of each kind. They are patient data: keep the page as such.")
  var thumbnails = false

  @Option(
    help: ArgumentHelp(
      "Write the headers of all DICOM files with pixel statistics, as fastai's from_dicoms, to a .csv or .sqlite file. It has the values of identifiers: keep it as patient data.",
      valueName: "file"))
  var table: String?

  @Option(help: "Number of threads, 1 to 1024. Default: all cores.")
  var threads: Int?

  func validate() throws {
    try requireOption("--show", show, in: 0...1_000_000)
    try requireOption("--threads", threads, in: 1...1024)
    if thumbnails, html == nil { throw ValidationError("--thumbnails needs --html") }
    if noIndex, index != nil { throw ValidationError("--index and --no-index exclude each other") }
    if let table { try HeaderTable.checkName(table) }
    if labels == nil, let (name, value) = columns.first(where: { $0.value != nil }) {
      throw ValidationError(
        "--\(name) \((value ?? "").printable): it has no effect without --labels; give the table")
    }
  }

  /// The options of the columns of `--labels`.
  private var columns: [(name: String, value: String?)] {
    [
      ("file-column", fileColumn), ("label-column", labelColumn), ("split-column", splitColumn),
      ("patient-column", patientColumn),
    ]
  }

  /// The source of `--labels`; checked before the folder is read, which may take long.
  private func labelSource() throws -> LabelSource? {
    guard let labels else { return nil }
    var source: LabelSource
    do throws(DataError) { source = try LabelSource(labels) } catch {
      throw ValidationError("--labels \(labels): \(error)")
    }
    if case .table = source {
      guard let path = [labels, "\(folder)/\(labels)"].first(where: FileName.exists) else {
        throw ValidationError("there is no table \(labels) or \(folder)/\(labels)")
      }
      source = .table(path)
    }
    try requireEffect(of: columns, with: source)
    return source
  }

  func run() throws {
    let line = ProgressLine()
    let source = try labelSource()
    for (option, path) in [
      ("--csv", csv), ("--html", html), ("--table", table), ("--index", index),
    ] {
      try requireFolder(of: option, path)
    }
    try requireDifferentFiles([
      ("--csv", csv), ("--html", html), ("--table", table), ("--index", index),
    ])
    if let csv { try requireOwnOutput("--csv", csv, inputs: []) { $0.hasPrefix("file,kind,") } }
    if let html {
      try requireOwnOutput("--html", html, inputs: []) {
        $0.lowercased().hasPrefix("<!doctype html>")
      }
    }
    if let table {
      try requireOwnOutput("--table", table, inputs: []) {
        $0.hasPrefix("SQLite format 3") || $0.contains("img_pct_window")
      }
    }
    var options = DataScan.Options()
    options.readsPixels = !headersOnly
    options.threads = threads
    options.index = noIndex ? .none : index.map { .file($0) } ?? .cache
    var scan = try DataScan(of: folder, options: options) { line.show("files read", $0, of: $1) }
    if let problem = scan.indexProblem { say("lightbox: the index was not used: \(problem)") }
    if let source { try compare(&scan, source) }
    let summary = ScanSummary(scan)
    if json { try printJSON(summary) } else { print(summary.text(limit: show)) }
    if let csv { try scan.writeCSV(to: csv) }
    if let html {
      try ScanPage(scan, summary, thumbnails: thumbnails).write(to: html, limit: max(show, 100))
    }
    if let table {
      try scan.headerTable(threads: threads) { line.show("headers read", $0, of: $1) }
        .write(to: table)
    }
    if scan.hasUnreadable { throw ExitCode(2) }
    if scan.isEmpty {
      say(
        "Error: \(FileName.shown(folder)): there is no DICOM, PNG or JPEG file in this folder; "
          + "check the path")
      throw ExitCode(1)
    }
  }

  private func compare(_ scan: inout DataScan, _ source: LabelSource) throws {
    var table = LabelTable(source, in: folder)
    table.fileColumn = fileColumn ?? table.fileColumn
    table.labelColumn = labelColumn ?? table.labelColumn
    table.splitColumn = splitColumn == "none" ? "" : splitColumn
    table.patientColumn = patientColumn == "none" ? "" : patientColumn
    let content = try table.read()
    tell(content.columns)
    scan.compare(with: content.items, table: labels ?? "")
  }
}
