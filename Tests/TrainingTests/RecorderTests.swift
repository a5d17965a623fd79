import DataBlocks
import TestSupport
import Testing
import Training

@Suite("The recorder against fastai")
struct RecorderTests {
  private struct File: Decodable {
    struct Case: Decodable { let beta: Double, smoothed: [Double] }
    let losses: [Double], cases: [Case]
  }

  @Test("smoothed losses with fastai's default β, 0.98; other values cannot be set")
  func smoothed() throws {
    let file = try Fixture.json("training/recorder.json", as: File.self)
    #expect(file.cases.map(\.beta) == [0.98, 0.9])
    let test = file.cases[0]
    let scripted = ScriptedLearner(batches: file.losses.count / 2, hasValidation: false)
    scripted.script.set(train: file.losses)
    try scripted.learner.fit(2)
    #expect(test.smoothed.count == 40)
    expectClose(scripted.learner.recorder.losses, test.smoothed, relative: 1e-12, "smoothed")
    let rows = scripted.learner.recorder.rows
    expectClose(rows.map(\.trainLoss), [test.smoothed[19], test.smoothed[39]], relative: 1e-12)
    #expect(rows.allSatisfy { $0.validLoss == nil && $0.metrics.isEmpty })
    #expect(scripted.learner.recorder.learningRates.count == 40)
  }
}
