import ArgumentParser
import Foundation
import Lightbox

struct InterpretCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interpret", abstract: "Show where a model looks: activation maps and boxes.",
    discussion: """
      For each film a figure (film, raw map, map over the film) is drawn into OUT, and \
      interpret.json lists maps and boxes; boxes are in original pixels. A box is the cell of \
      highest activation. A class that no cell speaks for gets no box. Films that cannot be read \
      are reported and the exit code is then 2.
      """)

  @OptionGroup var model: RunOptions

  @Argument(help: "Films: DICOM, PNG or JPEG.")
  var files: [String]

  @OptionGroup var compute: ComputeOptions

  @Option(
    help: "The layer, such as layer4 or layer3.1; the last with a spatial extent unless said.")
  var layer: String?

  @Option(name: .customLong("class"), help: "A class's name, predicted, or all.")
  var className = "all"

  @Flag(help: "Draw boxes.")
  var boxes = false

  @Option(help: "Colour of the boxes: a name, or #rrggbb.")
  var color = "white"

  @Option(help: "The folder to write into.")
  var out: String

  struct Finding: Encodable {
    let file: String
    var figure: String?
    var predicted: String?
    var maps: [Map]?
    var boxes: [ActivationBox]?
    var error: String?

    struct Map: Encodable {
      let className: String
      let probability: Double
      let status: ClassMap.Status
      let rows: Int
      let columns: Int
      let values: [Float]
    }
  }

  func run() throws {
    compute.apply()
    guard let colour = Colour(color) else {
      throw ValidationError(
        "--color \(color): use #rrggbb or one of \(Colour.names.prefix(12).joined(separator: ", "))"
      )
    }
    let (_, description, vision, predictor) = try model.load()
    let module: Module
    if let layer {
      guard let found = vision.layer(layer) else {
        throw MapError.noSuchLayer(layer, known: Array(vision.layerPaths.prefix(12)))
      }
      module = found
    } else {
      module = vision.lastSpatialLayer
    }
    if !["all", "predicted"].contains(className), !description.vocab.contains(className) {
      throw MapError.noSuchClass(className, known: description.vocab)
    }
    do {
      try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    } catch {
      throw RunError("the folder cannot be made: \(error.localizedDescription)", path: out)
    }
    var findings: [Finding] = []
    var used = Set<String>()
    for file in files {
      findings.append(explain(file, module, predictor, colour, &used))
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(
      String(decoding: try encoder.encode(findings), as: UTF8.self) + "\n",
      to: "\(out)/interpret.json")
    for finding in findings {
      if let error = finding.error {
        say("Error: \(error)")
        continue
      }
      print("\(finding.file): \(finding.predicted ?? ""), figure \(finding.figure ?? "")")
      for box in finding.boxes ?? [] where boxes {
        print(
          "  \(box.className): x \(Int(box.x0.rounded()))–\(Int(box.x1.rounded())), "
            + "y \(Int(box.y0.rounded()))–\(Int(box.y1.rounded())) (score \(digits(box.score)))")
      }
    }
    if findings.contains(where: { $0.error != nil }) { throw ExitCode(2) }
  }

  private func explain(
    _ file: String, _ module: Module, _ predictor: Predictor, _ colour: Colour,
    _ used: inout Set<String>
  ) -> Finding {
    do {
      let picture = try predictor.prepare(file)
      let answer = predictor.predict(picture)
      let only: [Int]? =
        switch className {
        case "all": nil
        case "predicted": [answer.index]
        default: predictor.vocab.firstIndex(of: className).map { [$0] }
        }
      let explanation = try Explanation(
        of: picture, model: predictor.model, layer: module, classes: predictor.vocab, only: only)
      let base = ((file as NSString).lastPathComponent as NSString).deletingPathExtension
      var name = base
      var number = 2
      while !used.insert(name).inserted {
        name = "\(base)-\(number)"
        number += 1
      }
      let path = "\(out)/\(name).png"
      try explanation.figure(
        title: "\(base): \(answer.label)", boxes: boxes, colour: colour,
        layerName: layer ?? "layer4"
      ).write(to: path)
      return Finding(
        file: file, figure: path, predicted: answer.label,
        maps: explanation.maps.map {
          Finding.Map(
            className: $0.className, probability: $0.probability, status: $0.status,
            rows: $0.map.shape[0], columns: $0.map.shape[1], values: $0.map.floatScalars)
        }, boxes: explanation.boxes)
    } catch {
      return Finding(file: file, error: "\(error)")
    }
  }
}
