import Console
import Imaging

/// The caption of an explanation's figure: how the map was computed, and what the colors and lines mean.
struct FigureCaption {
  let drawing: ExplanationDrawing
  let panels: [FigurePanel]

  private var maps: [ClassMap] { drawing.explanation.maps }

  /// The paragraphs.
  var sentences: [String] {
    if maps.isEmpty { return [] }
    return [[method], [colors, boxes, mask], [seen, scale]]
      .map { $0.filter { !$0.isEmpty }.joined(separator: " ") }
      .filter { !$0.isEmpty } + ["A map shows what the model used, not where a disease is."]
  }

  /// The method with its layers, target and placement.
  ///
  /// Such as "Layer-CAM, mean of layer2 and layer3, for the margin of A over B; cells placed by receptive field."
  private var method: String {
    let facts = drawing.facts
    let layers = maps[0].layers.map(\.layer).filter { $0 != "input" }
    if facts.method == nil, layers.isEmpty, maps.allSatisfy(\.target.isEmpty) { return "" }
    var text = facts.method ?? "Map"
    if layers.count == 1 {
      text += " at \(layers[0])"
    } else if layers.count > 1 {
      text +=
        ", \(facts.options?.fusion == .product && facts.options?.mode == .corrected ? "product" : "mean") of "
        + layers.dropLast().joined(separator: ", ") + " and " + layers[layers.count - 1]
    }
    let targets = maps.map(\.target).filter { !$0.isEmpty }
    if maps.count == 1, let target = targets.first {
      text += ", for the \(target)"
    } else if targets.count > 1 {
      let isMargin = targets.allSatisfy { $0.hasPrefix("margin") }
      text +=
        isMargin ? ", for the margin of each class over another" : ", for the logit of each class"
    }
    if let options = facts.options {
      text +=
        options.placement == .receptiveField
        ? "; cells placed by receptive field" : "; cells divide the input evenly"
      if options.mode == .reference { text += "; reference mode" }
    }
    return text + "."
  }

  private var colors: String {
    guard panels.contains(.map) || panels.contains(.overlay) else { return "" }
    var text =
      drawing.colors.isSigned
      ? "Warm colors speak for the class and blue ones against it"
      : "Colors run from zero to the highest value"
    text += maps.count > 1 ? ", on one scale for all classes." : "."
    if panels.contains(.overlay) {
      switch drawing.options.overlay {
      case .evidence: text += " Opacity follows the evidence."
      case .uniform(let alpha):
        text += " Opacity is \(Int((100 * alpha).rounded())) % everywhere."
      }
    }
    return text
  }

  private var boxes: String {
    let drawn = maps.flatMap { drawing.labeledBoxes(of: $0) }
    guard !drawn.isEmpty, panels.contains(.overlay) || panels.contains(.boxes) else { return "" }
    let names = Set(maps.map(\.className))
    let rules = Set(drawing.boxes.filter { names.contains($0.className) }.map { words($0.rule) })
    return "Box: \(rules.sorted().joined(separator: "; "))"
      + (drawn.contains { $0.strength < 0.35 } ? ", dashed where it is weak." : ".")
  }

  private func words(_ rule: BoxRule) -> String {
    func percent(_ share: Double) -> String { NumberFormat.significant(100 * share, 3) + " %" }
    let share = ", with their share of the evidence"
    return switch rule {
    case .peakCell: "the highest cell, with its value"
    case .relative(let number): "regions of at least \(percent(number)) of the maximum" + share
    case .absolute(let value): "regions of at least \(NumberFormat.significant(value, 3))" + share
    case .quantile(let number): "regions of the highest \(percent(1 - number)) of the input" + share
    case .otsu: "regions above Otsu's threshold" + share
    case .mass(let number): "the smallest regions with \(percent(number)) of the evidence" + share
    case .calibrated(let number):
      "regions of at least the calibrated threshold"
        + (number.map { ", \(percent($0)) of the maximum" } ?? "") + share
    }
  }

  private var mask: String {
    panels.contains(.mask) && drawing.outline != nil ? "Green: the true region." : ""
  }

  private var seen: String {
    let image = drawing.explanation.image
    let part = drawing.explanation.extent.clamped(width: image.width, height: image.height).box
    let (width, height) = (Int(part.width.rounded()), Int(part.height.rounded()))
    guard width < image.width || height < image.height else { return "" }
    return "Inside the dashed line: what the model sees, \(width) × \(height) of \(image.width) × "
      + "\(image.height) pixels."
  }

  private var scale: String {
    guard drawing.options.showsMarks else { return "" }
    var parts: [String] = []
    if let spacing = drawing.explanation.facts.spacing {
      parts.append("Scale: \(spacing.words).")
    }
    if drawing.explanation.facts.sideMark?.isAssumed == true {
      parts.append("The side is assumed from the view.")
    }
    return parts.joined(separator: " ")
  }
}
