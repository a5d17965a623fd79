import Foundation
import Logbook
import Runs
import Settings
import Testing
import Training

@Suite("Every choice of a settings file")
struct ChoiceTests {
  private static let settings = """
    [data]
    images = "."
    batch_size = 4
    [image]
    size = 32
    channels = 1
    [model]
    arch = "resnet20"
    [train]
    epochs = 1
    [compute]
    threads = 2
    workers = 1

    """

  private func table(_ work: Workspace, of target: String) throws {
    let labels =
      switch target {
      case "multi_category": ["a", "b;a", "", "b"]
      case "regression": ["0.5", "-1", "2", "1e-1"]
      default: ["a", "b", "a", "b"]
      }
    _ = try work.writeTable(
      ["label", "split"],
      (0..<12).map { [labels[$0 % 4], $0 < 8 ? "train" : "valid"] })
  }

  /// Trains twice, the second time by the first run's `run.toml`, and compares all bits.
  private func check(_ overrides: [String], target: String = "category") throws {
    let work = try Workspace()
    try table(work, of: target)
    try work.write(Self.settings, to: "a.toml")
    let plan = try TrainingPlan(
      contentsOf: work.file("a.toml"), overrides: overrides + ["data.target=\(target)"])
    #expect(try plan.quietRun(in: work.file("1/run")).imagesSeen > 0)
    let again = try TrainingPlan(contentsOf: work.file("1/run/run.toml"))
    try again.quietRun(in: work.file("2/run"))
    for name in [
      "checkpoints/best.safetensors", "checkpoints/last.safetensors", "run.toml", "run.json",
    ] {
      #expect(try work.bytes("1/run/\(name)") == work.bytes("2/run/\(name)"), "\(name)")
    }
    let run = try SavedRun(work.file("2/run"))
    #expect(run.description.plan == again)
    let (_, _, probabilities) = try run.predictor.predict(work.file("0.png"))
    let isFinite = probabilities.allSatisfy(\.isFinite)
    #expect(isFinite)
  }

  @Test("every optimizer trains and repeats", arguments: OptimizerSettings.names)
  func optimizer(name: String) throws { try check(["optimizer.name=\(name)"]) }

  @Test(
    "optimizers with arguments of their own",
    arguments: [
      ["optimizer.name=torch_sgd", "optimizer.momentum=0.9", "optimizer.nesterov=true"],
      ["optimizer.name=torch_adam", "optimizer.betas=[0.8, 0.9]", "optimizer.amsgrad=true"],
      ["optimizer.name=torch_rmsprop", "optimizer.centered=true", "optimizer.alpha=0.9"],
      ["optimizer.name=lookahead", "optimizer.opt=radam", "optimizer.k=2"],
      ["optimizer.name=lookahead", "optimizer.opt={name=\"larc\", clip=false}", "optimizer.k=1"],
    ])
  func arguments(overrides: [String]) throws { try check(overrides) }

  @Test(
    "every schedule trains and repeats", arguments: ScheduleSettings.names,
    [[], ["train.freeze_epochs=1"]])
  func schedule(name: String, overrides: [String]) throws {
    try check(["schedule.name=\(name)"] + overrides)
  }

  @Test("sgdr has as many epochs as its cycles")
  func sgdr() throws {
    try check(["schedule.name=sgdr", "schedule.n_cycles=2", "train.epochs=3"])
  }

  @Test(
    "every loss trains and repeats, with the target that it is for",
    arguments: zip(
      [
        "cross_entropy", "label_smoothing", "focal", "bce_with_logits", "mse", "l1", "smooth_l1",
      ],
      [
        "category", "category", "category", "multi_category", "regression", "regression",
        "regression",
      ]
    ))
  func loss(name: String, target: String) throws {
    #expect(LossSettings.names.contains(name) && LossSettings.names.count == 7)
    try check(["loss.name=\(name)"], target: target)
    if target == "category" { try check(["loss.name=\(name)", "loss.weights=balanced"]) }
    if target == "multi_category" {
      try check(["loss.pos_weight=balanced", "loss.thresh=0.3"], target: target)
    }
  }

  @Test("every callback trains and repeats", arguments: CallbackSettings.names)
  func callback(name: String) throws {
    let isAccumulation = name == "gradient_accumulation"
    try check([isAccumulation ? "callbacks.\(name).n_acc=6" : "callbacks.\(name)=true"])
  }

  @Test("sampling and metrics")
  func others() throws {
    try check([
      "data.sampling=balanced",
      "train.metrics=[\"accuracy\", \"roc_auc_score\", \"f1_score(average: macro)\", \"top_k_accuracy(k: 1)\"]",
      "train.monitor=f1_score(average: macro)",
    ])
    try check(["data.sampling=balanced"], target: "multi_category")
  }

  @Test("callbacks that write files write them in the folder of the run, and others do not")
  func written() throws {
    let work = try Workspace()
    try table(work, of: "category")
    try work.write(Self.settings, to: "a.toml")
    let plan = try TrainingPlan(
      contentsOf: work.file("a.toml"),
      overrides: [
        "callbacks.csv_logger.fname=epochs.csv", "callbacks.show_graph=true",
        "callbacks.activation_stats.with_hist=true", "callbacks.activation_stats.layer=9999",
        "train.freeze_epochs=1",
      ])
    try plan.quietRun(in: work.file("run"))
    #expect(
      try files(in: work.file("run/figures")) == [
        "activation_histograms.png", "activations.png", "activations.svg", "curves.png",
        "curves.svg", "training.png", "training.svg",
      ])
    #expect(try work.text("run/epochs.csv").split(separator: "\n").count == 3)
    #expect(
      try RunLog(reading: work.file("run/metrics.sqlite")).epochs().count == 2)
    // Without a folder nothing is written.
    _ = try plan.lrFind()
    #expect(!FileManager.default.fileExists(atPath: "history.csv"))
  }

  @Test("a run's curves are drawn at its end, and a failure to draw does not end it")
  func curves() throws {
    let work = try Workspace()
    var plan = work.plan(try work.table())
    plan.epochs = 2
    var lines: [String] = []
    let breaking = BreakFigures(work.file("run/figures"))
    _ = try plan.run(
      in: work.file("run"), callbacks: [breaking], report: { lines.append($0) })
    #expect(lines.contains { $0.contains("run/figures") })
    #expect(try RunLog(reading: work.file("run/metrics.sqlite")).status() == "finished")
    #expect(!work.exists("run/figures/curves.png"))
    try plan.quietRun(in: work.file("run2"))
    #expect(work.exists("run2/figures/curves.png") && work.exists("run2/figures/curves.svg"))
  }

  @Test("best epochs of errors are the lowest")
  func errors() {
    for name in ["mae", "mse", "rmse", "valid_loss", "hamming_loss_multi", "error_rate"] {
      #expect(TrackerCallback.prefersLess(name), "\(name)")
    }
    for name in ["accuracy", "r2_score", "roc_auc_score_multi", "mean_aerial_score"] {
      #expect(!TrackerCallback.prefersLess(name), "\(name)")
    }
  }
}

/// Puts a file in the place of the folder of figures.
private final class BreakFigures: Callback {
  let order = 0
  private let folder: String
  init(_ folder: String) { self.folder = folder }
  func beforeFit(_ learner: Learner) throws {
    try FileManager.default.removeItem(atPath: folder)
    try Data().write(to: URL(fileURLWithPath: folder))
  }
}

extension Workspace {
  /// The bytes of a file.
  fileprivate func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: file(name)))
  }
}
