import Foundation
import Testing
import TestSupport

@Suite("Folders of films")
struct FolderTests {
  @Test("links are followed once, loops end; what cannot be read is listed")
  func links() throws {
    let work = try Scratch()
    for number in 0..<3 { try work.writeFilm("real/sub/\(number).dcm", seed: number) }
    try work.writeFilm("other/x.dcm", seed: 9)
    try work.write([0x50, 0x4B, 3, 4, 0, 0], to: "real/films.zip")
    try work.write(Array("junk".utf8), to: "real/sub/._0.dcm")
    try work.write(Array("thumbs".utf8), to: "real/Thumbs.db")
    let outcome = try Program.shell(
      """
      ln -s real top && ln -s .. real/loop && ln -s ../other real/folder && ln -s sub/0.dcm real/same.dcm
      ln -s ../other/x.dcm real/x2.dcm && ln -s nowhere real/lost.dcm && ln -s self real/self
      mkfifo real/pipe.dcm
      timeout 20 $lightbox data scan top
      """, in: work.path)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("6 files: 4 DICOM images"), "\(outcome.output)")
    for line in ["films.zip", "top/lost.dcm", "top/self", "top/pipe.dcm"] {
      #expect("\(outcome.output)\n".contains("\n    \(line)\n"), "\(line)")
    }
    #expect(outcome.output.contains("1 hidden file"))
  }

  @Test("a scan that finds no DICOM file exits with 1")
  func nothing() throws {
    let work = try Scratch()
    try work.write(Array("text".utf8), to: "docs/a.txt")
    for folder in ["docs", "none"] {
      let outcome = try work.lightbox(["data", "scan", folder])
      #expect(outcome.code == 1 && outcome.errors.contains("\(folder): "), "\(outcome.errors)")
    }
    let deep = (0..<60).map { "d\($0)" }.joined(separator: "/")
    try work.writeFilm("deep/\(deep)/a.dcm")
    #expect(try work.lightbox(["data", "scan", "deep"]).output.contains("1 file: 1 DICOM image,"))
  }

  @Test(
    "a scan writes JSON, a table, a page; the second one reads nothing; identifiers stay inside")
  func outputs() throws {
    let work = try Scratch()
    try work.writeData("films", train: 3, valid: 2, test: 1)
    try work.write([], to: "films/empty.dcm")
    let command =
      "export XDG_CACHE_HOME=$PWD/cache; $lightbox data scan films --labels labels.csv --json"
    let first = try Program.shell(
      "\(command) --csv scan.csv --html scan.html --thumbnails --table headers.sqlite",
      in: work.path)
    #expect(first.code == 2, "\(first.errors)")
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(first.output.utf8)) as? [String: Any])
    #expect(json["dicomImages"] as? Int == 6 && json["unreadable"] as? Int == 1)
    #expect(json["unchanged"] as? Int == 0)
    for name in ["scan.csv", "scan.html", "headers.sqlite"] {
      #expect(work.exists(name), "\(name)")
    }
    let modes = try Program.shell(
      "stat -c %a scan.html headers.sqlite cache/lightbox/scans cache/lightbox/scans/*",
      in: work.path)
    #expect(modes.output == "600\n600\n700\n600\n", "\(modes.output)")
    let page = try String(contentsOfFile: "\(work.path)/scan.html", encoding: .utf8)
    #expect(page.contains("data:image/jpeg;base64,") && !page.contains("://"))
    let second = try Program.shell(command, in: work.path)
    #expect(second.output.contains("\"unchanged\" : 8"), "\(second.output)")
    let plain = try Program.shell(
      "export XDG_CACHE_HOME=/proc/none; $lightbox data scan films --html p.html", in: work.path)
    #expect(plain.errors.contains("the index was not used"), "\(plain.errors)")
    #expect(plain.output.contains("NEEDS ATTENTION") && plain.output.contains("empty.dcm"))
    #expect(try !String(contentsOfFile: "\(work.path)/p.html", encoding: .utf8).contains("<img"))
    for (arguments, message) in [
      (["--thumbnails"], "--html"), (["--table", "x.xlsx"], ".sqlite"),
      (["--index", "films/0.dcm"], "not an index"), (["--labels", "none.csv"], "no table"),
      (["--index", "x", "--no-index"], "exclude"),
    ] {
      let bad = try work.lightbox(["data", "scan", "films"] + arguments)
      #expect(bad.code != 0 && bad.errors.contains(message), "\(bad.errors)")
    }
  }

  @Test("data sets are listed; unknown ones and those by hand are errors with a way out")
  func fetch() throws {
    let work = try Scratch()
    let list = try work.lightbox(["data", "fetch", "--out", "here"])
    #expect(
      list.code == 0 && list.output.contains("siim_small") && list.output.contains("siim-acr"))
    #expect(list.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(list.output)")
    let wrong = try work.lightbox(["data", "fetch", "siim_smal"])
    #expect(wrong.code == 1 && wrong.errors.contains("did you mean siim_small"))
    let hand = try work.lightbox(["data", "fetch", "siim-acr"])
    #expect(hand.code == 1 && hand.errors.contains("kaggle.com"))
    let offline = try Program.shell(
      "LIGHTBOX_OFFLINE=1 $lightbox data fetch mnist_tiny --out here", in: work.path)
    #expect(offline.code == 1 && offline.errors.contains("LIGHTBOX_OFFLINE"))
  }

  @Test("a folder that cannot be read is listed")
  func permissions() throws {
    guard geteuid() != 0 else { return }  // Root reads everything.
    let work = try Scratch()
    try work.writeFilm("films/a.dcm")
    try work.writeFilm("films/closed/b.dcm")
    let outcome = try Program.shell(
      "chmod 0 films/closed; $lightbox data scan films; code=$?; chmod 700 films/closed; exit $code",
      in: work.path)
    #expect(outcome.code == 2 && outcome.output.contains("films/closed: it cannot be read"))
  }

  @Test(
    "names that are not UTF-8 work in scan, predict and interpret, and are shown with their bytes")
  func names() throws {
    let work = try Scratch()
    try work.train()
    let outcome = try Program.shell(
      """
      mkdir odd && cp films/0.dcm $'odd/caf\\xe9.dcm' && cp films/1.dcm $'odd/caf\\xe8.dcm'
      $lightbox data scan odd | head -1
      $lightbox predict run $'odd/caf\\xe9.dcm' --json || exit 3
      $lightbox predict run odd || exit 4
      $lightbox interpret run odd --out maps || exit 5
      $lightbox predict run $'odd/no\\xff.dcm'
      ls maps | wc -l
      """, in: work.path)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("2 files: 2 DICOM images"))
    #expect(outcome.output.contains(#""file" : "odd/caf\\xE9.dcm""#), "\(outcome.output)")
    #expect(outcome.output.contains(#"odd/caf\xE8.dcm"#))
    #expect(outcome.errors.contains(#"odd/no\xFF.dcm: "#), "\(outcome.errors)")
    #expect(outcome.output.hasSuffix("3\n"), "\(outcome.output)")
  }

  @Test("a folder given to predict means the images below it")
  func expanded() throws {
    let work = try Scratch()
    try work.train()
    let outcome = try work.lightbox(["predict", "run", "films"])
    #expect(outcome.code == 0 && outcome.output.split(separator: "\n").count == 17)
    try work.write(Array("x".utf8), to: "empty/x.txt")
    let linked = try Program.shell(
      """
      mkdir -p mixed/DICOMDIR.d && ln -s ../films mixed/films && ln -s none mixed/lost.dcm
      cp films/0.dcm mixed/DICOMDIR && mkfifo mixed/pipe.dcm
      timeout 20 $lightbox predict run mixed
      """, in: work.path)
    #expect(linked.code == 0 && linked.output.split(separator: "\n").count == 17)
    #expect(
      linked.errors.contains("mixed/lost.dcm: ") && linked.errors.contains("mixed/pipe.dcm: "))
    let empty = try work.lightbox(["predict", "run", "empty"])
    #expect(empty.code == 1 && empty.errors.contains("no DICOM, PNG or JPEG file"))
  }
}
