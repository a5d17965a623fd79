public import DataBlocks
import Console
public import Files
public import Training

extension Predictions {
  /// Writes a table with one row per item that was read: file, label, predicted class, probability of each class.
  ///
  /// - Parameters:
  ///   - path: The CSV file; replaced if it exists.
  ///   - items: The items that were predicted.
  ///   - vocab: The classes.
  /// - Throws: `FileError`.
  public func writeCSV(to path: String, items: [DataItem], vocab: [String]) throws(FileError) {
    try writeCSV(to: path, items: items, vocab: vocab) { NumberFormat.fixed(Double($0), 6) }
  }

  /// Writes the table with all digits, and with more columns, for comparisons: rounded probabilities have ties, which
  /// change the area under the ROC curve.
  ///
  /// - Throws: `FileError`.
  func writeExactCSV(
    to path: String, items: [DataItem], vocab: [String],
    columns: [(name: String, value: (DataItem) -> String)]
  ) throws(FileError) {
    try writeCSV(to: path, items: items, vocab: vocab, columns: columns) { "\($0)" }
  }

  private func writeCSV(
    to path: String, items: [DataItem], vocab: [String],
    columns: [(name: String, value: (DataItem) -> String)] = [], number: (Float) -> String
  ) throws(FileError) {
    let probabilities = self.columns(forClasses: vocab.count).probabilities
    var text = CSVLine.text(
      ["file", "label", "predicted"] + vocab.map { "p(\($0))" } + columns.map(\.name))
    for row in 0..<count {
      let item = items[itemIndices[row]]
      text += CSVLine.text(
        [FileName.shown(item.name), item.label ?? "", answer(ofRow: row, vocab: vocab)]
          + (vocab.isEmpty ? [] : probabilities[row].map(number)) + columns.map { $0.value(item) })
    }
    try AtomicFile.write(text, to: path)
  }
}
