import Files
import Testing
import Training

@Suite("Checkpoints in memory")
struct MemoryCheckpointsTests {
  @Test("a checkpoint that was never saved is an error that names it")
  func unknownCheckpoint() throws {
    let learner = ScriptedLearner().learner
    try learner.checkpoints.save("best", learner, withOptimizer: false)
    let error = #expect(throws: UnknownCheckpoint.self) {
      try learner.checkpoints.load("last", into: learner, withOptimizer: false)
    }
    #expect(error?.name == "last" && error?.known == ["best"])
    #expect(
      error?.description == "\"last\": no checkpoint was saved under this name; saved are best")
  }
}
