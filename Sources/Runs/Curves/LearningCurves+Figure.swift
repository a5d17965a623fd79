public import Imaging
import Logbook

extension LearningCurves {
  private static let cell = (width: 470, height: 280)
  private static let metricLimit = 3
  private static let stepSmoothing = 0.98
  private static let losses = ["train_loss", "valid_loss"]

  /// Draws the figure.
  ///
  /// - Throws: `RunQueryError` if no run has the values.
  public func figure() throws(RunQueryError) -> Figure {
    let panels = try panels()
    var captions: [String] = []
    let drawn = panels.map { names in panel(names, &captions) }
    let columns = drawn.count == 1 ? 1 : 2
    let rows = stride(from: 0, to: drawn.count, by: columns).map {
      Array(drawn[$0..<min($0 + columns, drawn.count)])
    }
    let monitors = Set(runs.map(\.monitor)).sorted()
    if panels.flatMap(\.self).contains(where: { !isOfSteps($0) }) {
      captions.insert(
        "Dots: best epoch by \(monitors.joined(separator: ", "))"
          + (runs.count > 1 ? " of each run." : "."), at: 0)
    }
    return Figure(
      rows: rows, title: runs.count == 1 ? runs[0].name : "", captions: captions,
      cellSize: Self.cell)
  }

  private func isOfSteps(_ name: String) -> Bool {
    name == "learning_rate" || showsSteps && name == "train_loss"
  }

  /// The names of each panel.
  private func panels() throws(RunQueryError) -> [[String]] {
    let known = runs.map { run in
      Set(run.epochs.flatMap(\.valueNames)).union(
        run.steps.isEmpty ? [] : ["train_loss", "learning_rate"])
    }
    let all = known.reduce(into: Set<String>()) { $0.formUnion($1) }
    if let names {
      for name in names where !all.contains(name) {
        throw RunQueryError(.unknownColumn(name, known: all.sorted()))
      }
    }
    for (run, own) in zip(runs, known) where own.isDisjoint(with: names ?? own.sorted()) {
      throw RunQueryError(.nothingToDraw(path: run.path, names: names ?? ["any loss or metric"]))
    }
    let wanted = names ?? standardNames(all)
    let ofEpochs = Self.losses.filter { wanted.contains($0) && !isOfSteps($0) }
    var panels: [[String]] = []
    for name in wanted {
      if ofEpochs.contains(name) {
        if !panels.contains(ofEpochs) { panels.append(ofEpochs) }
      } else if !panels.contains([name]) {
        panels.append([name])
      }
    }
    return panels
  }

  private func standardNames(_ all: Set<String>) -> [String] {
    if showsSteps { return ["train_loss", "learning_rate"].filter(all.contains) }
    let metrics = all.subtracting(Self.losses)
    let first = runs.map(\.monitor) + ["roc_auc_score", "accuracy"] + metrics.sorted()
    var chosen: [String] = []
    for name in first where metrics.contains(name) && !chosen.contains(name) {
      chosen.append(name)
    }
    return Self.losses.filter(all.contains) + chosen.prefix(Self.metricLimit)
  }

  private func panel(_ names: [String], _ captions: inout [String]) -> Figure.Panel {
    if isOfSteps(names[0]) { return stepPanel(names[0], &captions) }
    let weight = smoothing ?? 0
    var (series, lines, dots) = ([LinePlot.Series](), [[Double]](), [LinePlot.Series]())
    for (place, run) in runs.enumerated() {
      for name in names {
        let values = Self.smoothed(
          run.epochs.map { $0.value(of: name) ?? .nan }, by: weight)
        guard values.contains(where: \.isFinite) else { continue }
        let isTraining = name == "train_loss" && names.count > 1
        // A single run's losses have colors of their own.
        let color = runs.count == 1 ? LinePlot.color(isTraining ? 1 : 0) : LinePlot.color(place)
        let label =
          runs.count == 1
          ? (name == "train_loss" ? "training" : "validation") : isTraining ? "" : run.name
        var line = LinePlot.Series(
          label, points: zip(run.epochs, values).map { (Double($0.epoch), $1) }, color: color,
          isDashed: runs.count > 1 ? isTraining != (place / 6 % 2 == 1) : false)
        if isTraining { line.lineWidth = 1.25 }
        series.append(line)
        lines.append(values)
        if !isTraining, let best = run.best,
          let row = run.epochs.firstIndex(where: { $0.epoch == best.epoch })
        {
          dots.append(
            LinePlot.Series(
              "", points: [(Double(best.epoch), values[row])], color: color, style: .points))
        }
      }
    }
    if runs.count > 1, names.count > 1 { captions.append("Dashed: training loss.") }
    if weight > 0, !captions.contains(where: { $0.hasPrefix("Moving") }) {
      captions.append("Moving averages with a weight of \(weight) for the past.")
    }
    let isLoss = names.allSatisfy { $0.contains("loss") }
    let title = names.count > 1 ? "loss" : names[0]
    var plot = LinePlot(series + dots, xLabel: "epoch")
    style(&plot, lines, title: title, isLogarithmic: isLoss && isLogarithmic, &captions)
    return .plot(plot, title: title)
  }

