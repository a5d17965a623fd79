import Console
import Lightbox

extension MapEvaluationReport {
  /// The report as lines of at most 80 columns.
  var lines: [String] {
    var lines = [
      "\(images.measured) images of \(images.given) measured"
        + (images.patients.map { " (\($0) patients)" } ?? "")
        + "; the masks name \(images.matched), \(images.withMask) with \(className)"
    ]
    if images.outsideOfView > 0 {
      lines.append(
        "\(images.outsideOfView) masks lie outside of what the model sees, or cover no pixel of it")
    }
    guard images.measured > 0 else { return lines }
    lines += ["", table, ""]
    lines += notes
    if rows.contains(where: { $0.deletion != nil }) { lines += ["", modelTable] }
    if !bySize.isEmpty { lines += ["", sizeTable] }
    if let sanity { lines += ["", sanity.table] }
    return lines
  }

  /// The first letter of a map's name in the tables: long names are listed below.
  private func label(_ row: Row) -> String {
    guard !row.isBaseline else { return row.name }
    let maps = rows.filter { !$0.isBaseline }
    let number = (maps.firstIndex { $0.name == row.name } ?? 0) + 1
    let mark = row.comparison?.isBelow == true ? " *" : ""
    return (maps.count == 1 ? "map" : "map \(number)") + mark
  }

  private var table: String {
    TextTable(
      [
        TextColumn("", isFlexible: true), .right("hit"), .right("@15"), .right("AP"),
        .right("95 %"), .right("energy"), .right("IoU"), .right("box IoU"), .right("MBA v2"),
      ],
      rows: rows.map { row in
        [
          label(row), short(row.hit), short(row.hitNear), short(row.averagePrecision),
          range(row.averagePrecision), short(row.energyInside),
          short(row.intersectionOverUnion), short(row.boxIntersectionOverUnion),
          short(row.maxBoxAccV2),
        ]
      }
    ).description
  }

  private var notes: [String] {
    let maps = rows.filter { !$0.isBaseline }
    var notes = maps.map { "\(label($0)): \($0.name)" }
    for row in maps {
      if let comparison = row.comparison {
        let difference = comparison.difference
        notes.append(
          "\(label(row)): AP \(signed(difference.value)) (\(signed(difference.low)) to "
            + "\(signed(difference.high))) against \"\(comparison.baseline)\", paired by image")
        if difference.low == nil {
          notes.append("too few patients for an interval")
        } else if comparison.isBelow {
          notes.append("* not above the best baseline: it finds no more than a map without model")
        }
      }
      if row.blank > 0 { notes.append("\(label(row)): \(row.blank) maps show nothing") }
      notes.append(
        "IoU from \(NumberFormat.significant(row.threshold, 2)) of the highest value on"
          + (row.isThresholdGiven ? " (calibrated)" : ", the best on these images, as of baselines")
      )
    }
    if let meanMask { notes.append("mean mask: \(meanMask), in the frame of the model's input") }
    notes.append(
      "@15: within \(NumberFormat.fixed(margin, 1)) pixels (15 at 224); MBA v2: MaxBoxAccV2")
    return notes
  }

  private var modelTable: String {
    TextTable(
      [
        TextColumn("", isFlexible: true), .right("deletion -"), .right("insertion +"),
        .right("ROAD +"), .right("drop -"), .right("increase +"),
      ],
      rows: rows.filter { $0.deletion != nil }.map { row in
        [
          label(row), short(row.deletion), short(row.insertion), short(row.road),
          short(row.averageDrop), short(row.increase),
        ]
      }
    ).description
  }

  private var sizeTable: String {
    var cells: [[String]] = []
    for group in bySize {
      for (number, row) in group.rows.enumerated() {
        let size =
          "\(group.name), \(percent(group.smallestShare)) to \(percent(group.largestShare)) %"
        let name = rows.first { $0.name == row.name }.map(label) ?? row.name
        cells.append([
          number == 0 ? size : "", number == 0 ? "\(group.images)" : "", name, short(row.hit),
          short(row.averagePrecision), range(row.averagePrecision),
        ])
      }
    }
    return TextTable(
      [
        TextColumn("size of the mask"), .right("images"), TextColumn("", isFlexible: true),
        .right("hit"), .right("AP"), .right("95 %"),
      ], rows: cells
    ).description
  }
}

extension MapEvaluationReport.Sanity {
  fileprivate var table: String {
    let rows =
      randomization.map { ("random weights down to \($0.name)", $0) }
      + [(repeatability.name, repeatability), (otherClass.name, otherClass)]
    return TextTable(
      [
        TextColumn("likeness of maps (\(images) images)", isFlexible: true), .right("SSIM"),
        .right("rank correlation"),
      ],
      rows: rows.map { name, likeness in
        [name, short(likeness.ssim), short(likeness.spearman)]
      }
    ).description
  }
}

extension ExplanationChoice {
  /// The choice as lines of at most 80 columns.
  var lines: [String] {
    let table = TextTable(
      [
        "method", TextColumn("layers", isFlexible: true), "fusion", .right("AP"), .right("hit"),
        .right("IoU"), .right("at"),
      ],
      rows: candidates.prefix(10).map { candidate in
        [
          candidate.method, candidate.layers.joined(separator: " "),
          candidate.layers.count > 1 ? candidate.fusion.rawValue : "",
          short(candidate.averagePrecision), short(candidate.hitRate),
          short(candidate.intersectionOverUnion), NumberFormat.significant(candidate.threshold, 2),
        ]
      })
    return [
      "chosen on \(images) images (\(split)) of \(candidates.count) candidates, by AP:", "",
      table.description,
    ]
  }
}

private func short(_ value: Double?) -> String {
  guard let value, value.isFinite else { return "none" }
  return NumberFormat.fixed(value, 2)
}

private func short(_ estimate: MapEstimate?) -> String { short(estimate?.value) }

private func range(_ estimate: MapEstimate) -> String {
  guard let low = estimate.low, let high = estimate.high else { return "none" }
  return "\(short(low))–\(short(high))"
}

private func signed(_ value: Double?) -> String {
  guard let value, value.isFinite else { return "none" }
  return (value >= 0 ? "+" : "") + NumberFormat.fixed(value, 2)
}

private func percent(_ share: Double) -> String { NumberFormat.fixed(100 * share, 1) }
