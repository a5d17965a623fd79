public import Imaging
import Training

extension ClassificationInterpretation {
  /// Draws the confusion matrix (`plot_confusion_matrix`).
  ///
  /// - Parameter normalize: Whether to show fractions of the actual class instead of numbers.
  /// - Returns: Actual classes in rows, predicted ones in columns.
  public func plotConfusionMatrix(normalize: Bool = false) -> Figure {
    let matrix = confusionMatrix()
    return Figure(
      rows: [
        [
          .map(
            ScalarImage(
              width: vocab.count, height: vocab.count,
              values: matrix.counts.joined().map(Float.init)))
        ]
      ], title: "Confusion matrix")
  }
}
