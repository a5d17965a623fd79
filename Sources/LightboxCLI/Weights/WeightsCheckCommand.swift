import ArgumentParser
import Console
import Lightbox

struct WeightsCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check whether a file fits an architecture; the exit code is 1 if not.",
    usage: "lightbox weights check <file> --arch <arch> [<options>]",
    discussion: """
      A whole network is usable if all its layers but the classifier fit, which training replaces by a \
      new head. A file that Lightbox or fastai saved is usable if body and head fit. Tensors with NaN or \
      infinite values, or negative variances, make a file unusable.
      """)

  @Argument(help: "A safetensors or PyTorch file.")
  var file: String

  @Option(help: "The architecture; see \"lightbox models\".")
  var arch: String

  @Option(help: "Number of classes, 1 to 1000000. Default: that of the file.")
  var classes: Int?

  @OptionGroup var options: PartOption

  @Flag(help: "Print all names, not only the first of each kind.")
  var verbose = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    try requireOption("--classes", classes, in: 1...1_000_000)
  }

  func run() throws {
    let architecture = try Architecture.named(arch)
    let checkpoint = try Checkpoint(contentsOf: file)
    let check = try WeightsCheck(
      checkpoint, architecture, classCount: classes, part: options.part)
    let match = check.match
    let lines = match.entries.map { Line($0, check.stored) }
    let faults = try check.found.valueFaults(in: checkpoint)
    let classifierFaults = try check.found.valueFaults(in: checkpoint, ofClassifier: true)
    let verdict =
      switch (match.usability, faults.isEmpty) {
      case (.none, _): "not usable as \(architecture.name)"
      case (_, false):
        "not usable: \(faults.count) tensor\(faults.count == 1 ? " has" : "s have") unusable values"
      case (.complete, true) where classifierFaults.isEmpty: "usable"
      case (.complete, true): "usable with a new classifier: the file's has unusable values"
      case (.newClassifier, true): "usable with a new classifier"
      }
    let isUsable = match.usability != .none && faults.isEmpty
    if json {
      struct Shown: Encodable {
        let file: String, architecture: String, classes: Int, usable: Bool, verdict: String
        let tensors: [Line], unusable: [ValueFaultsRecord], taken: String?, others: [String]
      }
      try printJSON(
        Shown(
          file: file, architecture: architecture.name, classes: check.classCount, usable: isUsable,
          verdict: verdict, tensors: lines, unusable: (faults + classifierFaults).map(\.record),
          taken: check.found.chosen?.part, others: check.found.others.map(\.part)))
    } else {
      if let chosen = check.found.chosen {
        print("took \(chosen.words.printable), the only network of the file that fits")
        for other in check.found.others { print("not taken: \(other.words.printable)") }
      }
      show(lines, prefix: Checkpoint.prefix(of: check.stored))
      let all = faults + classifierFaults
      for value in all.prefix(verbose ? .max : 8) {
        print("unusable values: \(value.name.printable) has \(value.words)")
      }
      if !verbose, all.count > 8 { print("unusable values: \(all.count - 8) more tensors") }
      let kind = match.isSavedModel ? "body and head" : "a whole network"
      print("\(file): \(kind), \(check.classCount) classes: \(verdict)")
    }
    if !isUsable { throw ExitCode(1) }
  }

  private func show(_ lines: [Line], prefix: String) {
    if !prefix.isEmpty { print("prefix of the names in the file: \(prefix.printable)") }
    for title in Line.titles {
      let own = lines.filter { $0.title == title }
      if title == "adapted", own.isEmpty { continue }
      print("\(title) \(own.count)")
      if title == "matched", !verbose { continue }
      for reasons in ordered(own.map(\.renamings)) {
        let alike = own.filter { $0.renamings == reasons }
        for reason in reasons { print("  \("\(reason)".printable)") }
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
  static let titles = ["matched", "renamed", "adapted", "wrong shape", "missing", "extra"]

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
    case .adapted: "adapted"
    case .wrongShape: "wrong shape"
    case .missing: "missing"
    case .extra: "extra"
    }
  }

  var renamings: [Renaming.Reason] {
    switch entry.outcome {
    case .renamed(let reasons), .adapted(_, _, let reasons): reasons
    default: []
    }
  }

  private var reason: String {
    switch entry.outcome {
    case .matched: ""
    case .renamed(let reasons): reasons.map(\.description).joined(separator: "; ")
    case .adapted(let model, let file, _): "from \(file) input channels to \(model)"
    case .wrongShape(let model, let file): "model \(shapeText(model)), file \(shapeText(file))"
    case .missing: "the file has no such tensor"
    case .extra: "the network has no such tensor"
    }
  }

  func text(verbose: Bool) -> String {
    let name = verbose ? entry.name.printable : entry.name.printable.truncatingHead(to: 40)
    switch entry.outcome {
    case .wrongShape, .adapted: return "\(name): \(reason)"
    case .renamed:
      let old = (stored?.name ?? "").printable
      return "\(name) <- " + (verbose ? old : old.truncatingHead(to: 32))
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
