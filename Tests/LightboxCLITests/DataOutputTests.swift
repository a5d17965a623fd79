import Foundation
import Testing

@Suite("Figures of data and the folder of images")
struct DataOutputTests {
  @Test("a figure does not replace a file in the folder of the images, whatever its path")
  func images() throws {
    let work = try Scratch()
    for number in 0..<8 {
      try work.writeFilm("films/\(number % 2 == 0 ? "a" : "b")/\(number).dcm", seed: number)
    }
    let options = ["films", "--labels", "folders", "--size", "32", "--batch-size", "2"]
    #expect(try work.lightbox(["data", "show"] + options + ["--out", "first.png"]).code == 0)
    let picture = try Data(contentsOf: URL(fileURLWithPath: "\(work.path)/first.png"))
    try work.write(picture, to: "films/a/own.png")
    try FileManager.default.createSymbolicLink(
      atPath: "\(work.path)/link", withDestinationPath: "films")
    for path in ["films/a/own.png", "link/a/own.png", "films/../films/b/../a/own.png"] {
      for command in [["data", "show"], ["lr-find"]] {
        let outcome = try work.lightbox(command + options + ["--out", path])
        #expect(outcome.code == 64, "\(outcome.errors)")
        #expect(outcome.errors.contains("\(path) exists in the folder of the images"))
      }
    }
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: "\(work.path)/films/a/own.png")) == picture)
    #expect(try work.lightbox(["data", "show"] + options + ["--out", "first.png"]).code == 0)
  }
}
