import Foundation
import Testing

@Suite("lightbox data show")
struct DataShowTests {
  @Test("a batch, one image in several epochs, the windows of a file, and what is refused")
  func show() throws {
    let work = try ShellScript()
    for (options, figure) in [
      ("films --size 32 --batch-size 8", "batch.png"),
      ("films --size 32 --batch-size 8 --unique --count 4 --set augment.max_rotate=45", "u.svg"),
      ("films --size 32 --valid --count 2", "valid.jpg"),
      ("films/train/000000.dcm --windows 'auto;lungs;percentile:1,99'", "windows.png"),
      ("films/train/000000.dcm --colormap viridis", "color.png"),
    ] {
      let shown = try work.run("$lightbox data show \(options) --out \(figure)")
      #expect(shown.code == 0, "\(options): \(shown.errors)")
      #expect(shown.output == "\(figure)\n" && work.exists(figure))
      for line in shown.errors.split(separator: "\n") where !line.hasPrefix("lightbox: columns") {
        #expect(line.count <= 100, "\(line)")
      }
    }
    let batch = try work.run("$lightbox data show films --size 32 --out b.png")
    #expect(batch.errors.contains("  Resize: 32 x 32, 1 channel of 8 bits"))
    for (options, message) in [
      ("films --out a.txt", "use a name that ends in .png"),
      ("films --out a.png --windows lungs", "--windows is for one file"),
      ("films --out a.png --valid --unique", "validation images are the same in each epoch"),
      ("films --out a.png --count 0", "--count 0"),
      ("films/train/000000.dcm --out a.png --colormap mauve", "--colormap mauve: use one of"),
      ("films/train/000000.dcm --out a.png --windows lugns", "lugns"),
      ("films/labels.csv --out a.png", "labels.csv"),
      ("nothing --out a.png", "nothing"),
    ] {
      let refused = try work.run("$lightbox data show \(options)")
      #expect(refused.code != 0 && refused.errors.contains(message), "\(refused.errors)")
      #expect(!work.exists("a.png") && !work.exists("a.txt"))
    }
  }
}
