// "Class Activation Map explained" (Pramesh Gautam) in Swift: CAM of torchvision's ResNet-50. README.md has the steps side by
// side.

import ArgumentParser
import Foundation
import Lightbox

struct ImageNetCAM: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ImageNetCAM",
    abstract: "What an ImageNet classifier sees: CAM by a hook on layer4.",
    usage: "ImageNetCAM [IMAGE] [<options>]",
    discussion: "Without IMAGE and --weights it draws pets and trains weights first.")

  @Argument(help: "A PNG or JPEG file. Default: a drawn dog.")
  var image: String?

  @Option(help: "torchvision's weights of the architecture. Default: trained here.")
  var weights: String?

  @Option(help: "A ResNet of torchvision.")
  var arch = "resnet50"

  @Option(help: "Epochs in which weights are trained if there are none.")
  var weightEpochs = 8

  @Option(help: "The number of drawn pets to train them on.")
  var pets = 160

  @Option(help: "Rows and columns of the drawn pets.")
  var size = 160

  @Option(help: "The folder for figures.")
  var out = "imagenet-cam"

  func validate() throws {
    for (name, value) in [("--size", size), ("--pets", pets), ("--weight-epochs", weightEpochs)]
    where value < 1 {
      throw ValidationError("\(name) \(value): use 1 or more")
    }
    for path in [image, weights].compactMap(\.self)
    where !FileManager.default.fileExists(atPath: path) {
      throw ValidationError("\(path) does not exist")
    }
    let model = try Architecture.named(arch).makeModel()
    guard model["layer4"] != nil, model["fc"] is Linear else {
      throw ValidationError("--arch \(arch) has no layer4 and fc: use a ResNet of torchvision")
    }
    var isFolder: ObjCBool = true
    if FileManager.default.fileExists(atPath: out, isDirectory: &isFolder), !isFolder.boolValue {
      throw ValidationError("--out \(out) is a file: name a folder")
    }
  }

  func run() throws {
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    let weights = try weights ?? petWeights(arch, pets, size, weightEpochs, in: out)
    let image = try image ?? drawnDog(in: out)

    // torchvision's network with its weights, and the names of its 1000 classes.
    let model = try Architecture.named(arch).makeModel()
    let report = model.load(model.fitting(try Checkpoint(contentsOf: weights).stateDictionary()))
    guard report.isComplete else { throw ValidationError("\(weights): \(report)") }
    let labels = ImageNet.classNames

    // The image in its own size: only ToTensor and Normalize. A pipeline has one size, so it is made for this image.
    let inputImg = try PixelBuffer(contentsOfImage: image)
    let (height, width) = (inputImg.height, inputImg.width)
    let transform = Pipeline([Resize(height: height, width: width), Normalize.imageNet])
    let prepared = try transform.prepare(image)
    let inputData = prepared.input

    // A hook saves the activations of layer4 by name.
    var activation: [String: Tensor] = [:]
    guard let layer4 = model["layer4"], let fc = model["fc"] as? Linear else {
      throw ValidationError("\(arch) has no layer4 and fc: use a ResNet of torchvision")
    }
    let hook = layer4.registerForwardHook { _, _, output in activation["layer4"] = output.detached }
    let preds = model.eval()(inputData)
    layer4.removeHook(hook)
    guard let features = activation["layer4"] else { throw MapError.layerDidNotRun }

    let (topProb, topPred) = preds.softmax(axis: 1).max(axis: 1)
    let predClass = Int(topPred.scalars(as: Int64.self)[0])
    print("\(image): \(height) x \(width) pixels")
    print("class \(predClass), \(labels[predClass]), probability \(fixed(topProb.item))")

    // The class's row of the classifier, as weights of the channels.
    let fcWeights = fc.weight.value[predClass].reshaped(to: [1, features.shape[1], 1, 1])
    let res = Tensor.einsum("bchw,bchw->bhw", fcWeights, features)
    print("weights \(fcWeights.shape), activations \(features.shape), map \(res.shape)")

    // In the size of the image, and over it.
    let combinedCam = res.unsqueezed(at: 0)
    let finalCam = combinedCam.resized(to: Extent(height, width))
    let map = ScalarImage(finalCam[0, 0])
    try Figure(
      rows: [
        [
          .image(inputImg, title: image.split(separator: "/").last.map(String.init) ?? image),
          .image(
            inputImg.overlaid(with: map, colormap: .viridis, alpha: 0.8),
            title: "as in the document: viridis at 0.8"),
          .image(
            inputImg.overlaidInProportion(with: map, colormap: .viridis, maximumAlpha: 0.8),
            title: "as opaque as the map is high"),
        ]
      ], title: "\(labels[predClass]), probability \(fixed(topProb.item))"
    ).write(to: "\(out)/cam.png")

    // CAM of the library, and what the map adds up to.
    let cam = Explainer(
      model: model, vocab: labels, CAM(), layers: [TappedLayer("layer4", layer4)], options: .fmi)
    let ours = try cam(prepared, classes: [predClass]).maps[0].map
    let bias = fc.bias?.value[predClass].item ?? 0
    let score = preds[0, predClass].item
    print("largest difference between the map by hand and Explainer: \(difference(res[0], ours))")
    print(
      "difference between the mean of the map with the bias and the score: \(abs(res.mean().item + bias - score))"
    )
    print("figure in \(out): cam")
  }
}

func fixed(_ value: Float) -> String { String(format: "%.4f", value) }

/// The largest absolute difference of two maps, as a share of the first one's largest value.
func difference(_ a: Tensor, _ b: Tensor) -> Float {
  (a - b).absolute().amax().item / max(a.absolute().amax().item, .leastNormalMagnitude)
}

ImageNetCAM.main()
