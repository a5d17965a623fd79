// The tutorial "Creating Bounding Boxes from Class Activation Maps" (fastai and fmi) in Swift.
//
//     SIIMPneumothorax FOLDER [ARCHITECTURE] [EPOCHS] [SIZE]
//
// FOLDER has the layout of SIIM_SMALL: labels.csv (file, label) and the images.

import Foundation
import Lightbox

let arguments = CommandLine.arguments
guard arguments.count > 1 else {
  print("usage: SIIMPneumothorax FOLDER [ARCHITECTURE] [EPOCHS] [SIZE]")
  exit(64)
}
let pneu = arguments[1]
let architecture = arguments.count > 2 ? arguments[2] : "resnet18"
let epochs = arguments.count > 3 ? Int(arguments[3]) ?? 3 : 3
let size = arguments.count > 4 ? Int(arguments[4]) ?? 226 : 226

do {
  // Load the data and create the DataBlock.
  let df = try CSVTable(contentsOf: "\(pneu)/labels.csv")

  let itemTransforms: [any Transform] = [Resize(size + 40)]
  let batchTransforms: [any Transform] =
    [RandomResizedCropGPU(size)]
    + augTransforms(
      doFlip: false, flipVert: false, maxRotate: 10, minZoom: 1, maxZoom: 1.1, maxLighting: 0.2,
      maxWarp: 0.1)

  let pneumothorax = DataBlock<CSVTable.Row>(
    blocks: (ImageBlock(), CategoryBlock()),
    getX: { row in "\(pneu)/\(row[0])" },
    getY: { row in row[1] },
    getPatient: { row in row["patient"] },
    splitter: PatientSplitter(validFraction: 0.2, seed: 7),
    itemTransforms: itemTransforms,
    batchTransforms: batchTransforms)

  let dls = try pneumothorax.dataLoaders(df.rows, batchSize: 8)

  // Create the learner with callbacks.
  let learn = try visionLearner(
    dls, architecture, metrics: [.accuracy],
    callbacks: [
      ReduceLROnPlateau(monitor: "valid_loss", minimumDelta: 0.1, patience: 1),
      GradientClip(),
      SaveModelCallback(
        monitor: "accuracy", name: "siim_small_best", prefersLess: false, withOptimizer: true),
    ])
  try learn.fit(epochs, learningRate: 1e-3)

  // Predict one image.
  let testOne = "\(pneu)/\(df.rows[0][0])"
  let (label, cls, probabilities) = try learn.predict(testOne)
  print(label, cls, probabilities.map { String(format: "%.4f", $0) })

  // Grad-CAM by hand: the activations of the last convolutional layer (layer4 of a ResNet), weighted by their
  // mean gradients.
  let image = try learn.predictor.prepare(testOne)
  let x = image.input
  let layer = learn.visionModel.lastSpatialLayer

  let camMap = try withHookBwd(on: layer) { hookg in
    let (output, act) = withHook(on: layer) { hook in
      (learn.model.eval()(x), hook.stored)
    }
    output[0, cls].backward()
    guard let grad = hookg.stored, let act else { throw MapError.layerDidNotRun }
    let w = grad[0].mean(axes: [1, 2], keepingDimensions: true)
    return (w * act[0]).sum(axis: 0)
  }
  print("the map has the shape", camMap.shape)

  // The same in one call for every class, most probable first, and boxes in pixels of the file.
  let maps = try getCmaps(testOne, learn.predictor, layer: layer, sanity: true)
  let boxes = try getBoxes(testOne, learn.predictor, layer: layer)
  for box in boxes {
    print(
      "box of \(box.className): x \(Int(box.box.x0)) to \(Int(box.box.x1)), y \(Int(box.box.y0)) to \(Int(box.box.y1))"
    )
  }
  guard maps[0].map.floatScalars == camMap.floatScalars else {
    fatalError("getCmaps and the map by hand differ")
  }

  let explainer = Explainer(
    learn.predictor, GradCAM(), layers: [TappedLayer("layer4", layer)], options: .fmi)
  let explanation = try explainer(image)
  let figure = explanation.figure(
    title: "\(testOne)", facts: FigureFacts(explainer, predicted: label))
  try figure.write(to: "siim-pneumothorax.png")
  print("maps by hand and by getCmaps agree; figure siim-pneumothorax.png")
} catch {
  // Errors of Lightbox describe themselves in one line: the file, the problem and the way out.
  FileHandle.standardError.write(Data("SIIMPneumothorax: \(error)\n".utf8))
  exit(1)
}
