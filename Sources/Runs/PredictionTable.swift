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
  ///   - withPatients: Whether there is a column of patients. They are numbered: the identifiers are not written.
  /// - Throws: `FileError`.
  public func writeCSV(
    to path: String, items: [DataItem], vocab: [String], withPatients: Bool = false
  ) throws(FileError) {
    let probabilities = columns(forClasses: vocab.count).probabilities
    var text = CSVLine.text(
      ["file", "label", "predicted"] + vocab.map { "p(\($0))" } + (withPatients ? ["patient"] : []))
    var patients: [String: Int] = [:]
    func number(_ patient: String?) -> String {
      guard let patient else { return "" }
      if patients[patient] == nil { patients[patient] = patients.count + 1 }
      return patients[patient].map { "\($0)" } ?? ""
    }
    for row in 0..<count {
      let item = items[itemIndices[row]]
      text += CSVLine.text(
        [FileName.shown(item.name), item.label ?? "", answer(ofRow: row, vocab: vocab)]
          + (vocab.isEmpty ? [] : probabilities[row].map { NumberFormat.fixed(Double($0), 6) })
          + (withPatients ? [number(item.patient)] : []))
    }
    try AtomicFile.write(text, to: path)
  }
}
