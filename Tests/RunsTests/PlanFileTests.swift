import DataBlocks
import Files
import Foundation
import Imaging
import Runs
import Settings
import Testing
import Training
import Vision

@Suite("Plans from files")
struct PlanFileTests {
  /// A folder of images and `siim.toml`, which is read.
  private func read(
    _ text: String, _ overrides: [String] = [], in work: Workspace? = nil
  ) throws -> TrainingPlan {
    let work = try work ?? Workspace()
    if !work.exists("labels.csv") { _ = try work.table() }
    try work.write(text, to: "siim.toml")
    return try TrainingPlan(contentsOf: work.file("siim.toml"), overrides: overrides)
  }

  private func problems(_ text: String, _ overrides: [String] = []) throws -> [String] {
    let work = try Workspace()
    do {
      _ = try read(text, overrides, in: work)
      return []
    } catch let error as SettingsError {
      return error.problems.map { $0.description.replacing(work.path + "/", with: "") }
    }
  }

  private static let images = "[data]\nimages = \".\"\n"

  @Test("a file with all kinds of settings")
  func everything() throws {
    let plan = try read(
      """
      # Umlauts and 🫁 in comments
      callbacks.gradient_clip = { max_norm = 0.5 }
      callbacks.terminate_on_nan = true
      callbacks.gradient_accumulation = false

      [run]
      name = "Übung 🫁"
      tags = ["a", "b"]
      seed = 18446744073709551615
      [data]
      images = "."
      split_column = "none"
      valid_pct = 0.25
      separator = ","
      unreadable = "skip"
      [image]
      size = [32, 48]
      method = "pad"
      channels = 1
      intensity = "window:40,80"
      [augment]
      do_flip = true
      max_rotate = 5
      [augment.erasing]
      p = 0.5
      [model]
      arch = "resnet20"
      [model.head]
      lin_ftrs = []
      ps = [0.25]
      concat_pool = false
      [train]
      epochs = 3
      metrics = ["error_rate"]
      monitor = "error_rate"
      [schedule]
      name = "flat_cos"
      pct_start = 0.5
      [optimizer]
      name = "sgd"
      lr = { first = 1e-4, last = 1e-2 }
      momentum = 0.9
      weight_decay = 1e-4
      wd_bn_bias = true
      [loss]
      weights = "balanced"
      label_smoothing = 0.1
      [callbacks.early_stopping]
      patience = 3
      [compute]
      workers = 0
      """)
    #expect(plan.about.name == "Übung 🫁" && plan.about.tags == ["a", "b"] && plan.seed == .max)
    #expect(
      plan.table.splitColumn == "" && plan.table.separator == .comma && plan.unreadable == .skip)
    #expect(plan.image.size == ImageSize(height: 32, width: 48) && plan.image.method == .pad)
    #expect(plan.image.intensity == .window(center: 40, width: 80))
    #expect(plan.pipeline.inputChannels == 1 && plan.pipeline.inputSize.width == 48)
    #expect(plan.pipeline.transforms.contains { $0 is Flip })
    #expect(plan.pipeline.transforms.contains { $0 is RandomErasing })
    #expect(
      plan.model.head
        == HeadOptions(linearFeatures: [], dropoutProbabilities: [0.25], concatPool: false))
    #expect(plan.epochs == 3 && plan.metrics == [.errorRate] && plan.monitor == "error_rate")
    #expect(plan.schedule == .flatCos(startFraction: 0.5))
    #expect(plan.optimizer == .sgd(momentum: 0.9, weightDecay: 1e-4))
    #expect(plan.rates.learningRates == .range(1e-4, 1e-2) && plan.rates.decaysNormAndBias)
    #expect(plan.loss == .crossEntropy(weights: .balanced, labelSmoothing: 0.1))
    #expect(
      plan.callbacks == [.earlyStopping(patience: 3), .gradientClip(0.5), .terminateOnNaN])
    #expect(plan.compute.workers == 0)
  }

  @Test("an unknown key is an error with its line and the nearest name")
  func unknown() throws {
    let cases = [
      (
        "[optimizer]\nmomentun = 0.9",
        "4: unknown key \"optimizer.momentun\"; did you mean \"optimizer.momentum\"?"
      ),
      (
        "[optimizer]\nwd = 0.9",
        "4: unknown key \"optimizer.wd\"; did you mean \"optimizer.weight_decay\"?"
      ),
      (
        "[optimizer]\nlearning_rate = 1",
        "4: unknown key \"optimizer.learning_rate\"; did you mean \"optimizer.lr\"?"
      ),
      (
        "[optimizer]\nname = \"sgd\"\nsqr_mom = 0.9",
        "5: unknown key \"optimizer.sqr_mom\": \"sgd\" has no such argument, only \"adam\", \"rmsprop\", \"radam\", \"qhadam\", \"lamb\", \"ranger\""
      ),
      ("[train]\nepoch = 1", "4: unknown key \"train.epoch\"; did you mean \"train.epochs\"?"),
      ("[train]\nlr = 1", "4: unknown key \"train.lr\"; did you mean \"optimizer.lr\"?"),
      ("[train]\nbs = 1", "4: unknown key \"train.bs\"; did you mean \"data.batch_size\"?"),
      ("[trian]\nepochs = 1", "3: unknown key \"trian\"; did you mean \"train\"?"),
      ("[train]\nxyzzy = 1", "4: unknown key \"train.xyzzy\""),
      (
        "[callbacks.early_stoping]",
        "3: unknown key \"callbacks.early_stoping\"; did you mean \"callbacks.early_stopping\"?"
      ),
      (
        "[callbacks.early_stopping]\npatients = 1",
        "4: unknown key \"callbacks.early_stopping.patients\"; did you mean \"callbacks.early_stopping.patience\"?"
      ),
      ("[model.heads]\nps = [0]", "3: unknown key \"model.heads\"; did you mean \"model.head\"?"),
    ]
    for (text, message) in cases {
      #expect(try problems(Self.images + text) == ["siim.toml:\(message)"])
    }
    #expect(
      try problems("epochs = 2\n" + Self.images) == [
        "siim.toml:1: unknown key \"epochs\"; did you mean \"train.epochs\"?"
      ])
  }

  @Test("a wrong type, name or range is an error with line, key, value and what is allowed")
  func values() throws {
    let cases = [
      (
        "[train]\nepochs = \"3\"",
        "4: train.epochs is \"3\", but must be a whole number, 0 to 1000000"
      ),
      ("[train]\nepochs = 1.5", "4: train.epochs is 1.5, but must be a whole number, 0 to 1000000"),
      ("[train]\nepochs = -1", "4: train.epochs is -1, but must be 0 to 1000000"),
      (
        "[train]\nepochs = 0",
        "4: train.epochs is 0, but must be 1 or more, or 0 with train.freeze_epochs"
      ),
      (
        "[train]\nmetrics = [\"acuracy\"]",
        "4: train.metrics: there is no metric \"acuracy\"; did you mean accuracy?"
      ),
      (
        "[train]\nmetrics = [\"top_k_accuracy(q: 3)\"]",
        "4: train.metrics: top_k_accuracy has no argument \"q\"; it has k"
      ),
      (
        "[train]\nmetrics = [\"accuracy_multi\"]",
        "4: train.metrics is \"accuracy_multi\", but must be metrics of one class per image, such as \"accuracy\" or \"roc_auc_score\", for data.target = \"category\""
      ),
      (
        "[train]\nmetrics = 3",
        "4: train.metrics is 3, but must be a list of metrics, such as [\"accuracy\", \"top_k_accuracy(k: 3)\"]"
      ),
      (
        "[loss]\nname = \"bce_with_logits\"",
        "4: loss.name is \"bce_with_logits\", but must be one of \"cross_entropy\", \"label_smoothing\", \"focal\" for data.target = \"category\""
      ),
      (
        "label_delim = \";\"",
        "3: data.label_delim is \";\", but must be left out, or data.target \"multi_category\""
      ),
      (
        "[optimizer]\nname = \"lookahead\"\nopt = 3",
        "5: optimizer.opt is 3, but must be \"adam\", \"sgd\","
      ),
      (
        "[optimizer]\nname = \"lookahead\"\nopt = \"radm\"",
        "5: optimizer.opt.name is \"radm\", but must be"
      ),
      (
        "[optimizer]\nname = \"lookahead\"\nopt = { name = \"radam\", bta = 1 }",
        "5: unknown key \"optimizer.opt.bta\"; did you mean \"optimizer.opt.beta\"?"
      ),
      (
        "[optimizer]\nname = \"lookahead\"\nopt = { name = \"torch_sgd\", nesterov = true }",
        "5: optimizer.opt.nesterov is true, but must be false without momentum or with dampening (they are 0.0 and 0.0)"
      ),
      (
        "[optimizer]\nname = \"torch_adam\"\nbetas = [0.9, 1]",
        "5: optimizer.betas is [0.9, 1], but must be 2 values, each at least 0, below 1"
      ),
      (
        "[optimizer]\nname = \"torch_sgd\"\nnesterov = true",
        "5: optimizer.nesterov is true, but must be false without momentum or with dampening"
      ),
      (
        "[train]\nepochs = 5\n[schedule]\nname = \"sgdr\"\nn_cycles = 2",
        "4: train.epochs is 5, but must be a multiple of 3, since the cycles of the schedule \"sgdr\" have whole epochs"
      ),
      (
        "[train]\nepochs = 5\n[schedule]\nname = \"sgdr\"\ncycle_len = 2\nn_cycles = 3\ncycle_mult = 1",
        "4: train.epochs is 5, but must be 6, the sum of the cycles of the schedule \"sgdr\""
      ),
      (
        "[callbacks.ema]\ndecay = 0.5\nmin_decay = 0.6",
        "5: callbacks.ema.min_decay is 0.6, but must be at most decay, 0.5"
      ),
      (
        "[callbacks.csv_logger]\nfname = \"../a.csv\"",
        "4: callbacks.csv_logger.fname is \"../a.csv\", but must be a name that ends in .csv"
      ),
      (
        "[callbacks]\nmixup = true\ncutmix = true",
        "5: callbacks.cutmix is given with mixup, but must be the only one of the two"
      ),
      (
        "[train]\nmetrics = [\"accuracy\", \"accuracy\"]",
        "4: train.metrics is [\"accuracy\", \"accuracy\"], but must be without repetitions"
      ),
      (
        "[train]\nmonitor = \"loss\"",
        "4: train.monitor is \"loss\", but must be one of valid_loss, train_loss, accuracy, roc_auc_score"
      ),
      (
        "[run]\nseed = -1",
        "4: run.seed is -1, but must be a whole number, 0 to 18446744073709551615"
      ),
      ("[run]\nname = 2", "4: run.name is 2, but must be a text"),
      ("[run]\ntags = \"a\"", "4: run.tags is \"a\", but must be a list of texts"),
      (
        "[image]\nmethod = \"crob\"",
        "4: image.method is \"crob\", but must be \"crop\", \"pad\" or \"squish\"; did you mean \"crop\"?"
      ),
      ("[image]\nsize = 7", "4: image.size is 7, but must be 8 to 4096"),
      (
        "[image]\nsize = [1, 2, 3]",
        "4: image.size is [1, 2, 3], but must be a whole number or two, 8 to 4096"
      ),
      ("[image]\nchannels = 9", "4: image.channels is 9, but must be 1 to 8"),
      (
        "[image]\nmean = [0.5]",
        "4: image.mean is [0.5], but must be 3 numbers, as image.channels says"
      ),
      (
        "[augment]\nmin_zoom = 2",
        "4: augment.min_zoom is 2.0, but must be at most augment.max_zoom, 1.1"
      ),
      (
        "[augment]\nmult = 20\nmax_rotate = 0\nmax_lighting = 0",
        "4: augment.mult is 20.0, but must be below 1 when multiplied by augment.max_warp, 0.1"
      ),
      (
        "[augment]\nmax_zoom = 0.5",
        "4: augment.max_zoom is 0.5, but must be at least augment.min_zoom, 1.0"
      ),
      (
        "[augment]\nmult = 2\nmax_warp = 0.6",
        "5: augment.max_warp is 0.6, but must be below 1 when multiplied by augment.mult, 2.0"
      ),
      (
        "[augment]\npad_mode = \"zero\"",
        "4: augment.pad_mode is \"zero\", but must be"
      ),
      (
        "[augment]\nsize = [7, 16]", "4: augment.size is [7, 16], but must be 8 to 4096"
      ),
      (
        "[model.head]\nps = [0.1, 0.2, 0.3]",
        "4: model.head.ps is [0.1, 0.2, 0.3], but must be one number or 2, one for each linear layer"
      ),
      (
        "[optimizer]\nname = \"adm\"",
        "4: optimizer.name is \"adm\", but must be \"adam\", \"sgd\", \"rmsprop\","
      ),
      ("[optimizer]\nlr = 0", "4: optimizer.lr is 0, but must be above 0, at most 1e30"),
      ("[optimizer]\nlr = nan", "4: optimizer.lr is nan, but must be above 0, at most 1e30"),
      (
        "[optimizer]\nlr = {first = 1}",
        "4: optimizer.lr is a table, but must be a number, a list of numbers, or { first, last }, above 0, at most 1e30"
      ),
      (
        "[optimizer]\nlr = [1, 2]\n[schedule]\nname = \"fine_tune\"",
        "4: optimizer.lr is [1.0, 2.0], but must be a number for the schedule \"fine_tune\", which spreads it over the groups"
      ),
      (
        "[loss]\nweights = [-1, 2]",
        "4: loss.weights is [-1, 2], but must be each 0 or more, not all 0"
      ),
      (
        "[callbacks]\nearly_stopping = 3",
        "4: callbacks.early_stopping is 3, but must be true, false or a table, [callbacks.early_stopping]"
      ),
      (
        "[callbacks.early_stopping]\nmonitor = \"f1\"",
        "4: callbacks.early_stopping.monitor is \"f1\", but must be one of"
      ),
      (
        "[model]\nweights = \"no.pth\"",
        "4: model.weights is \"no.pth\", but must be a file that exists"
      ),
    ]
    for (text, message) in cases {
      let found = try problems(Self.images + text)
      let expected =
        message.hasPrefix("-: ") ? String(message.dropFirst(3)) : "siim.toml:\(message)"
      #expect(found.count == 1 && found[0].hasPrefix(expected), "\(text): \(found)")
    }
    #expect(
      try problems("optimizer = 5\n" + Self.images) == [
        "siim.toml:1: optimizer is 5, but must be a table, [optimizer]"
      ])
    #expect(
      try problems("[data]\nimages = \"no\"") == [
        "siim.toml:2: data.images is \"no\", but must be a folder that exists"
      ])
    #expect(
      try problems("[data]\nimages = \".\"\nlabels = \"no.csv\"")[0].hasPrefix(
        "siim.toml:3: data.labels is \"no.csv\", but must be a table that exists, here or in "))
    #expect(try problems("") == ["data.images is missing; give the folder of the images"])
  }

  @Test(
    "all problems of a file and of the command line are listed at once, in the order of the lines")
  func all() throws {
    let found = try problems(
      """
      [data]
      images = "."
      batch_size = 1
      [optimizer]
      momentun = 1
      lr = x
      [train]
      epochs = 2
      epochs = 3
      """, ["train.epochs=-1", "image.siz=3"])
    #expect(
      found == [
        "siim.toml:3: data.batch_size is 1, but must be 2 to 1000000: batch norm needs it",
        "siim.toml:5: unknown key \"optimizer.momentun\"; did you mean \"optimizer.momentum\"?",
        "siim.toml:6: x is no value; a text is in quotation marks",
        "siim.toml:9: the key \"epochs\" is on line 8 already",
        "--set image.siz=3: unknown key \"image.siz\"; did you mean \"image.size\"?",
        "--set train.epochs=-1: train.epochs is -1, but must be 0 to 1000000",
      ])
    let error = SettingsError([
      SettingsProblem(at: .file("a", line: 1), .syntax("x")),
      SettingsProblem(at: .file("a", line: 2), .syntax("y")),
    ])
    #expect(error.description == "the settings have 2 problems:\n  a:1: x\n  a:2: y")
  }

  @Test("the command line comes after the file, and takes back, replaces and switches")
  func overrides() throws {
    let text =
      Self.images
      + "[optimizer]\nlr = 1\n[train]\nepochs = 9\nfreeze_epochs = 3\n[callbacks.gradient_clip]\nmax_norm = 2"
    let plan = try read(
      text,
      [
        "optimizer.lr=0.5", "optimizer.lr=0.25", "train.freeze_epochs=default",
        "schedule.name=flat_cos",
        "callbacks.gradient_clip=false", "callbacks.early_stopping.patience=4", "run.name=12",
        "run.tags=[a, b]",
      ])
    #expect(plan.learningRate == 0.25 && plan.epochs == 9 && plan.freezeEpochs == nil)
    #expect(plan.schedule == .flatCos() && plan.callbacks == [.earlyStopping(patience: 4)])
    #expect(plan.about.name == "12" && plan.about.tags == ["a", "b"])
  }

  @Test("another optimizer on the command line drops the former one's defaults, and no more")
  func otherChoice() throws {
    let resolved =
      Self.images
      + "[optimizer]\nname = \"adam\"\nmomentum = 0.9\nsqr_mom = 0.99\neps = 1e-5\nweight_decay = 0.3"
    let plan = try read(resolved, ["optimizer.name=sgd"])
    #expect(plan.optimizer == .sgd(weightDecay: 0.3))
    #expect(
      try problems(resolved.replacing("0.99", with: "0.9"), ["optimizer.name=sgd"])
        == [
          "siim.toml:6: unknown key \"optimizer.sqr_mom\": \"sgd\" has no such argument, only \"adam\", \"rmsprop\", \"radam\", \"qhadam\", \"lamb\", \"ranger\""
        ])
  }

  @Test("relative paths of a file are relative to it, and the resolved file works from anywhere")
  func paths() throws {
    let work = try Workspace()
    _ = try work.table()
    try FileManager.default.createDirectory(
      atPath: work.file("configs"), withIntermediateDirectories: true)
    try work.write("[data]\nimages = \"..\"\nlabels = \"../labels.csv\"", to: "configs/a.toml")
    let plan = try TrainingPlan(contentsOf: work.file("configs/a.toml"))
    #expect(plan.table.folder == work.file("configs/.."))
    #expect(plan.table.path == work.file("configs/../labels.csv"))
    try work.write(try plan.toml(), to: "b.toml")
    #expect(try TrainingPlan(contentsOf: work.file("b.toml")) == plan)
    // A table by its name in the folder of the images.
    try work.write("[data]\nimages = \"..\"\nlabels = \"labels.csv\"", to: "configs/a.toml")
    #expect(
      try TrainingPlan(contentsOf: work.file("configs/a.toml")).table.path
        == work.file("configs/../labels.csv"))
  }

  @Test("a plan is the same after TOML and after JSON, with a custom pipeline too")
  func roundTrips() throws {
    let work = try Workspace()
    var plan = TrainingPlan(table: try work.table(), imageSize: 32)
    func check(_ plan: TrainingPlan) throws {
      try work.write(try plan.toml(), to: "p.toml")
      #expect(try TrainingPlan(contentsOf: work.file("p.toml")) == plan)
      #expect(try JSONDecoder().decode(TrainingPlan.self, from: JSONEncoder().encode(plan)) == plan)
    }
    try check(plan)
    plan.about.name = "a \"b\"\n🫁"
    plan.about.notes = "one\ntwo\t\u{1B}"
    plan.image.intensity = .windowed(.lungs)
    plan.image.mean = [0.1, 1.0 / 3, 1e-5]
    plan.augment.size = ImageSize(height: 24, width: 16)
    plan.augment.padMode = .border
    plan.augment.mode = .nearest
    plan.augment.alignsCorners = false
    plan.augment.isPerBatch = true
    plan.augment.maxSaturation = 0.2
    plan.augment.maxHue = 0.1
    plan.image.depth = .eight
    plan.augment.erasing.probability = 0.1 + 0.2
    plan.optimizer = .adam(epsilon: 1e-7, isDecoupled: false)
    plan.rates.learningRates = .each([1e-5, 1e-4, 0.1 + 0.2])
    plan.schedule = .oneCycle(momenta: (0.9, 0.8, 0.9))
    plan.loss = .crossEntropy(weights: .each([1, 2.5]), labelSmoothing: 0.1)
    plan.callbacks = [
      .reduceLROnPlateau(monitor: "accuracy", patience: 2, factor: 3),
      .gradientClip(2, normType: .infinity), .gradientAccumulation(),
    ]
    plan.metrics = try ["top_k_accuracy(k: 1)", "accuracy", "f1_score(average: macro)"].map {
      try .named($0)
    }
    plan.checkpoint.everyMinutes = 0.5
    plan.seed = .max
    try check(plan)
    plan.optimizer = .lookahead(.lookahead(.torchAdam(betas: (0.5, 0.9), isAMSGrad: true), k: 2))
    plan.schedule = .sgdr(cycles: 2, cycleLength: nil, cycleMultiplier: 4)
    plan.data.target = .multiCategory
    plan.data.labelDelimiter = "|"
    plan.train.metrics = nil
    plan.monitor = "accuracy_multi"
    plan.loss = .bceWithLogits(threshold: 0.25, positiveWeights: .balanced)
    plan.callbacks = [.mixUp(), .ema(decay: 0.9, every: 2), .csvLogger("a.csv"), .showGraph]
    try check(plan)
    plan.pipeline = Pipeline([
      ReadImage(intensity: .voi(1), frames: .first), Resize(32, method: .squish), Rotate(),
      RandomErasing(),
    ])
    try check(plan)
    #expect(try plan.toml().contains("[[transforms]]\nname = \"Resize\"\n"))
    #expect(try !plan.toml().contains("[image]"))
  }

  @Test("a pipeline in a file that cannot be read names the transform's line")
  func transforms() throws {
    let resize =
      "[[transforms]]\nname = \"Resize\"\nheight = 8\nwidth = 8\nmethod = \"crop\"\npadMode = \"zeros\"\n"
    #expect(try problems(Self.images + resize) == [])
    #expect(
      try problems(Self.images + resize.replacing("height = 8", with: "height = -8")) == [
        "siim.toml:3: transforms: the transform Resize: height is -8, but must be 1 to 8192"
      ])
    #expect(
      try problems(Self.images + resize.replacing("crop", with: "crob")) == [
        "siim.toml:3: transforms[0].method: \"crob\" is not one of its values"
      ])
    #expect(
      try problems(Self.images + resize + "[[transforms]]\nname = \"No\"")[0].hasPrefix(
        "siim.toml:9: transforms: "))
    #expect(
      try problems(Self.images + "[[transforms]]\nname = \"Flip\"\nprobability = 1")[0].hasPrefix(
        "siim.toml:3: transforms: "))
    #expect(
      try problems(Self.images + "[image]\nsize = 64\n" + resize) == [
        "siim.toml:3: image: [[transforms]] takes the place of this table; remove one of them"
      ])
  }

  @Test("the differences of two plans by key")
  func differences() throws {
    let plan = TrainingPlan(table: LabelTable("t.csv", folder: "f"), imageSize: 32)
    var other = plan
    other.schedule = .oneCycle()
    #expect(plan.differences(from: other).isEmpty)
    other.epochs = 6
    other.optimizer = .sgd()
    other.image.method = .pad
    other.callbacks = [.terminateOnNaN]
    other.rates.learningRates = .last(0.1)
    let found = plan.differences(from: other).map {
      "\($0.key) \($0.value ?? "-") \($0.other ?? "-")"
    }
    #expect(
      found == [
        "image.method \"crop\" \"pad\"", "train.epochs 5 6", "optimizer.name \"adam\" \"sgd\"",
        "optimizer.lr 0.001 { last = 0.1 }", "optimizer.momentum 0.9 0.0",
        "optimizer.sqr_mom 0.99 -",
        "optimizer.eps 1e-05 -", "optimizer.weight_decay 0.01 0.0",
        "callbacks.terminate_on_nan - true",
      ])
    other = plan
    other.pipeline = Pipeline([Resize(32)])
    #expect(plan.differences(from: other).map(\.key) == ["transforms"])
    other.pipeline = plan.pipeline
    #expect(plan.differences(from: other).isEmpty)
  }

  @Test("a settings file that cannot be read is an error that names it")
  func unreadable() throws {
    let work = try Workspace()
    for name in ["no.toml", "."] {
      #expect(throws: FileError.self) { try TrainingPlan(contentsOf: work.file(name)) }
    }
    try work.write("", to: "big.toml")
    truncate(work.file("big.toml"), 1 << 30)
    let error = #expect(throws: FileError.self) {
      try TrainingPlan(contentsOf: work.file("big.toml"))
    }
    #expect(error?.problem == "it has 1073741824 bytes; the limit is 1048576")
  }

  @Test("the template is a plan with all defaults")
  func template() throws {
    let work = try Workspace()
    _ = try work.table()
    let plan = try TrainingPlan(file: nil, overrides: [], needsData: false)
    try work.write(try plan.template(), to: "t.toml")
    let read = try TrainingPlan(file: work.file("t.toml"), overrides: [], needsData: false)
    #expect(
      read.pipeline == plan.pipeline && read.optimizer == plan.optimizer
        && read.metrics == plan.metrics)
    // All keys are shown, and what is commented out can be used.
    let active = try plan.template().split(separator: "\n").map {
      $0.hasPrefix("# [callbacks")
        || ($0.hasPrefix("# ") && $0.contains(" = ") && !$0.contains(" =  ")) ? $0.dropFirst(2) : $0
    }.joined(separator: "\n")
    try work.write(active, to: "u.toml")
    // CutMix and MixUp exclude each other.
    let without = try SettingsOverride.parse(["callbacks.cutmix=false"])
    #expect(
      try TrainingPlan(file: work.file("u.toml"), overrides: without, needsData: false).callbacks
        .count == CallbackSettings.all.count - 1)
  }

  @Test("Docs/Settings.md is what the registry gives")
  func reference() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Docs/Settings.md")
    let reference = try TrainingPlan.reference()
    if ProcessInfo.processInfo.environment["LIGHTBOX_WRITE_REFERENCE"] != nil {
      try Data(reference.utf8).write(to: path)
    }
    let text = try String(contentsOf: path, encoding: .utf8)
    #expect(text == reference, "run make settings-reference")
  }
}
