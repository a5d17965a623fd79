public import ArgumentParser
import Console
public import Lightbox

struct SplitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "split",
    abstract: "Divide images into training, validation and test, by patient, and write the table.",
    discussion: """
      The table has the columns file, label, patient and split; "lightbox train <data> --labels <out>" trains on it. \
      Patients are those of the table, else of the DICOM headers, and are written as salted hashes. The counts of \
      images and patients are printed, and how many patients are in more than one part: none, or the command fails.

      --folds 5 writes the columns fold and split0 to split4 instead; --split-column split0 trains on the first.
      """)

  @OptionGroup var source: TableOptions

  @Option(
    help: ArgumentHelp(
      "auto (by patient where patients are known, else by image), random, stratified, patient or stratified-patient. Default: auto.",
      valueName: "kind"))
  var split: SplitKind?

  @Option(help: "The fraction for validation, between 0 and 1.")
  var validPct = 0.2

  @Option(help: "The fraction for the test, 0 or more; drawn first.")
  var testPct = 0.0

  @Option(help: "Folds instead of a fraction for validation, 2 to 1000; stratified, by patient.")
  var folds: Int?

  @Option(help: "The seed, 0 to 2^64 - 1.")
  var seed: UInt64 = 42

  @Option(help: "What labels are: category, multi_category or regression.")
  var target = TargetKind.category

  @Flag(help: "Allow patients and images in more than one part, where a split is given.")
  var allowSharedPatients = false

  @OptionGroup var unreadable: UnreadableOption

  @Flag(help: "Print JSON.")
  var json = false

  @Option(help: "The table to write.")
  var out: String

  func validate() throws {
    guard validPct > 0, validPct < 1 else {
      throw ValidationError("--valid-pct \(validPct): use a number between 0 and 1")
    }
    guard testPct >= 0, testPct < 1 else {
      throw ValidationError("--test-pct \(testPct): use a number from 0 and below 1")
    }
    guard validPct + testPct < 1 else {
      throw ValidationError(
        "--valid-pct \(validPct) and --test-pct \(testPct) leave nothing for training")
    }
    try requireOption("--folds", folds, in: 2...1000)
    if folds != nil, testPct > 0 {
      throw ValidationError("--folds takes no --test-pct: split the test off first")
    }
    if let folds, let split {
      throw ValidationError(
        "--folds \(folds) is stratified and by patient: leave --split \(split.rawValue) out")
    }
  }

  func run() throws {
    var plan = TrainingPlan(table: try source.table(), imageSize: 224)
    plan.data.split = split ?? .automatic
    plan.data.folds = folds
    plan.data.target = target
    plan.validFraction = validPct
    plan.seed = seed
    plan.unreadable = unreadable.policy
    plan.allowsSharedPatients = allowSharedPatients
    if FileName.isFolder(out) {
      throw ValidationError("--out \(FileName.shown(out)) is a folder: name a file")
    }
    try requireOwnOutput("--out", out, inputs: [plan.data.table.path]) {
      $0.hasPrefix("file,label,patient,")
    }
    let found = try SplitTable(plan, testFraction: testPct)
    tell(found.columns)
    for warning in found.warnings { tell(warning) }
    try found.write(to: out)
    if json { try printJSON(found.summaries) } else { found.summaries.forEach(show) }
    say("lightbox: the table is \(FileName.shown(out).printable)")
  }

  private func show(_ summary: SplitSummary) {
    let classes = Set(summary.parts.flatMap(\.classes.keys)).sorted()
    let shown = classes.prefix(20)
    print("split \(summary.method); patients of \(summary.patientSource ?? "no source")".printable)
    let hasPatients = summary.patientSource != nil
    print(
      TextTable(
        ["part", .right("images")] + (hasPatients ? [.right("patients")] : [])
          + shown.map { .right($0.printable) },
        rows: summary.parts.map { part in
          [part.name, "\(part.images)"] + (hasPatients ? ["\(part.patients)"] : [])
            + shown.map { name in
              "\(part.classes[name] ?? 0)"
                + (hasPatients ? " (\(part.classPatients[name] ?? 0))" : "")
            }
        }))
    if classes.count > shown.count { print("\(classes.count - shown.count) more classes") }
    print(summary.proof)
  }
}

extension SplitKind: ExpressibleByArgument {
  /// Parses a name, with - or _ between words.
  public init?(argument: String) {
    self.init(rawValue: argument.replacing("-", with: "_"))
  }
}

extension TargetKind: ExpressibleByArgument {}
