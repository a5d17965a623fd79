import DataBlocks
import Files
import Foundation
import Runs
import Settings
import Testing

@Suite("Plans of sweeps")
struct SweepPlanTests {
  private static let base = """
    [data]
    images = "."
    batch_size = 4
    [image]
    size = 32
    [model]
    arch = "resnet20"
    [train]
    epochs = 1

    """

  private func work() throws -> Workspace {
    let work = try Workspace()
    _ = try work.writeTable(
      ["label", "patient"], (0..<24).map { [$0 % 2 == 0 ? "a" : "b", "p\($0 / 2 % 9)"] })
    return work
  }

  private func plan(
    _ sweep: String, _ work: Workspace, base: String = Self.base, in name: String = "sweep"
  ) throws -> Sweep {
    try work.write(base + sweep, to: "sweep-file.toml")
    return try Sweep.plan(work.file("sweep-file.toml"), in: work.file(name)).sweep
  }

  /// What is refused, without the folder.
  private func refusal(_ sweep: String, _ work: Workspace, base: String = Self.base) throws
    -> String
  {
    do {
      _ = try plan(sweep, work, base: base)
      return "nothing"
    } catch {
      #expect(!work.exists("sweep"))
      return "\(error)".replacing(work.path + "/", with: "").replacing("./labels", with: "labels")
    }
  }

