import Checkpoints
import DataBlocks
import Files
import Foundation
import Logbook
import Models
import Runs
import Tensors
import Testing
import Training
import Vision

/// A transform that no other test registers.
private struct SavedRunInvert: Transform {
  var strength: Float = 1
  let effects: TransformEffects = .pixels
  enum CodingKeys: String, CodingKey { case strength }
  func apply(to sample: inout Sample, _ context: inout TransformContext) {
    sample.updateValues { image in
      for i in image.values.indices { image.values[i] = strength - image.values[i] }
    }
  }
}

@Suite("Saved runs")
struct SavedRunTests {
  @Test("without a best checkpoint the last is loaded; without either, the error names the file")
  func fallsBack() throws {
    let work = try Workspace()
    let path = work.file("run")
    try work.plan(try work.table()).quietRun(in: path)
    let image = work.file("0.png")
    let best = try SavedRun(path)
    #expect(best.checkpoint == "best")
    #expect(try SavedRun(path, checkpoint: "last").checkpoint == "last")
    try FileManager.default.removeItem(atPath: "\(path)/checkpoints/best.safetensors")
    let last = try SavedRun(path)
    #expect(last.checkpoint == "last")
    // One epoch: the best weights are the last.
    let expected = try best.predictor.predict(image).probabilities
    #expect(try last.predictor.predict(image).probabilities == expected)
    try FileManager.default.removeItem(atPath: "\(path)/checkpoints/last.safetensors")
    let error = #expect(throws: RunError.self) { try SavedRun(path) }
    #expect(error?.reason == .noCheckpoint("best"))
    let none = #expect(throws: RunError.self) { try SavedRun(work.path) }
    #expect(none?.reason == .severalRuns(first: "run"))
    let nothing = #expect(throws: RunError.self) { try SavedRun("\(path)/figures") }
    #expect(nothing?.reason == .notARun)
  }

  @Test("weights of another architecture are refused with the file's name")
  func otherWeights() throws {
    let work = try Workspace()
    let path = work.file("run")
    try work.plan(try work.table()).quietRun(in: path)
    let json = try work.text("run/run.json")
    try work.write(json.replacing("\"resnet20\"", with: "\"resnet32\""), to: "run/run.json")
    let error = #expect(throws: WeightsMismatch.self) { try SavedRun(path) }
    #expect(error?.path == "\(path)/checkpoints/best.safetensors")
    try work.write(json.replacing("\"resnet20\"", with: "\"resnet2020\""), to: "run/run.json")
    let unknown = #expect(throws: RunError.self) { try SavedRun(path) }
    #expect(unknown?.place.element == "plan.model.arch")
  }

