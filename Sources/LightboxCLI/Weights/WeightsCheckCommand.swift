import ArgumentParser
import Lightbox

struct WeightsCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check whether an architecture can use a file; the exit code is 1 if not.",
    discussion: """
      A file is usable if its body fits: training that starts from it replaces the classifier by a new \
      head. A file that Lightbox or fastai saved has to fit as a whole.
      """)

  @Argument(help: "A safetensors or PyTorch file.")
  var file: String

  @Option(help: "The architecture's name.")
  var arch: String

  @Option(help: "Number of classes. Default: that of the file.")
  var classes: Int?

  @OptionGroup var options: PartOption

  @Flag(help: "Print every name, not only the first of each kind.")
  var verbose = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if let classes, classes < 1 { throw ValidationError("--classes \(classes): use 1 or more") }
  }

  func run() throws {
    let architecture = try Architecture.named(arch)
    let checkpoint = try Checkpoint(contentsOf: file)
    func match(_ classCount: Int) throws -> (match: WeightsMatch, stored: [Checkpoint.NetworkEntry])
    {
      try VisionModel(architecture, classCount: classCount).match(checkpoint, part: options.part)
    }
    let classCount = try classes ?? match(2).match.classCount ?? 2
    let (match, stored) = try match(classCount)
    let lines = match.entries.map { Line($0, stored) }
    let verdict =
      switch match.usability {
      case .complete: "usable as it is"
      case .newClassifier: "usable to start from; the classifier does not fit and is new"
      case .none: "not usable as \(architecture.name)"
      }
    let isUsable = match.usability != .none
    if json {
      struct Shown: Encodable {
        let file: String, architecture: String, classes: Int, usable: Bool, verdict: String
        let tensors: [Line]
      }
      try printJSON(
        Shown(
          file: file, architecture: architecture.name, classes: classCount, usable: isUsable,
          verdict: verdict, tensors: lines))
    } else {
      show(lines, around: wrapping(stored))
      let kind = match.isSavedModel ? "a model with its head" : "a whole network"
      print("\(file): \(kind), \(classCount) classes: \(verdict)")
    }
    if !isUsable { throw ExitCode(1) }
  }

  private func show(_ lines: [Line], around wrapper: String) {
    if !wrapper.isEmpty { print("\(wrapper) is taken off the names") }
    for title in Line.titles {
      let own = lines.filter { $0.title == title }
      print("\(title) \(own.count)")
      if title == "matched", !verbose { continue }
      for reasons in ordered(own.map(\.renamings)) {
        let alike = own.filter { $0.renamings == reasons }
        for reason in reasons { print("  \(printable("\(reason)"))") }
        for line in alike.prefix(verbose ? .max : 4) { print("    \(line.text(verbose: verbose))") }
        if !verbose, alike.count > 4 { print("    and \(alike.count - 4) more") }
      }
    }
  }

  /// The different elements, in order of first occurrence.
  private func ordered(_ lists: [[Renaming.Reason]]) -> [[Renaming.Reason]] {
    lists.reduce(into: []) { seen, list in if !seen.contains(list) { seen.append(list) } }
  }
}

/// A tensor as the command prints it.
private struct Line: Encodable {
  static let titles = ["matched", "renamed", "wrong shape", "missing", "extra"]

  let entry: WeightsMatch.Entry
  /// The tensor in the file; nil if it is missing.
  let stored: Checkpoint.NetworkEntry?

  init(_ entry: WeightsMatch.Entry, _ stored: [Checkpoint.NetworkEntry]) {
    self.entry = entry
    self.stored = entry.position.map { stored[$0] }
  }

  var title: String {
    switch entry.outcome {
    case .matched: "matched"
    case .renamed: "renamed"
    case .wrongShape: "wrong shape"
    case .missing: "missing"
    case .extra: "extra"
    }
  }

  var renamings: [Renaming.Reason] {
    if case .renamed(let reasons) = entry.outcome { reasons } else { [] }
  }

  private var reason: String {
    switch entry.outcome {
    case .matched: ""
    case .renamed(let reasons): reasons.map(\.description).joined(separator: "; ")
    case .wrongShape(let model, let file): "model \(shapeText(model)), file \(shapeText(file))"
    case .missing: "the file has nothing of this name"
    case .extra: "the network has nothing of this name"
    }
  }

  func text(verbose: Bool) -> String {
    let name = verbose ? printable(entry.name) : ending(printable(entry.name), 40)
    switch entry.outcome {
    case .wrongShape: return "\(name): \(reason)"
    case .renamed:
      let old = printable(stored?.name ?? "")
      return "\(name) <- " + (verbose ? old : ending(old, 32))
    default: return name
    }
  }

  private enum CodingKeys: CodingKey { case outcome, name, file, reason }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(title, forKey: .outcome)
    try container.encode(entry.name, forKey: .name)
    try container.encodeIfPresent(stored?.entry.name, forKey: .file)
    try container.encode(reason, forKey: .reason)
  }
}
