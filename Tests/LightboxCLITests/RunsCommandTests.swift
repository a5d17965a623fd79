import Foundation
import Testing

@Suite("lightbox runs")
struct RunsCommandTests {
  /// Trains `runs/a` and copies it to `runs/deep/er/b` and `runs/c`, with other seeds in the settings.
  private func trained(epochs: Int = 3) throws -> ShellScript {
    let work = try ShellScript()
    let made = try work.run(
      """
      \(ShellScript.train) --epochs \(epochs) --out runs/a --seed 1 > /dev/null 2>&1 || exit 1
      mkdir -p runs/deep/er
      cp -r runs/a runs/deep/er/b; cp -r runs/a runs/c
      sed -i 's/"seed" : 1/"seed" : 2/' runs/deep/er/b/run.json
      sed -i 's/"seed" : 1/"seed" : 3/' runs/c/run.json
      """)
    try #require(made.code == 0, "\(made.errors)")
    return work
  }

  @Test("every read command fits into 80 columns, gives JSON, changes nothing and exits with 0")
  func commands() throws {
    let work = try trained()
    let before = try work.run(
      "find runs | sort; cat runs/*/run.json runs/*/metrics.sqlite | md5sum")
    for command in [
      "runs list runs", "runs list runs/a runs/deep --sort valid_loss --reverse --limit 2",
      "runs list runs --columns seed,status,roc_auc_score,accuracy,train_loss,valid_loss,path",
      "runs show a runs", "runs show runs/deep/er/b",
      "runs compare runs/a runs/c runs/deep/er/b", "runs best runs", "runs best runs --highest",
    ] {
      let shown = try work.run("$lightbox \(command)")
      #expect(shown.code == 0, "\(command): \(shown.errors)")
      for line in shown.output.split(separator: "\n") {
        #expect(line.count <= 80, "\(command): \(line)")
        #expect(!line.lowercased().split(separator: " ").contains("nan"))
      }
      let json = try work.run("$lightbox \(command) --json")
      #expect(json.code == 0)
      _ = try JSONSerialization.jsonObject(with: Data(json.output.utf8), options: .fragmentsAllowed)
    }
    for command in [
      "runs export csv runs", "runs export json runs --epochs", "runs export csv runs --steps",
      "runs plot runs/a runs/c --out curves.png", "runs plot runs/a --out curves.svg --steps",
    ] {
      #expect(try work.run("$lightbox \(command)").code == 0, "\(command)")
    }
    #expect(work.exists("curves.png") && work.exists("curves.svg"))
    let after = try work.run("find runs | sort; cat runs/*/run.json runs/*/metrics.sqlite | md5sum")
    #expect(after.output == before.output)
  }

  @Test("show names the calibration and what was evaluated")
  func added() throws {
    let work = try trained(epochs: 1)
    let before = try work.run("$lightbox runs show runs/a").output
    #expect(!before.contains("calibration:") && !before.contains("evaluated"))
    let shown = try work.run(
      """
      $lightbox calibrate runs/a --threshold 0.4 > /dev/null 2>&1 || exit 1
      $lightbox evaluate runs/a films --split valid > /dev/null 2>&1 || exit 2
      $lightbox runs show runs/a
      """)
    #expect(shown.code == 0, "\(shown.errors)")
    #expect(
      shown.output.contains(
        "calibration: threshold p(Pneumothorax) >= 0.4, as given (checkpoint best)"))
    let rows = shown.output.split(separator: "\n").drop { !$0.hasPrefix("evaluated") }
    #expect(rows.count == 2 && rows.last?.hasPrefix("valid      best") == true, "\(rows)")
    #expect(shown.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test("runs are found in nested folders, sorted, filtered and limited")
  func list() throws {
    let work = try trained(epochs: 1)
    func names(_ options: String) throws -> [String] {
      let listed = try work.run("$lightbox runs list runs \(options)")
      #expect(listed.code == 0, "\(listed.errors)")
      return listed.output.split(separator: "\n").dropFirst().map {
        String($0.prefix { $0 != " " })
      }
    }
    #expect(try names("") == ["a", "c", "deep/er/b"])
    #expect(try names("--sort seed") == ["a", "deep/er/b", "c"])
    #expect(try names("--sort seed --reverse --limit 1") == ["c"])
    #expect(try names("--where seed=2") == ["deep/er/b"])
    #expect(try names("--status finished --arch resnet20").count == 3)
    for (options, message) in [
      ("--status failed", "Error: none of the 3 runs meets the conditions\n"),
      ("--sort valid_los", "Error: no run has a value of \"valid_los\"; did you mean"),
    ] {
      let refused = try work.run("$lightbox runs list runs \(options)")
      #expect(refused.code == 1 && refused.errors.hasPrefix(message), "\(refused.errors)")
    }
    for (options, message) in [
      ("--status done", "--status done: use running, finished"),
      ("--where seed", "--where seed: use NAME=VALUE"), ("--limit 0", "--limit 0: use 1"),
    ] {
      let refused = try work.run("$lightbox runs list runs \(options)")
      #expect(refused.code == 64 && refused.errors.contains(message), "\(refused.errors)")
    }
  }

