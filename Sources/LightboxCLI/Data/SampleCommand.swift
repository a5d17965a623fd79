import ArgumentParser
import Lightbox

struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample", abstract: "Unpack a bundled sample of real radiographs.")

  @Argument(help: "The name of the sample: pneumonia28.")
  var name: String

  @Argument(help: "The folder to create.")
  var out: String

  func run() throws {
    let sample = try SampleDataset.named(name)
    let count = try sample.unpack(to: out)
    print("\(out): \(count) files. \(sample.summary)")
    print("\(sample.license): \(sample.attribution)")
  }
}
