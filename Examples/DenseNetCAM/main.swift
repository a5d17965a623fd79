// PerXeptron's "Class Activation Map Localization" in Swift: a DenseNet-121 for chest films (CheXNet). README.md has the steps
// side by side.

import ArgumentParser
import Foundation
import Lightbox

struct DenseNetCAM: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "DenseNetCAM",
    abstract: "Maps of a CheXNet checkpoint: the document's, and those of a class.",
    usage: "DenseNetCAM [FILM] [<options>]",
    discussion: "Without FILM and --weights it draws films and trains a checkpoint first.")

  @Argument(help: "A DICOM, PNG or JPEG file. Default: a drawn film.")
  var film: String?

  @Option(help: "A CheXNet checkpoint (.pth.tar). Default: trained here.")
  var weights: String?

  @Option(help: "The finding that is explained. Default: the most probable.")
  var finding: String?

  @Option(help: "The shorter side of the model's input.")
  var size = 224

  @Option(help: "Epochs in which weights are trained if there are none.")
  var weightEpochs = 8

  @Option(help: "The number of drawn films to train them on.")
  var films = 160

  @Option(help: "Rows and columns of these films as input; smaller is faster.")
  var weightSize = 224

  @Option(help: "The folder for figures.")
  var out = "densenet-cam"

  func validate() throws {
    for (name, value) in [
      ("--size", size), ("--films", films), ("--weight-epochs", weightEpochs),
      ("--weight-size", weightSize),
    ] where value < 1 {
      throw ValidationError("\(name) \(value): use 1 or more")
    }
    for path in [film, weights].compactMap(\.self)
    where !FileManager.default.fileExists(atPath: path) {
      throw ValidationError("\(path) does not exist")
    }
    if let finding { _ = try number(of: finding, in: Architecture.named("chexnet").vocab) }
    var isFolder: ObjCBool = true
    if FileManager.default.fileExists(atPath: out, isDirectory: &isFolder), !isFolder.boolValue {
      throw ValidationError("--out \(out) is a file: name a folder")
    }
  }

  func run() throws {
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    let needsFilms = film == nil || weights == nil
    let drawn = "\(out)/films-\(films)"
    if needsFilms { try drawFilms(films, in: drawn) }
    let weights =
      try weights ?? trainedCheckpoint(weightSize, weightEpochs, films: drawn, in: out)
    let film = try film ?? drawnFilm(in: drawn)

    // The network and its checkpoint. The names are older than torchvision's of today ("norm.1"), behind a prefix of
    // DataParallel; both are recognized.
    let chexnet = try Architecture.named("chexnet")
    let model = chexnet.makeModel()
    let report = model.load(model.fitting(try Checkpoint(contentsOf: weights).stateDictionary()))
    guard report.isComplete else { throw ValidationError("\(weights): \(report)") }
    model.eval()

    // Resize (of the shorter side), ToTensor, Normalize.
    let original = try Pipeline([Resize(size), Normalize.imageNet]).prepare(film).original
    let scale = Double(size) / Double(min(original.height, original.width))
    let transform = Pipeline([
      Resize(
        height: Int(Double(original.height) * scale), width: Int(Double(original.width) * scale),
        method: .squish), Normalize.imageNet,
    ])
    let prepared = try transform.prepare(film)

    // The output of the base: "features" ends in the batch norm norm5, without a ReLU.
    guard let features = model["densenet121.features"], let norm5 = features["norm5"] as? BatchNorm,
      let classifier = model["densenet121.classifier.0"] as? Linear
    else { throw MapError.layerDidNotRun }
    let (probabilities, base) = withHook(on: features) { hook in
      (model(prepared.input), hook.stored)
    }
    guard let output = base?[0] else { throw MapError.layerDidNotRun }
    printFindings(chexnet.vocab, probabilities.floatScalars)

    let index =
      try finding.map { try number(of: $0, in: chexnet.vocab) }
      ?? Int(probabilities.argmax(axis: 1).scalars(as: Int64.self)[0])
    let name = chexnet.vocab[index]

    // The document's weights, and those of the class.
    let blind = documentMap(output, norm5)
    let map = classMap(output, classifier, index)
    print("base \(output.shape), maps \(map.shape), class \(name)")
    let score = model.logits(prepared.input)[0, index].item
    let bias = classifier.bias?.value[index].item ?? 0
    print(
      "difference between the mean of the class's map with the bias and the score: \(abs(map.mean().item + bias - score))"
    )
    print("cells below zero: \(below(blind)) of the document's map, \(below(map)) of the class's")

    // The library's map. CAM refuses this network, as a ReLU is between the base and the pooling; HiResCAM takes it into
    // account, and is the class's map divided by the number of cells.
    let explainer = Explainer(
      model: model, vocab: chexnet.vocab, HiResCAM(),
      layers: [TappedLayer("densenet121.features", features)], options: .fmi,
      logits: { model.logits($0) }, activation: { $0.sigmoid() })
    let found = try explainer(prepared, classes: [index]).maps[0].map
    let ours = found * Float(map.count)
    print(
      "largest difference between the class's map by hand and Explainer: \(difference(map, ours))")

    try Figure(
      rows: [
        [
          .image(original, title: film.split(separator: "/").last.map(String.init) ?? film),
          .image(overlay(blind, original), title: "the document's map: the same for every class"),
          .image(overlay(map, original), title: "CAM of \(name)"),
        ]
      ],
      title: "\(name), probability \(fixed(probabilities[0, index].item))"
    ).write(to: "\(out)/cam.png")
    print("figure in \(out): cam")
  }
}

DenseNetCAM.main()
