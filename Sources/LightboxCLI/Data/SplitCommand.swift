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

  @Option(help: "The fraction for validation, between 0 and 1. Default: 0.2.")
  var validPct: Double?

  @Option(help: "The fraction for the test, 0 or more; drawn first.")
  var testPct = 0.0

  @Option(help: "Folds instead of a fraction for validation, 2 to 1000; stratified, by patient.")
  var folds: Int?

  @Option(help: "The seed, 0 to 2^64 - 1. Default: 42.")
  var seed: UInt64?

  @Option(help: "What labels are: category, multi_category or regression.")
  var target = TargetKind.category

  @Flag(
    help:
      "Allow patients and images in more than one part, where a split is given, or drawn by image (random, stratified)."
  )
  var allowSharedPatients = false

  @OptionGroup var unreadable: UnreadableOption

  @Flag(help: "Print JSON.")
  var json = false

  @Option(help: "The table to write.")
  var out: String

  func validate() throws {
    let validPct = validPct ?? TrainingPlan.usualValidFraction
    guard validPct > 0, validPct < 1 else {
      throw ValidationError("--valid-pct \(validPct): use a number between 0 and 1")
    }
    if let folds, let given = self.validPct {
      throw ValidationError(
        "--valid-pct \(given): it has no effect with --folds \(folds); give one of them")
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
        "--folds \(folds) is stratified and by patient: leave --split \(split.option) out")
    }
  }

  func run() throws {
    var plan = TrainingPlan(table: try source.table(), imageSize: 224)
    plan.data.split = split ?? .automatic
    plan.data.folds = folds
    plan.data.target = target
    plan.validFraction = validPct ?? plan.validFraction
    plan.seed = seed ?? plan.seed
    plan.given.words["data.valid_pct"] = validPct.map { "--valid-pct \($0)" }
    plan.given.words["data.allow_shared_patients"] =
      allowSharedPatients ? "--allow-shared-patients" : nil
    plan.given.words["split.seed"] = seed.map { "--seed \($0)" }
    plan.unreadable = unreadable.policy
    plan.allowsSharedPatients = allowSharedPatients
    if FileName.isFolder(out) {
      throw ValidationError("--out \(FileName.shown(out)) is a folder: name a file")
    }
    try requireFolder(of: "--out", out)
    try requireOwnOutput("--out", out, inputs: [plan.data.table.path]) {
      $0.hasPrefix("file,label,patient,")
    }
    let found = try SplitTable(plan, testFraction: testPct)
    tell(found.columns)
    unreadable.tell(found.skipped)
    for warning in found.warnings { tell(warning) }
    try found.write(to: out)
    if json { try printJSON(found.summaries) } else { found.summaries.forEach(show) }
    say("lightbox: the table is \(FileName.shown(out).printable)")
  }

  private func show(_ summary: SplitSummary) {
    print("split \(summary.method); \(summary.patientWords ?? "no patient is known")".printable)
    let hasPatients = summary.patientSource != nil
    func count(_ name: String, _ part: SplitSummary.Part) -> String {
      "\(part.classes[name] ?? 0)" + (hasPatients ? " (\(part.classPatients[name] ?? 0))" : "")
    }
    let first = ["part", .right("images")] + (hasPatients ? [TextColumn.right("patients")] : [])
    // The largest classes that fit into a line.
    let classes = summary.classesBySize
    var width = TextTable(
      first,
      rows: summary.parts.map {
        ["\($0.name)", "\($0.images)"] + (hasPatients ? ["\($0.patients)"] : [])
      }
    )
    .header.count
    let shown = classes.prefix { name in
      let cells = summary.parts.map { count(name, $0).count }.max() ?? 0
      width += 2 + max(min(name.printable.count, Self.nameLimit), cells)
      return width <= 80
    }.sorted()
    print(
      TextTable(
        first + shown.map { .right(Self.short($0.printable)) },
        rows: summary.parts.map { part in
          [part.name, "\(part.images)"] + (hasPatients ? ["\(part.patients)"] : [])
            + shown.map { count($0, part) }
        }))
    let more = classes.count - shown.count
    if more > 0 { print("and \(more) more \(more == 1 ? "class" : "classes"); --json has all") }
    print(summary.proof)
  }

  /// The longest name of a class in the table.
  private static let nameLimit = 20

  private static func short(_ name: String) -> String {
    name.count > nameLimit ? name.prefix(nameLimit - 1) + "…" : name
  }
}

extension SplitKind: ExpressibleByArgument {
  /// Parses a name, with - or _ between words.
  public init?(argument: String) {
    self.init(rawValue: argument.replacing("-", with: "_"))
  }

  /// The names with - between words, as options have them.
  public static var allValueStrings: [String] { allCases.map(\.option) }

  fileprivate var option: String { rawValue.replacing("_", with: "-") }
}

extension TargetKind: ExpressibleByArgument {}