  @Test("a grid has all combinations, then seeds, then folds")
  func grid() throws {
    let work = try work()
    let sweep = try plan(
      """
      [sweep]
      seeds = [7, 18446744073709551615]
      folds = 2
      [sweep.values]
      "optimizer.lr" = [1e-4, 0.001]
      schedule.name = ["one_cycle"]
      """, work)
    #expect(
      try work.text("sweep/trials.csv") == """
        index,run,optimizer.lr,schedule.name,run.seed,data.fold
        0,trial-000,0.0001,one_cycle,7,0
        1,trial-001,0.0001,one_cycle,7,1
        2,trial-002,0.0001,one_cycle,18446744073709551615,0
        3,trial-003,0.0001,one_cycle,18446744073709551615,1
        4,trial-004,0.001,one_cycle,7,0
        5,trial-005,0.001,one_cycle,7,1
        6,trial-006,0.001,one_cycle,18446744073709551615,0
        7,trial-007,0.001,one_cycle,18446744073709551615,1

        """)
    let trial = try sweep.plan.plan(sweep.trial(7))
    #expect(
      trial.learningRate == 0.001 && trial.seed == .max && trial.data.folds == 2
        && trial.data.fold == 1 && trial.schedule?.name == "one_cycle")
    #expect(trial.table == LabelTable(work.file("./labels.csv"), folder: work.file(".")))
    #expect(try work.text("sweep/sweep.toml") == work.text("sweep-file.toml"))
    #expect(throws: SweepError.self) { try sweep.trial(8) }
    #expect(throws: SweepError.self) { try sweep.trial(-1) }
  }

  @Test("random values are those of the seed, whatever else varies, each combination once")
  func random() throws {
    let work = try work()
    let text = """
      [sweep]
      method = "random"
      trials = 4
      [sweep.values]
      "optimizer.lr" = { from = 1e-5, to = 1e-2, scale = "log" }
      "train.epochs" = { from = 1, to = 9 }

      """
    _ = try plan(text, work)
    let golden = try work.text("sweep/trials.csv")
    #expect(
      golden == """
        index,run,optimizer.lr,train.epochs
        0,trial-000,0.00416124,9
        1,trial-001,0.000278043,2
        2,trial-002,0.00420494,9
        3,trial-003,0.000275366,9

        """)
    let more = "\"model.arch\" = { choices = [\"resnet20\", \"resnet32\"] }\n"
    _ = try plan(text + more, work, in: "more")
    let columns = try work.text("more/trials.csv").split(separator: "\n").map {
      $0.split(separator: ",").prefix(4).joined(separator: ",")
    }
    #expect(columns == golden.split(separator: "\n").map(String.init))
    _ = try plan(text, work, base: Self.base + "[run]\nseed = 5\n", in: "other")
    #expect(try work.text("other/trials.csv") != golden)
    // All of the combinations.
    let all = try plan(
      """
      [sweep]
      method = "random"
      trials = 6
      [sweep.values]
      "train.epochs" = { from = 1, to = 3 }
      "augment.do_flip" = [true, false]
      """, work, in: "all")
    #expect(
      Set(
        (0..<6).map { index in all.plan.values(ofSetting: index).map(\.value).joined(separator: " ")
        }
      )
      .count == 6)
  }

  @Test("ranges are evenly spaced in a grid, and stay within their ends")
  func ranges() throws {
    let work = try work()
    let sweep = try plan(
      """
      [sweep.values]
      "optimizer.lr" = { from = 1e-5, to = 1e-2, scale = "log", count = 4 }
      "augment.max_rotate" = { from = 0.0, to = 10, count = 3 }
      """, work)
    let values = (0..<12).map { sweep.plan.values(ofSetting: $0).map(\.value) }
    #expect(values.prefix(3).map { $0[1] } == ["0.0", "5.0", "10.0"])
    #expect(
      stride(from: 0, to: 12, by: 3).map { values[$0][0] } == ["1e-05", "0.0001", "0.001", "0.01"])
    let drawn = try plan(
      """
      [sweep]
      method = "random"
      trials = 300
      [sweep.values]
      "optimizer.lr" = { from = 1e-5, to = 1e-2, scale = "log" }
      """, work, in: "drawn")
    let rates = (0..<300).compactMap { Double(drawn.plan.values(ofSetting: $0)[0].value) }
    #expect(rates.count == 300 && rates.allSatisfy { $0 >= 1e-5 && $0 <= 1e-2 })
    // A third of the draws in each decade.
    #expect((70...130).contains(rates.count { $0 < 1e-4 }))
  }

  @Test("callbacks, tables and defaults are values too")
  func kinds() throws {
    let work = try work()
    let sweep = try plan(
      """
      [sweep.values]
      "callbacks.early_stopping" = [true, false]
      optimizer = [{ name = "sgd", lr = 0.1 }, { name = "adam", sqr_mom = 0.9 }]
      "train.epochs" = ["default"]
      """, work, base: Self.base.replacing("epochs = 1", with: "epochs = 3"))
    #expect(sweep.plan.count == 4)
    let plans = try (0..<4).map { try sweep.plan.plan(sweep.trial($0)) }
    #expect(plans.map { $0.callbacks.count } == [1, 1, 0, 0])
    #expect(plans.map { $0.optimizer.name } == ["sgd", "adam", "sgd", "adam"])
    #expect(plans[0].learningRate == 0.1 && plans[0].epochs == 5)
    let nested = try plan(
      "[sweep.values.callbacks.early_stopping]\npatience = [2, 4]\n", work, in: "nested")
    #expect(nested.plan.keys == ["callbacks.early_stopping.patience"])
  }

  @Test("the same file changes nothing, another one is refused, and what was edited is found")
  func again() throws {
    let work = try work()
    let text = "[sweep.values]\n\"optimizer.lr\" = [1e-4, 1e-3]\n"
    let sweep = try plan(text, work)
    func state() throws -> [String] {
      try files(in: work.file("sweep")).map { name in
        let facts = try FileManager.default.attributesOfItem(atPath: work.file("sweep/\(name)"))
        return try "\(name) \(facts[.modificationDate] ?? "") " + work.text("sweep/\(name)")
      }
    }
    let before = try state()
    #expect(before.map { $0.prefix { $0 != " " } } == ["sweep.json", "sweep.toml", "trials.csv"])
    let again = try Sweep.plan(work.file("sweep-file.toml"), in: work.file("sweep"))
    #expect(again.isOld && again.sweep.plan.count == 2)
    #expect(try state() == before)
    let other = #expect(throws: SweepError.self) { try plan(text + "# more\n", work) }
    #expect(other?.problem.contains("has a sweep of other settings") == true)
    try work.write(
      try work.text("sweep/trials.csv").replacing("0.001", with: "0.002"), to: "sweep/trials.csv")
    let edited = #expect(throws: SweepError.self) { try Sweep(sweep.path) }
    #expect(edited?.problem == "the trials are not those of sweep.toml")
    try work.writeImage("full/file.png")
    #expect(throws: (any Error).self) { try plan(text, work, in: "full") }
    #expect(throws: SweepError.self) { try Sweep(work.path) }
  }

  @Test("what is wrong is named with its line")
  func errors() throws {
    let work = try work()
    let lines = Self.base.split(separator: "\n").count
    for (text, message) in [
      (
        "[sweep.values]\n\"optimizer.lrr\" = [1]",
        "sweep-file.toml:\(lines + 2): unknown key \"sweep.values.optimizer.lrr\"; did you mean \"optimizer.lr\"?"
      ),
      (
        "[sweep]\nsedes = 3\n[sweep.values]\n\"optimizer.lr\" = [1]",
        "sweep-file.toml:\(lines + 2): unknown key \"sweep.sedes\"; did you mean \"sweep.seeds\"?"
      ),
      (
        "[sweep.values]\n\"optimizer.lr\" = []",
        "sweep-file.toml:\(lines + 2): optimizer.lr: the list of its values is empty; give at least one"
      ),
      (
        "[sweep]\nmethod = \"grid\"",
        "sweep-file.toml:\(lines + 1): sweep.values is missing; there is nothing"
      ),
      ("", "sweep-file.toml:1: sweep is missing; add [sweep]"),
      (
        "[sweep]\nseeds = 1000\nfolds = 1000\n[sweep.values]\n\"optimizer.lr\" = [1, 2]",
        "sweep-file.toml:\(lines + 1): sweep: there are 2000000 trials, more than 100000;"
      ),
      (
        "[sweep.values]\n\"optimizer.lr\" = [1e-3,\n-1]",
        "sweep-file.toml:\(lines + 3): optimizer.lr is -1, but must be above 0"
      ),
      (
        "[sweep.values]\n\"optimizer.lr\" = { from = 1e-5, to = 1e-2 }",
        "sweep-file.toml:\(lines + 2): optimizer.lr: a grid needs a number of values; add count"
      ),
      (
        "[sweep]\nmethod = \"random\"\n[sweep.values]\n\"optimizer.lr\" = { from = 0, to = 1, scale = \"log\" }",
        "sweep-file.toml:\(lines + 4): optimizer.lr: from is 0.0, but must be above 0 on a log scale"
      ),
      (
        "[sweep.values]\n\"optimizer.lr\" = { from = 2, to = 1, count = 2 }",
        "sweep-file.toml:\(lines + 2): optimizer.lr: from is 2.0, but must be below to, 1.0"
      ),
      (
        "[sweep]\nmethod = \"random\"\ntrials = 3\n[sweep.values]\n\"optimizer.lr\" = [1, 2]",
        "sweep-file.toml:\(lines + 3): sweep.trials: it is 3, but there are 2 combinations"
      ),
      (
        "[sweep]\ntrials = 3\n[sweep.values]\n\"optimizer.lr\" = [1, 2]",
        "sweep-file.toml:\(lines + 2): sweep.trials: a grid has one trial for each combination"
      ),
      (
        "[sweep.values]\n\"model.arch\" = [\"resnet20\", \"resnet2o\"]",
        "sweep-file.toml:\(lines + 2): model.arch: "
      ),
      (
        "[sweep]\nseeds = 2\n[sweep.values]\n\"run.seed\" = [1, 2]",
        "sweep-file.toml:\(lines + 4): run.seed: sweep.seeds varies it; give one of them"
      ),
      (
        "[sweep]\nseeds = [1, 1]",
        "sweep-file.toml:\(lines + 2): sweep.seeds is [1, 1], but must be 1 to 1000 seeds"
      ),
      (
        "[sweep.values]\n\"optimizer.lr\" = [1, 2]\noptimizer.lr = [3]",
        "sweep-file.toml:\(lines + 3): optimizer.lr: its values are given twice"
      ),
      (
        "[sweep.values]\n\"train.monitor\" = [\"accuracy\", \"dice\"]",
        "sweep-file.toml:\(lines + 2): train.monitor is \"dice\", but must be one of"
      ),
      ("[sweep]\nfolds = 10", "labels.csv: there are 10 folds, but only 9 patients"),
    ] {
      let found = try refusal(text, work)
      #expect(found.hasPrefix(message), "\(text)\n\(found)\n\(message)")
    }
    let folds = try refusal(
      "[sweep]\nseeds = 2", work,
      base: Self.base.replacing("batch_size", with: "folds = 3\nbatch_size"))
    #expect(folds.contains("data.folds: a trial is one run"))
    try work.write(
      "file,label,split\n"
        + (0..<24).map { "\($0).png,\($0 % 2),\($0 < 12 ? "train" : "valid")\n" }.joined(),
      to: "labels.csv")
    #expect(
      try refusal("[sweep]\nfolds = 2", work)
        == "labels.csv: folds are asked for, but the column \"split\" says which items are for validation; leave the "
        + "folds out, or leave the column out with --split-column none")
  }
}
