import Files
import Foundation
import Logbook
import Runs
import Testing
import Training

@Suite("Settings that were edited, and runs that are interrupted")
struct RunSettingsTests {
  @Test("every field of run.json is checked; the error names the file and the field")
  func fields() throws {
    let work = try Workspace()
    try work.plan(try work.table()).quietRun(in: work.file("run"))
    let json = try work.text("run/run.json")
    let cases: [(old: String, new: String, text: String)] = [
      (
        "\"height\" : 32", "\"height\" : -4",
        "the transform Resize: height is -4, but must be 1 to 8192"
      ),
      ("\"height\" : 32", "\"height\" : 0", "height is 0, but must be 1 to 8192"),
      ("\"height\" : 32", "\"height\" : 1099511627776", "height is 1099511627776, but must be"),
      ("\"height\" : 32", "\"height\" : 1.5", "\"plan.pipeline[1].settings.height\": it is 1.5"),
      ("\"height\" : 32", "\"height\" : NaN", "\"NaN\" is not JSON"),
      ("\"height\" : 32", "\"height\" : 1e999", "the number 1e999 is too large"),
      (
        "\"method\" : \"crop\"", "\"method\" : \"cut\"",
        "settings.method\": \"cut\" is not one of its values"
      ),
      (
        "\"mean\" : [", "\"mean\" : [ 1,",
        "Normalize: standardDeviation has 3 numbers, but mean has 4"
      ),
      ("\"mean\" : [", "\"mean\" : 3, \"x\" : [", "settings.mean\": it is 3, but must be a list"),
      ("0.229", "0", "Normalize: standardDeviation[0] is 0.0, but must be"),
      ("0.485", "1e30", "Normalize: mean[0] is 1e+30, but must be"),
      (
        "\"frames\" : \"refuse\"", "\"frames\" : \"refuse\", \"frame\" : -1",
        "frame is -1, but must be 0 or more"
      ),
      (
        "\"name\" : \"Resize\"", "\"name\" : 7",
        "\"plan.pipeline[1].name\": it is 7, but must be text"
      ),
      (
        "\"arch\" : \"resnet20\"", "\"arch\" : \"no\"",
        "\"plan.model.arch\": there is no architecture"
      ),
      (
        "\"batch_size\" : 4", "\"batch_size\" : 1",
        "\"plan.data.batch_size\": it is 1, but must be 2 to"
      ),
      (
        "\"batch_size\" : 4", "\"batch_size\" : 1000000000",
        "\"plan.data.batch_size\": it is 1000000000, but must be 2 to 1000000"
      ),
      (
        "\"epochs\" : 1", "\"epochs\" : 9223372036854775807",
        "\"plan.train.epochs\": it is 9223372036854775807"
      ),
      (
        "\"freeze_epochs\" : 0", "\"freeze_epochs\" : -1",
        "\"plan.train.freeze_epochs\": it is -1, but must be 0"
      ),
      (
        "\"lr\" : 0.001", "\"lr\" : 0",
        "\"plan.optimizer.lr\": it is 0, but must be above 0"
      ),
      (
        "\"monitor\" : \"valid_loss\"", "\"monitor\" : \"x\"",
        "\"plan.train.monitor\": it is \"x\", but must be one of"
      ),
      (
        "\"on_bad_gradient\" : \"stop\"", "\"on_bad_gradient\" : \"x\"",
        "\"plan.train.on_bad_gradient\": it is \"x\", but must be \"stop\" or \"skip\""
      ),
      (
        "\"seed\" : 42", "\"seed\" : -1",
        "\"plan.run.seed\": it is -1, but must be a whole number, 0 to"
      ),
      (
        "\"unreadable\" : \"stop\"", "\"unreadable\" : 3",
        "\"plan.data.unreadable\": it is 3, but must be \"stop\""
      ),
      (
        "\"valid_pct\" : 0.2", "\"valid_pct\" : 1",
        "\"plan.data.valid_pct\": it is 1, but must be between"
      ),
      (
        "\"workers\" : 2", "\"workers\" : -1",
        "\"plan.compute.workers\": it is -1, but must be 0 to 1024"
      ),
      (
        "\"precision\" : \"float32\"", "\"precision\" : \"half\"",
        "\"plan.compute.precision\": it is \"half\", but must be \"float32\" or"
      ),
      (
        "\"vocab\" : [", "\"vocab\" : [ \"a\",", "\"vocab[1]\": the class \"a\" is vocab[0] already"
      ),
      ("\"vocab\" : [", "\"vocab\" : [ \" \",", "\"vocab[0]\": the name of the class is blank"),
      (
        "\"vocab\" : [", "\"vocab\" : [], \"x\" : [",
        "\"vocab\": there are 0 classes, but must be 2 to"
      ),
      ("\"train\" : 8", "\"train\" : -8", "\"data.train\": it is -8, but must be 0 or more"),
      ("\"format\" : 3", "\"form\" : 3", "\"format\": the field is missing"),
      ("\"format\" : 3", "\"format\" : 4", "the run has format 4"),
      ("\"vocab\" :", "\"vocab\" : [], \"vocab\" :", "the name \"vocab\" is repeated"),
    ]
    for (old, new, text) in cases {
      let changed = json.replacing(old, with: new, maxReplacements: 1)
      #expect(changed != json, "\(old)")
      try work.write(changed, to: "run/run.json")
      let error = #expect(throws: (any Error).self) { try SavedRun(work.file("run")) }
      let message = error.map { "\($0)" } ?? ""
      #expect(error is any LightboxError && message.contains(text), "\(new): \(message)")
      #expect(message.hasPrefix(work.file("run/run.json")), "\(message)")
    }
    let path = work.file("run/run.json")
    truncate(path, 1 << 30)
    let large = #expect(throws: FileError.self) { try SavedRun(work.file("run")) }
    #expect(large?.problem == "it has 1073741824 bytes; the limit is 16777216")
    try FileManager.default.removeItem(atPath: path)
    mkfifo(path, 0o600)
    #expect(throws: FileError(.notAFile, path: path)) { try SavedRun(work.file("run")) }
  }