  private func stepPanel(_ name: String, _ captions: inout [String]) -> Figure.Panel {
    let weight = name == "train_loss" ? smoothing ?? Self.stepSmoothing : 0
    var (faint, series, lines) = ([LinePlot.Series](), [LinePlot.Series](), [[Double]]())
    for (place, run) in runs.enumerated() where !run.steps.isEmpty {
      let values = run.steps.map { name == "train_loss" ? $0.loss : $0.learningRate }
      let smooth = Self.smoothed(values, by: weight)
      let color = LinePlot.color(place)
      let places = run.steps.map { Double($0.step) }
      if weight > 0 {
        var raw = LinePlot.Series(
          "", points: Self.thinned(places, values), color: Self.faint(color))
        raw.lineWidth = 0.75
        faint.append(raw)
      }
      series.append(
        LinePlot.Series(
          runs.count > 1 ? run.name : "", points: Self.thinned(places, smooth), color: color,
          isDashed: place / 6 % 2 == 1))
      lines.append(smooth)
    }
    if weight > 0 {
      captions.append(
        "train_loss: a moving average with a weight of \(weight) for the past; faint: each step, also "
          + "beyond the axis."
      )
    }
    var plot = LinePlot(faint + series, xLabel: "step")
    style(
      &plot, weight > 0 ? lines.map { Array($0.dropFirst($0.count / 50)) } : lines, title: name,
      isLogarithmic: isLogarithmic && name == "train_loss", &captions, isOfSteps: true)
    return .plot(plot, title: name)
  }

  /// Sets scale, range and the place of names, and says what is outside of the range.
  private func style(
    _ plot: inout LinePlot, _ lines: [[Double]], title: String, isLogarithmic: Bool,
    _ captions: inout [String], isOfSteps: Bool = false
  ) {
    plot.naming = .lineEnds
    if isLogarithmic {
      plot.yScale = .log
      return
    }
    let clipping = AxisClipping(lines)
    guard let range = clipping.range else {
      if isOfSteps { plot.yRange = Self.fitted(lines) }
      return
    }
    plot.yRange = range
    let parts = [(clipping.above, "above"), (clipping.below, "below")].filter { $0.0 > 0 }
      .map { "\($0.0) \($0.0 == 1 ? "value" : "values") \($0.1)" }.joined(separator: " and ")
    let extreme = clipping.extreme.map { NumberText.short($0) } ?? ""
    captions.append("\(title): \(parts) the axis, as far as \(extreme).")
  }

  /// The range of smoothed values; single steps may be outside.
  private static func fitted(_ lines: [[Double]]) -> ClosedRange<Double>? {
    let all = lines.flatMap(\.self).filter(\.isFinite)
    guard let low = all.min(), let high = all.max(), low < high else { return nil }
    let room = (high - low) * 0.15
    return (low < 0 ? low - room : max(0, low - room))...(high + room)
  }

  /// Lowest and highest values of as many groups as a plot has columns of pixels.
  private static func thinned(_ places: [Double], _ values: [Double]) -> [(x: Double, y: Double)] {
    let groups = 1000
    guard values.count > 2 * groups else { return zip(places, values).map { ($0, $1) } }
    return (0..<groups).flatMap { group -> [(x: Double, y: Double)] in
      let part = (group * values.count / groups)..<((group + 1) * values.count / groups)
      let finite = part.filter { values[$0].isFinite }
      guard let low = finite.min(by: { values[$0] < values[$1] }),
        let high = finite.max(by: { values[$0] < values[$1] })
      else { return [] }
      return [min(low, high), max(low, high)].map { (places[$0], values[$0]) }
    }
  }

  private static func faint(_ color: Color) -> Color {
    func lighter(_ value: UInt8) -> UInt8 { UInt8(255 - (255 - Int(value)) * 3 / 10) }
    return Color(
      red: lighter(color.red), green: lighter(color.green), blue: lighter(color.blue))
  }
}
