// "Creating Bounding Boxes from Class Activation Maps" (fastai and fmi on SIIM_SMALL), step by step in Swift.
// README.md has the document's steps beside these.

import ArgumentParser
import Foundation
import Lightbox

struct SIIMPneumothorax: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "SIIMPneumothorax",
    abstract: "From chest films to a Grad-CAM map and a box in original pixels.",
    usage: "SIIMPneumothorax [FOLDER] [<options>]",
    discussion: "Without FOLDER and --weights it draws films and trains weights for them first.")

  @Argument(help: "A folder with labels.csv (file, label). Default: drawn films.")
  var folder: String?

  @Flag(help: "Download SIIM_SMALL (33 MB) and use it.")
  var download = false

  @Option(help: "A file of weights of the architecture. Default: trained here.")
  var weights: String?

  @Option(help: "The architecture.")
  var arch = "resnetblur50"

  @Option(help: "Rows and columns of the model's input.")
  var size = 226

  @Option(help: "Epochs of the document's fit.")
  var epochs = 3

  @Option(help: "Films per batch.")
  var batchSize = 32

  @Option(help: "The number of drawn films.")
  var films = 400

  @Option(help: "Epochs in which weights are trained if there are none.")
  var weightEpochs = 24

  @Option(help: "Rows and columns of the images for these; smaller is faster.")
  var weightSize = 128

  @Option(help: "The folder for figures.")
  var out = "siim-pneumothorax"

  func validate() throws {
    for (name, value) in [
      ("--size", size), ("--epochs", epochs), ("--batch-size", batchSize), ("--films", films),
      ("--weight-epochs", weightEpochs), ("--weight-size", weightSize),
    ] where value < 1 {
      throw ValidationError("\(name) \(value): use 1 or more")
    }
    for path in [folder, weights].compactMap(\.self)
    where !FileManager.default.fileExists(atPath: path) {
      throw ValidationError("\(path) does not exist")
    }
    var isFolder: ObjCBool = true
    if FileManager.default.fileExists(atPath: out, isDirectory: &isFolder), !isFolder.boolValue {
      throw ValidationError("--out \(out) is a file: name a folder")
    }
  }

  func run() throws {
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)

    // Load the data and create the DataBlock.
    let pneu =
      if let folder { folder } else if download { try untarData(URLs.siimSmall) } else {
        try drawnFilms(self.films, in: "\(out)/films-\(self.films)")
      }
    let df = try CSVTable(contentsOf: "\(pneu)/labels.csv")

    let itemTransforms = [Resize(size * 266 / 226)]
    let batchTransforms: [any Transform] =
      [RandomResizedCropGPU(size)]
      + augTransforms(
        doFlip: false, flipVert: false, maxRotate: 10, minZoom: 1, maxZoom: 1.1, maxLighting: 0.2,
        maxWarp: 0.1)
      + [Normalize.imageNet]

    let rows = df.rows.filter { $0["split"] != "test" }
    let films = items(rows, in: pneu)
    try printSplits(films)
    let splitter = PatientSplitter(validFraction: 0.2, seed: 7)
    let pneumothorax = DataBlock<CSVTable.Row>(
      blocks: (ImageBlock(), CategoryBlock()),
      getX: { row in "\(pneu)/\(row[0])" },
      getY: { row in row[1] },
      getPatient: { row in patient(of: "\(pneu)/\(row[0])") },
      splitter: splitter,
      itemTransforms: itemTransforms,
      batchTransforms: batchTransforms)
    let dls = try pneumothorax.dataLoaders(rows, batchSize: batchSize)

    // The learner with its four callbacks. fastai freezes the body of pretrained weights.
    let weights =
      try weights
      ?? trainedWeights(
        arch, on: films, splitter, size: weightSize, epochs: weightEpochs, in: out)
    let learn = try visionLearner(
      dls, Architecture.named(arch), weights: weights,
      lossFunction: .labelSmoothingCrossEntropy(), metrics: [.accuracy],
      callbacks: [
        ShowGraphCallback("\(out)/training"),
        ReduceLROnPlateau(monitor: "valid_loss", minimumDelta: 0.1, patience: 1),
        GradientClip(),
        SaveModelCallback(
          monitor: "accuracy", name: "siim_small_best", prefersLess: false, withOptimizer: true),
      ])
    learn.checkpoints = FileCheckpoints("\(out)/models")
    learn.freeze()
    try learn.fit(epochs, learningRate: 1e-3)

    // A film that was not trained on, its class, and the input as a batch and as an image again.
    let testOne = try testFilm(in: pneu, of: df)
    let (cl, cls, probs) = try learn.predict(testOne)
    print("\n\(testOne)\n\(cl) \(cls) \(fixed(probs))")
    print("vocab \(dls.vocab)")
    let batch = try dls.testLoader([testOne]).oneBatch()
    let x = batch.inputs
    let xDec = dls.decodeBatch(batch)[0].image

    // Grad-CAM by hand at layer4[-1], and the same by the library.
    let layer = learn.visionModel.layer("0.model.layer4.-1") ?? learn.visionModel.lastSpatialLayer
    let camMap = try gradCAM(learn.model, layer: layer, x: x, cls: cls)
    print("map \(camMap.shape)\n\(table(camMap))")
    let maps = try getCmaps(
      testOne, learn.predictor, layer: layer, sanity: true, showMaps: "\(out)/cmaps.png",
      showCmap: "\(out)/cmaps-over-film.png")
    guard let ours = maps.first(where: { $0.classIndex == cls })?.map else {
      throw MapError.layerDidNotRun
    }
    print("largest difference between the map by hand and getCmaps: \(difference(camMap, ours))")

    try Figure(rows: [
      [
        .image(xDec, title: "what the model sees"),
        .map(ScalarImage(camMap), colormap: .viridis, title: "Grad-CAM of \(cl)"),
        .image(
          xDec.overlaid(with: ScalarImage(camMap), colormap: .magma, alpha: 0.6),
          title: "the map over the film"),
      ]
    ]).write(to: "\(out)/cam-map.png")

    // The box around the highest cell, in original pixels, and the same by the library.
    let prepared = try learn.predictor.prepare(testOne)
    let imz = prepared.original
    let (y, x0, value) = peakByRows(camMap)
    let box = peakBox(row: y, column: x0, of: camMap, on: imz)
    print(
      "peak \(fixed(Double(value))) at row \(y), column \(x0) of \(imz.height) x \(imz.width) pixels"
    )
    print("box [\(Int(box.x0)), \(Int(box.y0)), \(Int(box.x1)), \(Int(box.y1))]")
    try Figure(rows: [
      [.image(imz, title: cl, boxes: [LabeledBox(box, label: fixed(Double(value)), color: .red)])]
    ]).write(to: "\(out)/box.png")

    let boxes = try getBoxes(
      testOne, learn.predictor, layer: layer, showImg: "\(out)/boxes.png", color: .red)
    for found in boxes { print("getBoxes: \(found.className) \(edges(found.box))") }
    if let same = boxes.first(where: { $0.className == cl }) {
      print("largest difference between the box by hand and getBoxes: \(difference(box, same.box))")
    }

    // Not in the document: whether the box is at the pneumothorax. Drawn films and SIIM's have true masks.
    var figures = "training, cam-map, cmaps, cmaps-over-film, box, boxes"
    if let mask = try trueMask(of: testOne, in: pneu, size: (imz.width, imz.height)) {
      print("the box overlaps the true mask: \(mask.intersects(box) ? "yes" : "no")")
      try drawBesideTruth(
        prepared, cls: cls, learn, layer: layer, mask: mask, to: "\(out)/truth.png")
      figures += ", truth"
    }
    print("figures in \(out): \(figures)")
  }
}

SIIMPneumothorax.main()
