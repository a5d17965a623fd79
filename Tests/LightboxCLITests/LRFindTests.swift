import Foundation
import Testing

@Suite("Searching for a learning rate")
struct LRFindCommandTests {
  @Test("suggestions, a setting to use, a figure, and no run")
  func search() throws {
    let work = try Scratch()
    try work.writeData("films")
    let arguments = ["lr-find", "films", "--threads", "2", "--num-it", "30"] + Scratch.training
    let found = try work.lightbox(arguments + ["--out", "lr.png"])
    #expect(found.code == 0, "\(found.errors)")
    for rule in ["valley", "slide", "minimum", "steep"] {
      #expect(found.output.contains("\n\(rule) "), "\(found.output)")
    }
    let setting = try #require(
      found.output.split(separator: "\n").last { $0.hasPrefix("--set optimizer.lr=") })
    #expect(Double(setting.dropFirst(19)).map { $0 > 0 } == true)
    let files = try FileManager.default.contentsOfDirectory(atPath: work.path)
    #expect(files.sorted() == ["films", "lr.png"])
    // The same twice, as JSON.
    let (one, two) = (
      try work.lightbox(arguments + ["--json"]), try work.lightbox(arguments + ["--json"])
    )
    #expect(one.code == 0 && one.output == two.output && one.output.hasPrefix("{"))
    #expect(one.output.contains("\"method\" : \"valley\""))
  }

  @Test("what cannot work is refused before data is read")
  func refusals() throws {
    let work = try Scratch()
    try work.writeData("films")
    for (arguments, message) in [
      (["lr-find"], "give a folder of images or a settings file"),
      (["lr-find", "films", "--out", "lr.pdf"], "use a name that ends in .png or .svg"),
      (["lr-find", "films", "--num-it", "2"], "--num-it"),
      (["lr-find", "films", "--start-lr", "11"], "it must be below --end-lr"),
      (
        ["lr-find", "films", "--set", "optimizer.name=lokahead"], "did you mean \"lookahead\"?"
      ),
    ] {
      let found = try work.lightbox(arguments)
      #expect(found.code == 64 && found.errors.contains(message), "\(found.errors)")
    }
  }
}
