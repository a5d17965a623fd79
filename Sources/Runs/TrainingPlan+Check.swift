import Imaging
import Settings
import Training
import Vision

extension TrainingPlan {
  /// A setting that is out of its range.
  struct Fault: Error {
    /// The dotted key.
    let key: String
    let value: String
    let allowed: String
  }

  /// Throws a `PlanError` if a setting is out of its range.
  public func check() throws(PlanError) {
    guard let fault = faults.first else { return }
    throw PlanError(.setting(name: fault.key, value: fault.value, allowed: fault.allowed))
  }

  /// Throws a `PlanError` if the plan is one of several runs, and does not say which.
  func checkFold() throws(PlanError) {
    guard let folds = data.folds, data.fold == nil else { return }
    throw PlanError(
      .setting(
        name: "data.fold", value: "not set",
        allowed: "0 to \(folds - 1); CrossValidation and \"lightbox train\" run all folds"))
  }

  /// All settings that are out of their ranges, or do not go together.
  var faults: [Fault] {
    var faults: [Fault] = []
    func collect(_ path: [String], _ states: [SettingsState]) {
      for state in states where !state.isAllowed {
        faults.append(
          Fault(
            key: (path + [state.key]).joined(separator: "."),
            value: state.value?.summary ?? "not set", allowed: state.allowed))
      }
    }
    for section in Self.sections { collect(section.path, section.states(self)) }
    for callback in callbacks { collect([Self.callbacksKey, callback.name], callback.states) }
    func require(_ holds: Bool, _ key: String, _ value: TOMLValue?, _ allowed: String) {
      guard !holds, !faults.contains(where: { $0.key == key }) else { return }
      faults.append(Fault(key: key, value: value?.summary ?? "not set", allowed: allowed))
    }
    require(
      epochs + resolvedFreezeEpochs > 0 || epochs < 0 || resolvedFreezeEpochs < 0, "train.epochs",
      epochs.toml, "1 or more, or 0 with train.freeze_epochs")
    requireTarget(require)
    if let conflict = optimizer.conflict {
      require(false, "optimizer.\(conflict.key)", conflict.value, conflict.allowed)
    }
    if epochs > 0, let allowed = resolvedSchedule.allowedEpochs(epochs) {
      require(false, "train.epochs", epochs.toml, allowed)
    }
    let names = metrics.map(\.name)
    require(
      Set(names).count == names.count, "train.metrics", metrics.toml, "without repetitions")
    let monitors = ["valid_loss", "train_loss"] + names
    require(
      monitors.contains(monitor), "train.monitor", monitor.toml,
      "one of \(monitors.joined(separator: ", "))")
    for callback in callbacks {
      if let monitor = callback.monitor {
        require(
          monitors.contains(monitor), "\(Self.callbacksKey).\(callback.name).monitor",
          monitor.toml, "one of \(monitors.joined(separator: ", "))")
      }
      if let conflict = callback.conflict {
        require(
          false, "\(Self.callbacksKey).\(callback.name).\(conflict.key)", conflict.value,
          conflict.allowed)
      }
      if callbacks.count(where: { $0.name == callback.name }) > 1 {
        faults.append(
          Fault(
            key: "\(Self.callbacksKey).\(callback.name)", value: "given twice",
            allowed: "given once"))
      }
    }
    let used = Set(callbacks.map(\.name))
    if used.contains(MixUpSettings.name), used.contains(CutMixSettings.name) {
      faults.append(
        Fault(
          key: "\(Self.callbacksKey).\(CutMixSettings.name)", value: "given with mixup",
          allowed: "the only one of the two"))
    }
    if resolvedSchedule.freezes {
      let isNumber = if case .same = rates.learningRates { true } else { false }
      require(
        isNumber, "optimizer.lr", rates.learningRates.toml,
        "a number for the schedule \"fine_tune\", which spreads it over the groups")
    }
    requireHead(require)
    if let fold = data.fold {
      require(
        fold < data.folds ?? 0, "data.fold", data.fold.toml,
        data.folds.map { "0 to \($0 - 1), of data.folds" } ?? "given with data.folds")
    }
    require(
      data.folds == nil || data.split == .automatic, "data.split", data.split.toml,
      "\"auto\" with data.folds, which are by patient and stratified")
    if ownPipeline == nil { requireImages(require) }
    return faults
  }