  @Test(
    "show has the process with the whole command line, which a shell reads as it was, and marks the best epoch"
  )
  func show() throws {
    let work = try ShellScript()
    _ = try work.run(
      "\(ShellScript.train) --epochs 2 --out \"it's a run\" --seed 7 --lr 0.002 2>&1")
    let shown = try work.run("$lightbox runs show \"it's a run\"")
    #expect(shown.code == 0)
    let lines = shown.output.split(separator: "\n").map(String.init)
    #expect(lines.contains { $0.hasPrefix("started ") && $0.contains("steps") })
    #expect(lines.count { $0.trimmingCharacters(in: .whitespaces).hasPrefix("* ") } == 1)
    let start = try #require(lines.firstIndex { $0.hasPrefix("command: ") })
    var command = String(lines[start].dropFirst("command: ".count))
    for line in lines[(start + 1)...] where command.hasSuffix("\\") { command += "\n" + line }
    let words = try work.run("printf '%s\\n' \(command)").output.split(separator: "\n")
    #expect(words.contains("it's a run") && words.contains("--seed") && words.contains("0.002"))
    #expect(words.first?.hasSuffix("lightbox") == true)
  }

  @Test("best prints a path for scripts, and says if the checkpoint is of another epoch")
  func best() throws {
    let work = try trained(epochs: 1)
    let path = try work.run("$lightbox runs best runs --by valid_loss --path-only")
    #expect(path.code == 0 && path.output == "runs/a\n" && path.errors.isEmpty)
    let whole = try work.run("$lightbox runs best runs --by train_loss")
    #expect(whole.output.hasPrefix("runs/a: epoch 0, train_loss "))
    let none = try work.run("$lightbox runs best runs --by dice")
    #expect(none.code == 1 && none.output.isEmpty && none.errors.contains("\"dice\""))
  }

  @Test("compare uses predictions that evaluate stored, and says if there are none")
  func compare() throws {
    let work = try trained(epochs: 1)
    let none = try work.run("$lightbox runs compare runs/a runs/c")
    #expect(none.code == 0 && none.output.contains("runs/a has no stored predictions"))
    #expect(none.output.contains("seed"))
    let stored = try work.run(
      """
      for run in a c; do
        $lightbox evaluate runs/$run films --predictions runs/$run/predictions.csv > /dev/null || exit 1
      done
      $lightbox runs compare runs/a runs/c
      """)
    #expect(stored.code == 0, "\(stored.errors)")
    #expect(stored.output.contains("predictions.csv: ") && stored.output.contains("B - A"))
    #expect(!stored.output.contains("no paired"))
    #expect(try work.run("$lightbox runs compare runs/a").code == 64)
    #expect(try work.run("$lightbox runs compare runs/a none").code == 1)
  }

  @Test("runs that cannot be read are named after the others, by every command")
  func unreadable() throws {
    let work = try trained(epochs: 1)
    _ = try work.run("mkdir runs/x; echo '{' > runs/x/run.json")
    for command in [
      "list runs", "best runs", "export csv runs", "export json runs", "list runs --json",
    ] {
      let shown = try work.run("$lightbox runs \(command)")
      #expect(shown.code == 1 && shown.output.contains("a"), "\(command)")
      #expect(shown.errors.contains("Error: runs/x/run.json, line 2: "), "\(command)")
    }
    let refused = try work.run("$lightbox runs plot runs/x --out x.png")
    #expect(refused.code == 1 && !work.exists("x.png"))
    #expect(try work.run("$lightbox runs plot runs/a --out x.gif").code == 64)
  }

  @Test("200 runs are listed while one of them is trained")
  func many() throws {
    let work = try trained(epochs: 1)
    let listed = try work.run(
      """
      for i in $(seq 100 299); do cp -r runs/a runs/n$i; done
      \(ShellScript.train) --epochs 400 --out runs/live > /dev/null 2>&1 & p=$!
      while [ ! -e runs/live/metrics.sqlite ]; do sleep 0.05; done
      for i in 1 2 3 4 5; do
        $lightbox runs list runs --sort valid_loss > list$i || exit 1
        $lightbox runs export csv runs --epochs > /dev/null || exit 1
      done
      kill -INT $p; wait $p
      grep -c finished list5; grep live list5
      """)
    #expect(listed.code == 0, "\(listed.errors)")
    let lines = listed.output.split(separator: "\n")
    #expect(lines.first == "203" && lines.last?.contains("running") == true)
  }
}
