// fastbook's chapter 18, "CNN Interpretation with CAM", step by step in Swift. README.md has the chapter's steps beside these.

import ArgumentParser
import Foundation
import Lightbox

struct FastbookCAM: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "FastbookCAM",
    abstract: "Cats and dogs: CAM and Grad-CAM with hooks.",
    usage: "FastbookCAM [<options>]",
    discussion: "Without --data and --weights it draws pets and trains weights first.")

  @Option(help: "A folder of images with PETS's names. Default: drawn pets.")
  var data: String?

  @Flag(help: "Download PETS (812 MB) and use it.")
  var download = false

  @Option(help: "A file of weights of the architecture. Default: trained here.")
  var weights: String?

  @Option(help: "The picture that is explained. Default: a drawn cat.")
  var image: String?

  @Option(help: "The architecture.")
  var arch = "resnet34"

  @Option(help: "Rows and columns of the model's input.")
  var size = 224

  @Option(help: "Images per batch; the chapter has 64.")
  var batchSize = 16

  @Option(help: "The number of drawn pets.")
  var pets = 200

  @Option(help: "Epochs in which weights are trained if there are none.")
  var weightEpochs = 8

  @Option(help: "Rows and columns of the images for these; smaller is faster.")
  var weightSize = 144

  @Option(help: "The folder for figures.")
  var out = "fastbook-cam"

  func validate() throws {
    for (name, value) in [
      ("--size", size), ("--batch-size", batchSize), ("--pets", pets),
      ("--weight-epochs", weightEpochs), ("--weight-size", weightSize),
    ] where value < 1 {
      throw ValidationError("\(name) \(value): use 1 or more")
    }
    for path in [data, weights, image].compactMap(\.self)
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
    let path =
      if let data { data } else if download { try untarData(URLs.pets) + "/images" } else {
        try drawnPets(pets, size, in: "\(out)/pets-\(pets)-\(size)")
      }
    let weights =
      try weights ?? breedWeights(path, arch, weightSize, batchSize, weightEpochs, in: out)

    // The cats and dogs model. The label is in the file name: breeds of cats begin with a capital.
    @Sendable func isCat(_ x: String) -> String { x.first?.isUppercase == true ? "True" : "False" }
    let dls = try ImageDataLoaders.fromNameFunc(
      path, isCat, validPct: 0.2, seed: 21, itemTransforms: [Resize(size)], batchSize: batchSize)
    let learn = try visionLearner(
      dls, Architecture.named(arch), weights: weights, metrics: [.errorRate])
    let stats = ActivationStats(withHistogram: true)
    try learn.fineTune(1, callbacks: [stats])

    // A picture of a cat as a batch.
    let img = try image ?? drawnCat(size, in: out)
    let batch = try dls.testLoader([img]).oneBatch()
    let x = batch.inputs
    let xDec = dls.decodeBatch(batch)[0].image
    let body = learn.visionModel.model[0]

    // A hook as an object: it stores the output until it is removed.
    let hook = Hook(body)
    let output = learn.model.eval()(x)
    guard let act = hook.stored?[0] else { throw MapError.layerDidNotRun }
    hook.remove()
    print("\nsoftmax \(fixed(output.softmax(axis: -1).floatScalars))")
    print("vocab \(dls.vocab), input \(x.shape), activations \(act.shape)")

    // The chapter's CAM.
    guard let last = learn.visionModel.layer("1.-1") as? Linear else {
      throw ValidationError("the head of \(arch) does not end in a linear layer")
    }
    let chapterMap = try chapterCAM(last.weight.value, act)
    print("CAM of the chapter \(chapterMap.map { "\($0.shape)" } ?? "is not defined")")

    // The right way: a head of pooling and one linear layer, for which the map adds up to the score.
    let plain = try plainHeadLearner(dls, arch, weights, channels: act.shape[0])
    let (camMap, plainScores) = try cam(plain, x)
    let sums = camMap.mean(axes: [1, 2]) + plain.bias
    print("CAM with a plain head \(camMap.shape)")
    print(
      "largest difference between the mean of the map and the score: \(difference(sums, plainScores))"
    )

    // The same hook as a scope, and Grad-CAM: any head, and any layer.
    let cls = 1
    let again = withHook(on: body) { hook in (learn.model.eval()(x), hook.stored?[0]) }
    print(
      "largest difference between hook as object and as scope: \(difference(act, again.1 ?? act * 0))"
    )
    let (gradMap, _) = try gradCAM(learn.model, on: body, x, cls)
    guard let inner = (body as? Sequential)?[-2] else { throw MapError.layerDidNotRun }
    let (innerMap, innerShape) = try gradCAM(learn.model, on: inner, x, cls)
    print("Grad-CAM \(gradMap.shape); at the second-to-last group \(innerShape) \(innerMap.shape)")
    let explainer = Explainer(
      learn.predictor, GradCAM(), layers: [TappedLayer("0", body)], options: .fmi)
    let ours = try explainer(learn.predictor.prepare(img), classes: [cls]).maps[0].map
    print("largest difference between Grad-CAM by hand and Explainer: \(difference(gradMap, ours))")

    func over(_ map: Tensor, _ title: String) -> Figure.Panel {
      .image(
        xDec.overlaid(with: ScalarImage(map), colormap: .magma, alpha: 0.6), title: title)
    }
    try Figure(
      rows: [
        [.image(xDec, title: "input, decoded")]
          + (chapterMap.map { [over($0[cls], "CAM as in the chapter")] }
            ?? [])
          + [over(camMap[cls] - camMap[1 - cls], "CAM with a plain head, cat minus dog")],
        [
          over(gradMap, "Grad-CAM, the body's output"),
          over(innerMap, "Grad-CAM, the second-to-last group"),
          .map(
            ScalarImage(innerMap), title: "its \(innerMap.shape[0]) × \(innerMap.shape[1]) cells"),
        ],
      ], title: "Is it a cat? True, probability \(fixed(output.softmax(axis: -1)[0, cls].item))"
    ).write(to: "\(out)/cam.png")
    try stats.colorDim(-2).write(to: "\(out)/activations.png")

    try Questionnaire(learn: learn, dls: dls, batch: batch, stats: stats).answer()
    print("figures in \(out): cam, activations")
  }
}

FastbookCAM.main()
