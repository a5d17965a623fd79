import Console
public import DataBlocks
import Files
public import Imaging
import Training
public import Vision

extension VisionLearner {
  /// Draws images with their true and their predicted class (`show_results`).
  ///
  ///     try learn.showResults(to: "results.png")
  ///
  /// Titles are "actual / predicted / probability of the prediction"; a wrong prediction has "≠" in place of the first "/". Of labels that do not exclude each other, and of regressions, both are lists.
  ///
  /// - Parameters:
  ///   - path: The file of the contact sheet, `.png`, `.svg` or `.jpg`; further pages have a number.
  ///   - count: The number of images (`max_n`), evenly spread over the items.
  ///   - items: The items. Default: those of the validation loader.
  ///   - columns: Images in a row (`ncols`).
  /// - Returns: The paths of the pages; none without items.
  /// - Throws: `DataError` naming a file that cannot be read, `ImageFileError` if a page cannot be written.
  /// - Precondition: `count` and `columns` are positive; items are given or the validation source is a `DataLoader`.
  @discardableResult
  public func showResults(
    to path: String, count: Int = 9, items: [DataItem]? = nil, columns: Int = 3
  ) throws -> [String] {
    precondition(count > 0 && columns > 0, "\(count) images in \(columns) columns")
    guard let items = items ?? (valid as? DataLoader)?.items else {
      preconditionFailure("showResults needs items: the validation source is no DataLoader")
    }
    let shown = min(count, items.count)
    let chosen = (0..<shown).map { items[$0 * items.count / shown] }
    guard !chosen.isEmpty else { return [] }
    let found = try predictor.getPreds(chosen, batchSize: min(64, chosen.count))
      .columns(forClasses: predictor.vocab.count)
    let decided = found.decoded
    var sheet = ContactSheet(
      to: path, title: "Actual / Predicted / Probability", columns: columns,
      rows: max(1, (shown + columns - 1) / columns))
    for row in 0..<found.count {
      let item = chosen[found.itemIndices[row]]
      let answer = found.answer(ofRow: row, vocab: predictor.vocab)
      var title = "\(item.label ?? "–") \(item.label == answer ? "/" : "≠") \(answer)"
      if !predictor.vocab.isEmpty, !found.isMultiLabel(predictor.vocab) {
        title += " / " + NumberFormat.fixed(Double(found.probabilities[row][decided[row]]), 2)
      }
      try sheet.add(
        .image(
          try predictor.prepare(item.path, frame: item.frame).original, title: title.printable))
    }
    return try sheet.finish()
  }
}
