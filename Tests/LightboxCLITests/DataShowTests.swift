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
    #expect(
      try work.run(
        "ln -s $PWD/films/train/000000.dcm own.png; ln -s $PWD/films/train/000001.dcm film.png; md5sum films/*/* > sums"
      ).code == 0)
    for (options, message) in [
      ("films --out a.txt", "use a name that ends in .png"),
      ("films --out a.png --windows lungs", "--windows is for one file"),
      ("films --out a.png --valid --unique", "validation images are the same in each epoch"),
      ("films --out a.png --count 0", "--count 0"),
      ("films/train/000000.dcm --out a.png --colormap mauve", "--colormap mauve: use one of"),
      ("films/train/000000.dcm --out a.png --windows lugns", "lugns"),
      ("films/labels.csv --out a.png", "labels.csv"),
      ("films/train/000000.dcm --out a.png --windows ';'", "--windows ;: name an intensity"),
      ("films/train/000000.dcm --out own.png", "own.png is read: choose another name"),
      ("films --size 32 --out film.png", "film.png exists and is a DICOM file"),
      ("nothing --out a.png", "nothing"),
    ] {
      let refused = try work.run("$lightbox data show \(options)")
      #expect(refused.code != 0 && refused.errors.contains(message), "\(refused.errors)")
      #expect(!work.exists("a.png") && !work.exists("a.txt"))
    }
    // Tables of the data are not written over, those of the same command are.
    for (command, message) in [
      ("data split films --out films/labels.csv", "films/labels.csv is read"),
      ("data split films --out films/masks.csv", "films/masks.csv exists and is of another kind"),
      ("data split films --out films/train/000000.dcm", "is a DICOM file"),
      ("data scan films --no-index --csv films/labels.csv", "exists and is of another kind"),
      ("data scan films --no-index --html films/masks.csv", "exists and is of another kind"),
      ("data scan films --no-index --csv x.csv --table x.csv", "--csv and --table both name x.csv"),
    ] {
      let refused = try work.run("$lightbox \(command)")
      #expect(refused.code != 0 && refused.errors.contains(message), "\(refused.errors)")
    }
    // An expression that tries too many ways is given up.
    let slow = try work.run(
      """
      mkdir slow; cp films/train/000000.dcm slow/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.dcm
      $lightbox data split slow --labels 'name:((((.*)*)*)*)*X' --out slow.csv
      """)
    #expect(
      slow.code == 1 && slow.errors.contains("takes more than 5 seconds with the name \"aaa"),
      "\(slow.errors)")
    let again = try work.run(
      """
      md5sum --quiet -c sums || exit 1
      for i in 1 2; do
        $lightbox data split films --split-column none --out split.csv > /dev/null 2>&1 || exit 2
        $lightbox data scan films --no-index --csv f.csv --html f.html --table f.sqlite > /dev/null || exit 3
        $lightbox data scan films --no-index --table t.csv > /dev/null || exit 4
      done
      """)
    #expect(again.code == 0, "\(again.code) \(again.errors)")
  }
}
