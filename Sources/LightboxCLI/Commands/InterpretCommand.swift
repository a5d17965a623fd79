import ArgumentParser
import Files
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

  @Option(help: "Color of the boxes: a name, or #rrggbb.")
  var color = "white"

  @Option(help: "True masks as SIIM's run-length rows: say how often a box meets one.")
  var masks: String?

  @Option(help: "The class that the masks are of; the last class unless said.")
  var maskClass: String?

  @Option(help: "The folder to write into.")
  var out: String

  struct Finding: Encodable {
    let file: String
    var figure: String?
    var predicted: String?
    var maps: [Map]?
    var boxes: [ClassBox]?
    var error: String?
    var filmSize: FilmSize?

    struct FilmSize: Encodable {
      let width: Int
      let height: Int
    }

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
    try compute.apply()
    guard let color = Color(color) else {
      throw ValidationError(
        "--color \(color): use #rrggbb or one of \(Color.names.prefix(12).joined(separator: ", "))"
      )
    }
    let (_, description, vision, predictor) = try model.load()
    let module: Module
    let layerName = layer ?? vision.lastSpatialLayerPath
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
    try createFolder(out)
    var findings: [Finding] = []
    var used = Set<String>()
    for file in files {
      findings.append(explain(file, module, layerName, predictor, color, &used))
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try Files.AtomicFile.write(
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
    if let masks { try compare(findings, masks: masks, vocab: description.vocab) }
    if findings.contains(where: { $0.error != nil }) { throw ExitCode(2) }
  }

  /// Says how often the box of a class meets the true mask, beside what a cell chosen blindly would do.
  private func compare(_ findings: [Finding], masks path: String, vocab: [String]) throws {
    let name = maskClass ?? vocab[vocab.count - 1]
    guard vocab.contains(name) else { throw MapError.noSuchClass(name, known: vocab) }
    var files: [(size: String, file: SIIMMaskFile)] = []
    var (films, hits, blank) = (0, 0, 0)
    var chance = 0.0
    for finding in findings where finding.error == nil {
      guard let size = finding.filmSize,
        let map = finding.maps?.first(where: { $0.className == name })
      else { continue }
      let key = "\(size.width)x\(size.height)"
      let masks: SIIMMaskFile
      if let known = files.first(where: { $0.size == key }) {
        masks = known.file
      } else {
        masks = try SIIMMaskFile(path: path, width: size.width, height: size.height)
        files.append((key, masks))
      }
      guard let mask = masks.mask(forFile: finding.file), !mask.isEmpty else { continue }
      films += 1
      func meets(_ x0: Double, _ y0: Double, _ x1: Double, _ y1: Double) -> Bool {
        mask.intersects(
          SIIMMask.Box(x0: Int(x0), y0: Int(y0), x1: Int(x1.rounded(.up)), y1: Int(y1.rounded(.up)))
        )
      }
      if let box = finding.boxes?.first(where: { $0.className == name }) {
        if meets(box.x0, box.y0, box.x1, box.y1) { hits += 1 }
      } else {
        blank += 1
      }
      let (w, h) = (
        Double(size.width) / Double(map.columns), Double(size.height) / Double(map.rows)
      )
      var met = 0
      for row in 0..<map.rows {
        for column in 0..<map.columns
        where meets(
          Double(column) * w, Double(row) * h, Double(column + 1) * w, Double(row + 1) * h)
        {
          met += 1
        }
      }
      chance += Double(met) / Double(map.rows * map.columns)
    }
    guard films > 0 else {
      print("masks: none of the films has a mask in \(path)")
      return
    }
    print(
      "masks: the box of \(name) meets the true mask in \(hits) of \(films) films "
        + "(\(digits(100 * Double(hits) / Double(films), 0)) %; a cell chosen blindly: "
        + "\(digits(100 * chance / Double(films), 0)) %); \(blank) films have no box")
  }

  private func explain(
    _ file: String, _ module: Module, _ layerName: String, _ predictor: Predictor,
    _ color: Color, _ used: inout Set<String>
  ) -> Finding {
    do {
      let image = try predictor.prepare(file)
      let answer = predictor.predict(image)
      let only: [Int]? =
        switch className {
        case "all": nil
        case "predicted": [answer.index]
        default: predictor.vocab.firstIndex(of: className).map { [$0] }
        }
      let explanation = try Explanation(
        of: image, model: predictor.model, layer: module, classes: predictor.vocab, only: only)
      let base = ((file as NSString).lastPathComponent as NSString).deletingPathExtension
      var name = base
      var number = 2
      while !used.insert(name).inserted {
        name = "\(base)-\(number)"
        number += 1
      }
      let path = "\(out)/\(name).png"
      try explanation.figure(
        title: "\(base): \(answer.label)", boxes: boxes, color: color,
        layerName: layerName
      ).write(to: path)
      return Finding(
        file: file, figure: path, predicted: answer.label,
        maps: explanation.maps.map {
          Finding.Map(
            className: $0.className, probability: $0.probability, status: $0.status,
            rows: $0.map.shape[0], columns: $0.map.shape[1], values: $0.map.floatScalars)
        }, boxes: explanation.boxes,
        filmSize: Finding.FilmSize(width: explanation.film.width, height: explanation.film.height))
    } catch {
      return Finding(file: file, error: "\(error)")
    }
  }
}
