import Checkpoints
import Logbook
import Runs
import Testing
import Training

@Suite("Random streams of runs that start from another run")
struct LineageTests {
  private func streams(_ path: String) throws -> String? {
    try Checkpoint(contentsOf: "\(path)/checkpoints/best.safetensors").metadata["streams"]
  }

  @Test("with the same seed, a run from a run's weights does not draw its streams again")
  func lineage() throws {
    let work = try Workspace()
    var plan = work.plan(try work.table())
    plan.freezeEpochs = 0
    let first = work.file("first")
    try plan.quietRun(in: first)
    #expect(try streams(first) == "\(plan.seed)")

    var second = try TrainingPlan(from: first)
    #expect(second.weights == "\(first)/checkpoints/best.safetensors" && second.freezeEpochs == 0)
    try second.quietRun(in: work.file("second"))
    let found = try #require(try streams(work.file("second")))
    #expect(found != "\(plan.seed)")
    // An exported file has the lineage too, and the same weights give the same streams.
    let exported = work.file("model.safetensors")
    try SavedRun(first).export(exported)
    second.weights = exported
    try second.quietRun(in: work.file("third"))
    #expect(try streams(work.file("third")) == found)
    // A run from the second one draws others again.
    try TrainingPlan(from: work.file("second")).quietRun(in: work.file("fourth"))
    let next = try streams(work.file("fourth"))
    #expect(next != found && next != "\(plan.seed)")
    // The parts of the data are those of the seed alone.
    #expect(try work.text("second/split.csv") == work.text("first/split.csv"))
  }
}
