import ArgumentParser
import Lightbox

struct WeightsCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Tell whether an architecture can use a file; the exit code is 1 if not.",
    discussion: """
      Usable is a file whose body fits: its classifier is replaced by a new head when training starts \
      from it. A run's or fastai's own file has to fit as a whole.
      """)

  @Argument(help: "A safetensors or PyTorch file.")
  var file: String

  @Option(help: "The architecture's name.")
  var arch: String

  @Option(help: "Classes; as many as the file has, unless said.")
  var classes: Int?

  @OptionGroup var options: PartOption

  @Flag(help: "Print every name, not only the first of each kind.")
  var verbose = false

  @Flag(help: "Print JSON.")
  var json = false

  private struct Line: Encodable {
    let outcome: String
    let name: String
    let file: String?
    let reason: String
    /// The name in the file, without what wraps the network.
    var stored = ""

    enum CodingKeys: CodingKey { case outcome, name, file, reason }
  }

  func validate() throws {
    if let classes, classes < 1 { throw ValidationError("--classes \(classes): use 1 or more") }
  }

  func run() throws {
    let architecture = try Architecture.named(arch)
    let checkpoint = try Checkpoint(contentsOf: file)
    func fit(_ count: Int) throws -> VisionModel.Fit {
      try VisionModel(architecture, classes: count).fit(checkpoint, part: options.part)
    }
    let wanted = try classes ?? classesOf(fit(2)) ?? 2
    let fit = try fit(wanted)
    let lines = lines(fit)
    let faults = lines.filter { ["missing", "wrong shape"].contains($0.outcome) }
    let head = faults.count { !fit.classifier.isEmpty && $0.name.hasPrefix(fit.classifier) }
    let isUsable =
      faults.count == head && lines.contains { $0.outcome == "matched" || $0.outcome == "renamed" }
    let verdict =
      isUsable
      ? (head == 0
        ? "usable as it is" : "usable to start from; the classifier does not fit and is new")
      : "not usable as \(architecture.name)"
    if json {
      struct Shown: Encodable {
        let file: String, architecture: String, classes: Int, usable: Bool, verdict: String
        let tensors: [Line]
      }
      try printJSON(
        Shown(
          file: file, architecture: architecture.name, classes: wanted, usable: isUsable,
          verdict: verdict, tensors: lines))
    } else {
      show(lines, around: wrapping(fit.entries.map(\.entry)))
      let kind = fit.isSaved ? "a model with its head" : "a whole network"
      print("\(file): \(kind), \(wanted) classes: \(verdict)")
    }
    if !isUsable { throw ExitCode(1) }
  }

  /// Outputs of the file's last layer.
  private func classesOf(_ fit: VisionModel.Fit) -> Int? {
    let last =
      fit.isSaved
      ? fit.wanted.last { $0.shape.count == 2 }?.name
      : fit.wanted.last { $0.name.hasPrefix(fit.classifier) && $0.shape.count == 2 }?.name
    return fit.entries.first { $0.name == last && last != nil }?.entry.entry.shape.first
  }

  private func lines(_ fit: VisionModel.Fit) -> [Line] {
    let shapes = Dictionary(fit.wanted.map { ($0.name, $0.shape) }, uniquingKeysWith: { a, _ in a })
    var found = Set<String>()
    var lines = fit.entries.map { entry, name, reasons in
      guard let name, let shape = shapes[name] else {
        return Line(
          outcome: "extra", name: entry.name, file: entry.entry.name,
          reason: "the network has nothing of this name")
      }
      found.insert(name)
      let stored = entry.entry.shape
      if stored != shape {
        return Line(
          outcome: "wrong shape", name: name, file: entry.entry.name,
          reason: "model \(shapeText(shape)), file \(shapeText(stored))")
      }
      return Line(
        outcome: reasons.isEmpty ? "matched" : "renamed", name: name, file: entry.entry.name,
        reason: reasons.joined(separator: "; "), stored: printable(entry.name))
    }
    for (name, _) in fit.wanted where !found.contains(name) {
      // Nothing depends on this counter, and files of before PyTorch 0.4.1 lack it.
      if name.hasSuffix("num_batches_tracked") { continue }
      lines.append(
        Line(outcome: "missing", name: name, file: nil, reason: "the file has nothing of this name")
      )
    }
    return lines
  }

  private func show(_ lines: [Line], around wrapper: String) {
    if !wrapper.isEmpty { print("\(wrapper) is taken off the names") }
    for outcome in ["matched", "renamed", "wrong shape", "missing", "extra"] {
      let own = lines.filter { $0.outcome == outcome }
      print("\(outcome) \(own.count)")
      if outcome == "matched", !verbose { continue }
      for reason in outcome == "renamed" ? ordered(own.map(\.reason)) : [""] {
        let alike = own.filter { outcome != "renamed" || $0.reason == reason }
        for part in reason.split(separator: "; ") { print("  \(printable(String(part)))") }
        for line in alike.prefix(verbose ? .max : 4) { print("    \(text(line))") }
        if !verbose, alike.count > 4 { print("    and \(alike.count - 4) more") }
      }
    }
  }

  private func text(_ line: Line) -> String {
    let name = verbose ? printable(line.name) : ending(printable(line.name), 40)
    switch line.outcome {
    case "wrong shape": return "\(name): \(line.reason)"
    case "renamed": return "\(name) <- " + (verbose ? line.stored : ending(line.stored, 32))
    default: return name
    }
  }

  /// Different texts in the order in which they first come.
  private func ordered(_ texts: [String]) -> [String] {
    var seen = Set<String>()
    return texts.filter { seen.insert($0).inserted }
  }
}