  @Test("a run of another format is refused with the version that wrote it")
  func otherFormat() throws {
    let work = try Workspace()
    let path = work.file("run")
    try work.plan(try work.table()).quietRun(in: path)
    let json = try work.text("run/run.json")
    let changed = json.replacing("\"format\" : 3", with: "\"format\" : 1")
      .replacing("\"version\" : \"\(lightboxVersion)\"", with: "\"version\" : \"0.1.0\"")
    #expect(changed != json)
    try work.write(changed, to: "run/run.json")
    let error = #expect(throws: RunFormatError.self) { try SavedRun(path) }
    #expect(error?.reason == .format(1, version: "0.1.0"))
    #expect(
      error?.description
        == "\(path)/run.json: the run has format 1 of Lightbox 0.1.0; this version reads formats 2 and 3; open it with "
        + "the version that wrote it (0.1.0), or train again")
    try work.write("{", to: "run/run.json")
    let damaged = #expect(throws: RunError.self) { try SavedRun(path) }
    #expect(damaged?.place.file == "\(path)/run.json")
  }

  @Test("a transform that is not registered is named, with the call that registers it")
  func ownTransform() throws {
    let work = try Workspace()
    let path = work.file("run")
    let plan = work.plan(try work.table(), transforms: [SavedRunInvert(strength: 0.9)])
    let result = try plan.quietRun(in: path)
    for open in [
      { _ = try SavedRun(path) }, { _ = try RunSummary(path) },
    ] as [() throws -> Void] {
      let error = #expect(throws: DataError.self) { try open() }
      #expect(error?.reason == .unknownTransform("SavedRunInvert"))
      #expect(
        error?.description
          == "\(path)/run.json: the pipeline uses the transform \"SavedRunInvert\", which is not "
          + "registered; call Pipeline.register(SavedRunInvert.self) before loading")
    }
    Pipeline.register(SavedRunInvert.self)
    let saved = try SavedRun(path)
    #expect(saved.predictor.pipeline == plan.pipeline)
    let image = work.file("1.png")
    let expected = try result.learner.predict(image).probabilities
    #expect(try saved.predictor.predict(image).probabilities == expected)
  }

  @Test("runs are listed by name, with those that cannot be read, and shown without their weights")
  func summaries() throws {
    let work = try Workspace()
    let table = try work.table()
    let runs = work.file("runs")
    try FileManager.default.createDirectory(atPath: runs, withIntermediateDirectories: true)
    #expect(throws: RunError.self) { try RunSummary.list(in: runs) }
    var plan = work.plan(table)
    plan.epochs = 2
    try plan.quietRun(in: "\(runs)/b")
    plan.epochs = 1
    try plan.quietRun(in: "\(runs)/a")
    try FileManager.default.createDirectory(
      atPath: "\(runs)/c", withIntermediateDirectories: true)
    try work.write("{}", to: "runs/c/run.json")
    try FileManager.default.createDirectory(
      atPath: "\(runs)/no run", withIntermediateDirectories: true)

    let listed = try RunSummary.list(in: runs)
    #expect(listed.map(\.name) == ["a", "b", "c"])
    #expect(listed.map(\.status) == ["finished", "finished", "unreadable"])
    #expect(listed.map(\.architecture) == ["resnet20", "resnet20", nil])
    #expect(listed.map(\.epochs.count) == [1, 2, 0])
    #expect(listed.map { $0.error == nil } == [true, true, false])
    #expect(listed.map { $0.summary == nil } == [false, false, true])
    let best = try #require(listed[1].bestEpoch?.validLoss)
    #expect(listed[1].epochs.allSatisfy { ($0.validLoss ?? .infinity) >= best })
    #expect(listed[2].bestEpoch == nil)
    #expect(try RunSummary.list(in: "\(runs)/a").map(\.name) == ["a"])

    try FileManager.default.removeItem(atPath: "\(runs)/b/checkpoints")
    let shown = try RunSummary("\(runs)/b")
    #expect(shown.epochs.count == 2 && shown.status == "finished")
    let settings = Dictionary(
      shown.description.settings.map { ($0.name, $0.value) }, uniquingKeysWith: { a, _ in a })
    #expect(settings["images"] == "8 training, 4 validation, 0 test")
    #expect(settings["epochs"] == "2" && settings["weights"] == "random")
    #expect(settings["batch-size"] == "4" && settings["workers"] == "2")
    #expect(settings["shared patients"] == "unknown")
  }

  @Test("a table of predictions quotes commas, quotes and line breaks, and is read back")
  func predictionTable() throws {
    let work = try Workspace()
    let predictions = Predictions(
      outputs: [[0, 1], [2, 1], [0, 3]],
      probabilities: [[0.25, 0.75], [0.7311, 0.2689], [0, 1]],
      targets: [], itemIndices: [2, 0, 1])
    let items = [
      DataItem(path: "a, b.png", label: "say \"hi\""), DataItem(path: "line\nbreak.png"),
      DataItem(path: "carriage\r\nreturn.png", label: "x,y"),
    ]
    // Every label comes back as it was.
    let labels = [" a ", "\u{A0}b", "c\r\nd", "e\"", "\"", "f;g", "=1+1", "\t", "h\ri"]
    let odd = Predictions(
      outputs: labels.map { _ in [0, 1] }, probabilities: labels.map { _ in [0.5, 0.5] },
      targets: [], itemIndices: Array(labels.indices))
    try odd.writeCSV(
      to: work.file("odd.csv"), items: labels.map { DataItem(path: $0, label: $0) },
      vocab: ["x", "\n y"])
    let read = try CSVTable(contentsOf: work.file("odd.csv"))
    #expect(read.columns == ["file", "label", "predicted", "p(x)", "p(\n y)"])
    #expect(read.rows.map { $0["label"] } == labels && read.rows.map { $0["file"] } == labels)
    #expect(read.rows.allSatisfy { $0["predicted"] == "\n y" })

    let path = work.file("table.csv")
    try work.write("an older file", to: "table.csv")
    try predictions.writeCSV(to: path, items: items, vocab: ["say \"hi\"", "x,y"])
    #expect(
      try work.text("table.csv") == """
        file,label,predicted,"p(say ""hi"")","p(x,y)"
        "carriage\r\nreturn.png","x,y","x,y",0.250000,0.750000
        "a, b.png","say ""hi\""","say ""hi\""",0.731100,0.268900
        "line\nbreak.png",,"x,y",0.000000,1.000000

        """)
    let table = try CSVTable(contentsOf: path)
    #expect(table.columns == ["file", "label", "predicted", "p(say \"hi\")", "p(x,y)"])
    #expect(table.rows.map { $0["file"] } == [items[2].path, items[0].path, items[1].path])
    #expect(table.rows.map { $0["label"] } == ["x,y", "say \"hi\"", ""])
    #expect(throws: FileError.self) {
      try predictions.writeCSV(to: work.file("none/t.csv"), items: items, vocab: ["a", "b"])
    }
  }
}
