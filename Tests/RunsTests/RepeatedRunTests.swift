import Checkpoints
import DataBlocks
import Files
import Foundation
import Logbook
import Runs
import Settings
import Testing
import Training

@Suite("Runs of settings files")
struct RepeatedRunTests {
  private func bytes(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path))
  }

  @Test("run.toml of a run repeats it bit for bit, with every kind of choice")
  func repeated() throws {
    let work = try Workspace()
    _ = try work.table(train: 12, valid: 4)
    try work.write(
      """
      [data]
      images = "."
      batch_size = 4
      [image]
      size = 32
      channels = 1
      [model]
      arch = "resnet20"
      [model.head]
      lin_ftrs = [16]
      ps = [0.2]
      [train]
      epochs = 2
      freeze_epochs = 1
      metrics = ["accuracy", "error_rate"]
      [schedule]
      name = "flat_cos"
      [optimizer]
      name = "sgd"
      lr = { first = 0.01, last = 0.1 }
      momentum = 0.9
      [loss]
      weights = "balanced"
      label_smoothing = 0.1
      [callbacks]
      gradient_clip.max_norm = 0.5
      gradient_accumulation.n_acc = 8
      [compute]
      threads = 2
      workers = 1
      """, to: "a.toml")
    try TrainingPlan(contentsOf: work.file("a.toml")).quietRun(in: work.file("1/run"))
    let again = try TrainingPlan(contentsOf: work.file("1/run/run.toml"))
    try again.quietRun(in: work.file("2/run"))
    for name in [
      "checkpoints/best.safetensors", "checkpoints/last.safetensors", "run.toml", "run.json",
      "split.csv",
    ] {
      let (one, two) = (
        try bytes(work.file("1/run/\(name)")), try bytes(work.file("2/run/\(name)"))
      )
      #expect(one == two, "\(name)")
    }
    let run = try SavedRun(work.file("2/run"))
    #expect(run.description.plan == again)
    #expect(run.description.plan.schedule == .flatCos() && run.description.plan.freezeEpochs == 1)
    _ = try run.predictor.predict(work.file("0.png"))
    let other = try TrainingPlan(contentsOf: work.file("1/run/run.toml"), overrides: ["run.seed=7"])
    try other.quietRun(in: work.file("3/run"))
    #expect(
      try bytes(work.file("3/run/checkpoints/last.safetensors"))
        != bytes(work.file("1/run/checkpoints/last.safetensors")))
  }

  @Test(
    "every choice trains",
    arguments: [
      ["schedule.name=fine_tune"], ["schedule.name=one_cycle"],
      ["schedule.name=constant", "callbacks.reduce_lr_on_plateau=true"],
      ["schedule.name=flat_cos", "train.freeze_epochs=1"], ["optimizer.name=sgd"],
      ["optimizer.lr=[1e-3, 1e-2]"], ["loss.weights=[1, 2]"],
      ["callbacks.early_stopping=true", "callbacks.terminate_on_nan=true"],
      ["augment.size=24", "augment.erasing.p=1"],
      ["image.method=squish"], ["image.size=[24, 40]", "image.method=pad", "image.pad_mode=zeros"],
      ["optimizer.train_bn=false"],
      ["train.metrics=[]"],
    ])
  func choices(overrides: [String]) throws {
    let work = try Workspace()
    _ = try work.table()
    try work.write(
      "[data]\nimages = \".\"\nbatch_size = 4\n[image]\nsize = 32\n[model]\narch = \"resnet20\"\n[train]\nepochs = 1\n[compute]\nworkers = 1",
      to: "a.toml")
    let plan = try TrainingPlan(contentsOf: work.file("a.toml"), overrides: overrides)
    let result = try plan.quietRun(in: work.file("run"))
    #expect(result.imagesSeen > 0)
    #expect(
      try TrainingPlan(contentsOf: work.file("run/run.toml")).settings
        == SavedRun(work.file("run")).description.plan.settings)
  }

  @Test(
    "rates and weights that do not fit the network or the classes are refused before a folder exists"
  )
  func counts() throws {
    let work = try Workspace()
    var plan = work.plan(try work.table())
    plan.rates.learningRates = .each([1, 2, 3, 4, 5])
    let rates = #expect(throws: PlanError.self) { try plan.quietRun(in: work.file("run")) }
    #expect(
      rates?.problem.hasPrefix(
        "optimizer.lr is a list of 5, but must be a number, or one for each of the ") == true)
    plan.rates.learningRates = 1e-3
    plan.loss = .crossEntropy(weights: .each([1, 2, 3]))
    let weights = #expect(throws: PlanError.self) { try plan.quietRun(in: work.file("run")) }
    #expect(
      weights?.problem
        == "loss.weights is a list of 3, but must be one number for each of the 2 classes")
    plan.loss = .crossEntropy()
    plan.callbacks = [.gradientClip(), .gradientClip(2)]
    let twice = #expect(throws: PlanError.self) { try plan.quietRun(in: work.file("run")) }
    #expect(twice?.problem == "callbacks.gradient_clip is given twice, but must be given once")
    #expect(!work.exists("run"))
  }

  @Test("a run of version 0.2.0, format 2, is opened")
  func format2() throws {
    let work = try Workspace()
    // Runs of this version read 8 bits.
    var plan = work.plan(try work.table(), transforms: [ReadImage(depth: .eight)])
    plan.freezeEpochs = 0
    try plan.quietRun(in: work.file("run"))
    let probabilities = try SavedRun(work.file("run")).predictor.predict(work.file("0.png"))
      .probabilities
    try work.write(Self.runOfFormat2.replacing("FOLDER", with: work.path), to: "run/run.json")
    let run = try SavedRun(work.file("run"))
    #expect(try run.predictor.predict(work.file("0.png")).probabilities == probabilities)
    let old = run.description.plan
    #expect(
      old.architecture == "resnet20" && old.batchSize == 4 && old.learningRate == 0.001
        && old.seed == 42)
    #expect(
      old.pipeline == plan.pipeline && old.schedule == nil
        && old.table.path == work.file("labels.csv"))
    // Its settings repeat it.
    try work.write(try old.toml(), to: "old.toml")
    #expect(try TrainingPlan(contentsOf: work.file("old.toml")).pipeline == plan.pipeline)
    try work.write(
      Self.runOfFormat2.replacing("\"batchSize\" : 4", with: "\"batchSize\" : 1"),
      to: "run/run.json")
    let error = #expect(throws: RunError.self) { try SavedRun(work.file("run")) }
    #expect(error?.place.element == "plan.batchSize")
  }

  private static let runOfFormat2 = """
    {
      "data" : {
        "method" : "by the column split",
        "test" : 0,
        "train" : 8,
        "unknownPatients" : 12,
        "valid" : 4
      },
      "format" : 2,
      "plan" : {
        "allowsSharedPatients" : false,
        "architecture" : "resnet20",
        "batchSize" : 4,
        "compute" : {
          "convolution" : "fastest",
          "precision" : "float32",
          "threads" : 2,
          "workers" : 2
        },
        "epochs" : 1,
        "freezeEpochs" : 0,
        "learningRate" : 0.001,
        "monitor" : "valid_loss",
        "onBadGradient" : "stop",
        "pipeline" : [
          {
            "name" : "ReadImage",
            "settings" : {
              "frames" : "refuse",
              "intensity" : {
                "kind" : "automatic"
              }
            }
          },
          {
            "name" : "Resize",
            "settings" : {
              "height" : 32,
              "method" : "crop",
              "padMode" : "reflection",
              "width" : 32
            }
          },
          {
            "name" : "Normalize",
            "settings" : {
              "mean" : [
                0.485,
                0.456,
                0.406
              ],
              "standardDeviation" : [
                0.229,
                0.224,
                0.225
              ]
            }
          }
        ],
        "recomputes" : false,
        "seed" : 42,
        "table" : {
          "fileColumn" : "file",
          "folder" : "FOLDER",
          "labelColumn" : "label",
          "path" : "FOLDER/labels.csv"
        },
        "unreadable" : "stop",
        "validFraction" : 0.2
      },
      "version" : "0.2.0",
      "vocab" : [
        "a",
        "b"
      ]
    }
    """
}
