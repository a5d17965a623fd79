import ArgumentParser
import Console
import Lightbox

struct FetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Download a public data set and print its folder; without a name, list them.",
    discussion: """
      The folder is made in --out. Default: LIGHTBOX_DATA; else fastai's ~/.fastai/data if it exists; \
      else ~/.cache/lightbox/data. A partial download is resumed. Size and MD5 of the first MiB are \
      those that fastai publishes; the SHA-256 is computed at the first download and compared later. \
      An archive with an entry that leads out of its folder is refused as a whole. \
      LIGHTBOX_OFFLINE=1 disables downloads. The licenses of the publishers apply.
      """)

  @Argument(help: "The name of the data set, such as siim_small.")
  var name: String?

  @Option(
    help: ArgumentHelp("The folder in which the data set's folder is made.", valueName: "folder"))
  var out: String?

  func run() throws {
    let standard = DatasetCache()
    let cache = out.map { DatasetCache(folder: $0, isOffline: standard.isOffline) } ?? standard
    guard let name else { return list(cache) }
    let archive = try URLs.named(name)
    let line = ProgressLine()
    let outcome = try cache.fetch(archive) { phase, done, total in
      guard done > 0 else { return }
      let what = phase == .download ? "downloading" : "extracting"
      line.show(
        "lightbox: \(what) \(archive.name) \(NumberFormat.bytes(done))"
          + (total > 0 ? " of \(NumberFormat.bytes(total))" : ""))
    }
    if outcome.wasDownloaded { line.clear() }
    let sum = outcome.sha256.map { "SHA-256 \($0)" }
    if !outcome.wasDownloaded {
      say("lightbox: it exists" + (sum.map { "; \($0) of the archive" } ?? ""))
    } else if outcome.wasVerified {
      say("lightbox: downloaded; \(sum ?? "") as known")
    } else {
      say(
        "lightbox: downloaded; size and MD5 of the first MiB are as published; \(sum ?? "") was "
          + "computed, none is published")
    }
    print(outcome.path)
  }

  private func list(_ cache: DatasetCache) {
    print(
      TextTable(
        ["name", .right("size"), TextColumn("content", isFlexible: true), "here"],
        rows: URLs.all.map { archive in
          let isHere = FileName.isFolder("\(cache.folder)/\(archive.name)")
          return [
            archive.name, archive.byteCount.map(NumberFormat.bytes) ?? "", archive.summary,
            isHere ? "yes" : "",
          ]
        }
          + URLs.byHand.keys.sorted().map {
            [$0, "", "by hand; \"data fetch \($0)\" says how", ""]
          }))
  }
}
