public import Imaging
import Training

extension ClassificationInterpretation {
  /// Draws the confusion matrix (`plot_confusion_matrix`).
  ///
  /// - Parameter normalize: Whether to show fractions of the actual class instead of numbers.
  /// - Returns: Actual classes in rows, predicted ones in columns. Rows of classes without items are blank if
  ///   normalized.
  public func plotConfusionMatrix(normalize: Bool = false) -> Figure {
    Figure(
      rows: [[matrixPanel(normalize: normalize)]],
      title: "Confusion matrix" + (normalize ? ", normalized" : ""), captions: [],
      cellSize: Self.matrixSize(vocab.count))
  }

  /// Draws the confusion matrix as numbers and as fractions of the actual class.
  package func plotConfusionMatrices() -> Figure {
    Figure(
      rows: [[matrixPanel(normalize: false), matrixPanel(normalize: true)]],
      title: "Confusion matrix", cellSize: Self.matrixSize(vocab.count))
  }

  private static func matrixSize(_ classCount: Int) -> (width: Int, height: Int) {
    let side = min(max(380, 180 + 40 * classCount), 900)
    // The names of the rows take some of the width.
    return (side, side * 4 / 5)
  }

  private func matrixPanel(normalize: Bool) -> Figure.Panel {
    let matrix = confusionMatrix()
    return .matrix(
      values: normalize
        ? matrix.normalized.map { $0.map { $0 ?? .nan } }
        : matrix.counts.map { $0.map(Double.init) },
      rowNames: vocab, columnNames: vocab, title: normalize ? "fractions of the row" : "images",
      xLabel: "predicted", yLabel: "actual", range: normalize ? 0...1 : nil,
      texts: normalize
        ? matrix.normalized.map { row in
          row.map { $0.map { Self.twoDigits($0) } ?? "–" }
        } : nil)
  }
}
