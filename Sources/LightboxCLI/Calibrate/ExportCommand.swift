import ArgumentParser
import Console
import Foundation
import Lightbox

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a run's model into one file.",
    discussion: """
      The file (safetensors) has the weights, the classes, the pipeline, the loss, the temperature and threshold \
      of \"lightbox calibrate\" and the maps of \"lightbox interpret --choose\". predict, evaluate and interpret \
      take it in place of a run; in Swift, loadLearner opens it. It names no patient and no table.
      """)

  @OptionGroup var model: RunOptions

  @Option(help: "The file to write; an existing one is replaced.")
  var out: String

  func run() throws {
    try requireFolder(of: "--out", out)
    let model = try model.open(frames: nil)
    guard let run = model.run else {
      throw ValidationError("\(self.model.run) is an exported model already; copy it")
    }
    let description = try run.export(out)
    let size = try FileManager.default.attributesOfItem(atPath: out)[.size] as? Int ?? 0
    print(
      "\(out.printable): \(description.architecture), \(description.labelWords), "
        + "\(NumberFormat.fixed(Double(size) / 1e6, 1)) MB")
  }
}
