import Foundation
import Testing

@Suite("export, calibrate and --tta")
struct ExportTests {
  @Test("predict, evaluate and interpret take the exported file alone, with the run's output")
  func export() throws {
    let work = try Scratch()
    try work.train()
    let made = try work.lightbox(["export", "run", "--out", "model.safetensors"])
    #expect(
      made.code == 0 && made.output.hasPrefix("model.safetensors: resnet20, 2 classes"),
      "\(made.errors)")
    let commands = [
      ["predict", "MODEL", "films", "--json"],
      ["evaluate", "MODEL", "films", "--split", "all", "--predictions", "table.csv"],
    ]
    var tables: [String] = []
    for command in commands {
      let outputs = try ["run", "model.safetensors"].map { model in
        let outcome = try work.lightbox(command.map { $0 == "MODEL" ? model : $0 })
        #expect(outcome.code == 0, "\(command): \(outcome.errors)")
        if command[0] == "evaluate" {
          tables.append(try String(contentsOfFile: "\(work.path)/table.csv", encoding: .utf8))
        }
        // Without the line of times.
        return outcome.output.split(separator: "\n").filter { !$0.contains("images/s") }
      }
      #expect(outputs[0] == outputs[1])
    }
    #expect(tables.count == 2 && tables[0] == tables[1])
    try FileManager.default.removeItem(atPath: "\(work.path)/run")
    let maps = try work.lightbox([
      "interpret", "model.safetensors", "films/0.dcm", "--out", "maps", "--boxes",
    ])
    #expect(maps.code == 0 && work.exists("maps/0.png"), "\(maps.errors)")
    for (arguments, text) in [
      (["interpret", "model.safetensors", "--out", "maps"], "has no data of its own"),
      (["predict", "model.safetensors", "films", "--checkpoint", "last"], "--checkpoint last"),
      (["export", "model.safetensors", "--out", "b.safetensors"], "already"),
      (["predict", "films/0.dcm", "films"], "films/0.dcm"),
      (["export", "films", "--out", "b.safetensors"], "run.json"),
    ] {
      let outcome = try work.lightbox(arguments)
      #expect(
        outcome.code != 0 && !outcome.wasKilled && outcome.errors.contains(text), "\(outcome)")
    }
  }

  @Test("a calibration is stored, used, mentioned and removed; the test images are refused")
  func calibrate() throws {
    let work = try Scratch()
    try work.train()
    let refused = try work.lightbox(["calibrate", "run", "--split", "test"])
    #expect(refused.code == 1 && refused.errors.contains("cannot be chosen on the test images"))
    #expect(!work.exists("run/calibration.json"))
    let found = try work.lightbox([
      "calibrate", "run", "--temperature", "--threshold", "sensitivity:0.95",
    ])
    #expect(found.code == 0 && work.exists("run/calibration.json"), "\(found.errors)")
    for word in [
      "temperature ", "threshold p(b) >= ", "before", "after", "log loss", "sensitivity",
    ] {
      #expect(found.output.contains(word), "\(word): \(found.output)")
    }
    let predicted = try work.lightbox(["predict", "run", "films/0.dcm"])
    #expect(predicted.errors.contains("b from p >= "), "\(predicted.errors)")
    let evaluated = try work.lightbox(["evaluate", "run", "films"])
    #expect(
      evaluated.output.replacing("\n", with: " ").contains(
        "chosen for a sensitivity of at least 0.95"), "\(evaluated.output)")
    #expect(evaluated.output.contains("calibration.json"))
    let json = try work.lightbox(["evaluate", "run", "films", "--threshold", "0", "--json"])
    struct Answer: Decodable {
      struct Decision: Decodable { let source: String, className: String? }
      let threshold: Double?, decision: Decision, confusionMatrix: [[Int]]
    }
    let answer = try JSONDecoder().decode(Answer.self, from: Data(json.output.utf8))
    #expect(answer.threshold == 0 && answer.decision.source == "given")
    #expect(answer.confusionMatrix == [[0, 2], [0, 2]])
    let exported = try work.lightbox(["export", "run", "--out", "model.safetensors"])
    #expect(exported.code == 0)
    let again = try work.lightbox(["predict", "model.safetensors", "films/0.dcm"])
    #expect(again.output == predicted.output && again.errors.contains("model.safetensors"))
    let removed = try work.lightbox(["calibrate", "run", "--remove"])
    #expect(removed.code == 0 && !work.exists("run/calibration.json"))
    for arguments in [
      ["--threshold", "best"], ["--threshold", "1.5"], ["--remove", "--temperature"],
    ] {
      #expect(try work.lightbox(["calibrate", "run"] + arguments).code == 64)
    }
  }

  @Test("--tta mixes passes, the same each time; without random transforms it says so")
  func augmented() throws {
    let work = try Scratch()
    try work.train()
    let plain = try work.lightbox(["predict", "run", "films/0.dcm", "--json"])
    let one = try work.lightbox(["predict", "run", "films/0.dcm", "--json", "--tta", "3"])
    let two = try work.lightbox(["predict", "run", "films/0.dcm", "--json", "--tta", "3"])
    #expect(
      one.code == 0 && one.output == two.output && one.output != plain.output, "\(one.errors)")
    let report = try work.lightbox(["evaluate", "run", "films", "--tta", "2"])
    #expect(
      report.code == 0 && report.output.replacing("\n", with: " ").contains("2 augmented passes"),
      "\(report.errors)")
    for value in ["0", "101", "x"] {
      #expect(try work.lightbox(["predict", "run", "films/0.dcm", "--tta", value]).code == 64)
    }
    let damaged = try work.lightbox(["predict", "run", "films/labels.csv", "--tta", "2"])
    #expect(damaged.code == 2 && damaged.errors.contains("films/labels.csv"), "\(damaged)")
  }
}