  /// Asks a run to end in a batch of an epoch.
  private final class Asking: Callback {
    let cancellation: CancelFitCallback
    let epoch: Int
    init(_ cancellation: CancelFitCallback, epoch: Int) {
      (self.cancellation, self.epoch) = (cancellation, epoch)
    }
    func beforeBatch(_ learner: Learner) throws {
      if learner.epoch == epoch { #expect(cancellation.cancel("SIGTERM")) }
    }
  }

  @Test(
    "a run that is asked to end is interrupted and keeps its finished epochs", arguments: [0, 2])
  func interrupted(epoch: Int) throws {
    let work = try Workspace()
    var plan = work.plan(try work.table())
    plan.epochs = 5
    let cancellation = CancelFitCallback()
    let path = work.file("run")
    let error = #expect(throws: PlanError.self) {
      try plan.run(
        in: path, callbacks: [Asking(cancellation, epoch: epoch)], cancellation: cancellation,
        report: { _ in })
    }
    #expect(error?.reason == .interrupted(reason: "SIGTERM", epochs: epoch, run: path))
    let summary = try RunSummary(path)
    #expect(summary.status == "interrupted" && summary.epochs.count == epoch)
    #expect(summary.reason == error?.problem)
    #expect(!cancellation.cancel("again") && cancellation.reason == "SIGTERM")
    // Other settings do not continue the run.
    plan.epochs = 6
    let again = #expect(throws: RunError.self) { try plan.quietRun(in: path) }
    #expect(again?.reason == .settingsDiffer(["train.epochs is 5, not 6"]))
    plan.epochs = 5
    #expect(try plan.quietRun(in: path).learner.recorder.rows.count == 5)
    let finished = #expect(throws: RunError.self) { try TrainingPlan.resume(path) }
    #expect(finished?.reason == .finished)
  }
}
