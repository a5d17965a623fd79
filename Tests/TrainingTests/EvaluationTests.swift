import Testing
import Training

@Suite("Predictions and their evaluation, against values computed by hand")
struct EvaluationTests {
  /// Predictions whose outputs equal their probabilities.
  private func predictions(
    _ probabilities: [[Float]], _ targets: [Int], losses: [Double] = []
  ) -> Predictions {
    Predictions(
      outputs: probabilities, probabilities: probabilities, targets: targets, losses: losses)
  }

  @Test("two classes: loss, accuracy, area under the curve, recall and precision")
  func twoClasses() {
    let evaluation = Evaluation(
      predictions(
        [[0.1, 0.9], [0.2, 0.8], [0.6, 0.4], [0.65, 0.35], [0.9, 0.1]], [1, 0, 1, 0, 0],
        losses: [0.25, 1.5, 1, 0.5, 0.25]),
      vocab: ["normal", "pneumothorax"])
    #expect(evaluation.items == 5)
    #expect(evaluation.loss == 0.7)
    // Predicted: 1, 1, 0, 0, 0.
    #expect(evaluation.accuracy == 3.0 / 5)
    // Of the 2 · 3 pairs, only (0.4, 0.8) has the positive item below the negative one.
    #expect(abs((evaluation.auc ?? 0) - 5.0 / 6) < 1e-15)
    #expect(evaluation.perClass.map(\.name) == ["normal", "pneumothorax"])
    #expect(evaluation.perClass.map(\.items) == [3, 2])
    #expect(evaluation.perClass.map(\.recall) == [2.0 / 3, 1.0 / 2])
    #expect(evaluation.perClass.map(\.precision) == [2.0 / 3, 1.0 / 2])
  }

  @Test("three classes: the area is the macro average over one class against the rest")
  func threeClasses() {
    let evaluation = Evaluation(
      predictions(
        [[0.5, 0.3, 0.2], [0.4, 0.5, 0.1], [0.45, 0.5, 0.05], [0.2, 0.3, 0.5]], [0, 0, 1, 2],
        losses: [1, 2, 3, 4]),
      vocab: ["a", "b", "c"])
    #expect(evaluation.loss == 2.5 && evaluation.accuracy == 0.75)
    #expect(evaluation.perClass.map(\.items) == [2, 1, 1])
    #expect(evaluation.perClass.map(\.recall) == [0.5, 1, 1])
    #expect(evaluation.perClass.map(\.precision) == [1, 0.5, 1])
    // a: 3 of 4 pairs are in order; b: 2 of 3 and a tie, which counts half; c: all.
    #expect(abs((evaluation.auc ?? 0) - (3.0 / 4 + 2.5 / 3 + 1) / 3) < 1e-15)
  }

  @Test("a class without items and predictions has no recall and no precision; the area is nil")
  func absentClass() {
    let evaluation = Evaluation(
      predictions([[0.5, 0.3, 0.2], [0.4, 0.5, 0.1], [0.3, 0.6, 0.1]], [0, 0, 1]),
      vocab: ["a", "b", "c"])
    #expect(evaluation.auc == nil)
    #expect(evaluation.loss.isNaN)
    #expect(evaluation.perClass.map(\.items) == [2, 1, 0])
    #expect(evaluation.perClass.map(\.recall) == [0.5, 1, nil])
    #expect(evaluation.perClass.map(\.precision) == [1, 0.5, nil])
  }

  @Test("the decoded class is the first of the highest outputs")
  func decoded() {
    let found = predictions(
      [[1, 1, 0], [0, 2, 2], [-3, -1, -2], [0, 0, 0]], [], losses: [])
    #expect(found.decoded == [0, 1, 1, 0])
    #expect(found.count == 4 && found.classCount == 3 && found.itemIndices == [0, 1, 2, 3])
    #expect(found.meanLoss == nil)
  }

  @Test("predictions without labels trap")
  func withoutLabels() async {
    await #expect(processExitsWith: .failure) {
      _ = Evaluation(
        Predictions(outputs: [[1, 2]], probabilities: [[0.3, 0.7]], targets: []), vocab: ["a", "b"])
    }
  }
}