  /// Labels, loss and metrics have to be of one kind.
  private func requireTarget(_ require: (Bool, String, TOMLValue?, String) -> Void) {
    let target = data.target
    let losses = LossSettings.names(for: target).map { "\"\($0)\"" }
    require(
      resolvedLoss.target == target, "loss.name", .text(resolvedLoss.name),
      "\(losses.count > 1 ? "one of " : "")\(losses.joined(separator: ", ")) for data.target = \"\(target.rawValue)\""
    )
    for metric in metrics where !metric.isOf(target) {
      require(
        false, "train.metrics", metric.toml,
        "\(target.metricWords), for data.target = \"\(target.rawValue)\"")
    }
    require(
      data.labelDelimiter == nil || target == .multiCategory, "data.label_delim",
      data.labelDelimiter?.toml, "left out, or data.target \"multi_category\"")
    require(
      data.outputCount == nil || target == .regression, "data.n_out", data.outputCount?.toml,
      "left out, or data.target \"regression\"")
    require(
      data.sampling == .shuffled || target != .regression, "data.sampling", data.sampling.toml,
      "\"shuffled\" for numbers, which have no classes")
  }

  private func requireHead(_ require: (Bool, String, TOMLValue?, String) -> Void) {
    let layers = model.head.linearFeatures.count + 1
    let count = model.head.dropoutProbabilities.count
    require(
      count == 1 || count == layers, "model.head.ps", model.head.dropoutProbabilities.toml,
      layers == 1 ? "one number" : "one number or \(layers), one for each linear layer")
  }

  private func requireImages(_ require: (Bool, String, TOMLValue?, String) -> Void) {
    for (key, numbers) in [("image.mean", image.mean), ("image.std", image.standardDeviation)] {
      require(
        numbers.map { $0.count == image.channels } ?? true, key, numbers?.toml,
        "\(image.channels) \(image.channels == 1 ? "number" : "numbers"), as image.channels says")
    }
    let parts = image.intensity.channelCount
    require(
      parts == 1 || parts == image.channels, "image.channels", image.channels.toml,
      "\(parts), as image.intensity has; give --set image.channels=\(parts)")
    // The setting that is no default is at fault.
    let usual = AugmentSettings()
    if augment.minZoom == usual.minZoom {
      require(
        augment.minZoom <= augment.maxZoom, "augment.max_zoom", augment.maxZoom.toml,
        "at least augment.min_zoom, \(augment.minZoom)")
    }
    require(
      augment.minZoom <= augment.maxZoom || augment.minZoom == usual.minZoom, "augment.min_zoom",
      augment.minZoom.toml, "at most augment.max_zoom, \(augment.maxZoom)")
    for (key, strength, given, limit) in [
      ("augment.max_warp", augment.maxWarp, usual.maxWarp, 1.0),
      ("augment.max_lighting", augment.maxLighting, usual.maxLighting, 1.0),
      ("augment.max_rotate", augment.maxRotate, usual.maxRotate, 360.0),
    ] {
      let product = strength * augment.mult
      let holds = limit == 360 ? product <= limit : product < limit
      let words = limit == 360 ? "at most 360" : "below 1"
      if strength == given {
        require(
          holds, "augment.mult", augment.mult.toml,
          "\(words) when multiplied by \(key), \(strength)")
      } else {
        require(
          holds, key, strength.toml, "\(words) when multiplied by augment.mult, \(augment.mult)")
      }
    }
    require(
      augment.erasing.minimumArea <= augment.erasing.maximumArea, "augment.erasing.sl",
      augment.erasing.minimumArea.toml,
      "at most augment.erasing.sh, \(augment.erasing.maximumArea)")
  }
}
