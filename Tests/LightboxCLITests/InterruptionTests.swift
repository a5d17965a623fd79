import Foundation
import Testing

@Suite("Signals and killed processes")
struct InterruptionTests {
  /// Starts an endless training, waits for its first checkpoint, and runs a script with its process `$p`.
  private func endless(_ script: String, prefix: String = "") -> String {
    """
    \(prefix) env --default-signal=INT,TERM \(ShellScript.train) --epochs 100000 --out run \
    > out 2> err & p=$!
    until [ -e run/checkpoints/last.safetensors ] || ! kill -0 $p; do sleep 0.02; done
    \(script)
    """
  }

  @Test(
    "a signal ends a run as interrupted, with its number in the exit code",
    arguments: [("INT", 130), ("TERM", 143), ("HUP", 129)])
  func signals(name: String, code: Int) throws {
    let work = try ShellScript()
    let ended = try work.run(endless("kill -\(name) $p; wait $p; echo $?; tail -n 1 err"))
    #expect(
      ended.output.hasPrefix("\(code)\nlightbox: the run was interrupted (SIG\(name)) after "))
    let shown = try work.run("$lightbox runs show run; find . -name '*.part' -o -name run.lock")
    #expect(shown.output.hasPrefix("./run: resnet20, interrupted\nreason: the run was interrupted"))
    #expect(!shown.output.contains(".part") && !shown.output.contains("run.lock"))
    #expect(try work.run("$lightbox evaluate run films --checkpoint last").code == 0)
    // Other settings are refused, with a way on.
    let again = try work.run("\(ShellScript.train) --epochs 1 --out run")
    #expect(again.code == 1)
    #expect(
      again.errors.hasSuffix(
        "Error: run: the run has other settings: train.epochs is 100000, not 1; continue it with "
          + "\"lightbox train --resume run\", or start a new run from it: \"lightbox train --from run "
          + "--out NEW\"\n"))
    // Its own settings are not, from other folders too; a state that was damaged is.
    let damaged = try work.run(
      """
      cp -r run damaged; printf x | dd of=damaged/state.safetensors bs=1 seek=200000 conv=notrunc 2> /dev/null
      $lightbox train --resume damaged
      """)
    #expect(damaged.code == 1)
    #expect(damaged.errors.contains("\"sha256\": the values are not those that were written"))
    let own = try work.run(
      """
      cp -r run own; mkdir sub; cd sub
      $lightbox train --resume ../own --epochs 100000 --progress off > /dev/null 2> err & p=$!
      sleep 1; kill -TERM $p; wait $p; echo $?; cat err
      """)
    #expect(own.output.hasPrefix("143\n") && own.output.contains("the run continues after"))
    let other = try work.run("$lightbox train --resume run --epochs 1")
    #expect(other.code == 1 && other.errors.contains("train.epochs is 100000, not 1"))
    // A new run from its weights.
    let new = try work.run(
      "$lightbox train --from run --epochs 1 --out new > /dev/null && $lightbox runs show new")
    #expect(new.code == 0 && new.output.hasPrefix("./new: resnet20, finished\n"))
  }

  @Test("SIGUSR1 and SIGUSR2 end a run as interrupted", arguments: [("USR1", 138), ("USR2", 140)])
  func userSignals(name: String, code: Int) throws {
    let work = try ShellScript()
    let ended = try work.run(endless("kill -\(name) $p; wait $p; echo $?; tail -n 1 err"))
    #expect(
      ended.output.hasPrefix("\(code)\nlightbox: the run was interrupted (SIG\(name)) after "))
    // Where images are kept and who reads them changes no bit, so a continued run may have others.
    let own = try work.run(
      """
      $lightbox train --resume run --cache off --workers 0 --progress off > /dev/null 2> err & p=$!
      sleep 1; kill -\(name) $p; wait $p; echo $?; cat err
      """)
    #expect(own.output.hasPrefix("\(code)\n") && own.output.contains("the run continues after"))
  }

  @Test("a crash is not taken for a signal of the user, whose signal Swift's crash handler uses")
  func crash() throws {
    let work = try ShellScript()
    // A signal that is sent has no instruction that would fault again, so the process goes on after the report. It is
    // killed with the program that writes the report, whose open files would keep this test waiting.
    let ended = try work.run(
      "export SWIFT_BACKTRACE=enable=yes,color=no,threads=crashed,images=none,cache=no\n"
        + endless(
          """
          kill -SEGV $p
          for i in $(seq 300); do
            grep -q "done \\*\\*\\*" err && break; kill -0 $p || break; sleep 0.1
          done
          sleep 0.5; kill -0 $p && echo alive; pkill -KILL -P $p; kill -KILL $p; wait $p; echo $?; cat err
          """))
    #expect(ended.output.hasPrefix("alive\n137\n"), "\(ended.output.prefix(2000))")
    #expect(ended.output.contains("Signal 11") && !ended.output.contains("SIGUSR"))
    #expect(try work.run("$lightbox runs show run").output.hasPrefix("./run: resnet20, died"))
  }

  @Test("a second signal ends a run at once; it is recorded as interrupted")
  func second() throws {
    let work = try ShellScript()
    let ended = try work.run(endless("kill -TERM $p; kill -INT $p; wait $p; echo $?"))
    #expect(["130\n", "143\n"].contains(ended.output))
    #expect(
      try work.run("$lightbox runs show run").output.hasPrefix("./run: resnet20, interrupted"))
  }

  @Test("SIGHUP stays ignored under nohup")
  func nohup() throws {
    let work = try ShellScript()
    let ended = try work.run(
      endless(
        "kill -HUP $p; sleep 0.3; kill -0 $p; echo $?; kill -TERM $p; wait $p; echo $?",
        prefix: "nohup"))
    #expect(ended.output == "0\n143\n")
  }

  @Test("a killed run is died: it is listed, shown and refused with a way on")
  func killed() throws {
    let work = try ShellScript()
    let while_ = try work.run(
      endless(
        "\(ShellScript.train) --epochs 1 --out run; $lightbox runs show run; kill -KILL $p; wait $p; echo $?"
      ))
    #expect(while_.errors.contains("Error: run: another process writes to this folder ("))
    #expect(
      while_.output.contains("./run: resnet20, running\n") && while_.output.hasSuffix("137\n"))
    #expect(try work.run("$lightbox runs show run").output.hasPrefix("./run: resnet20, died\n"))
    #expect(try work.run("$lightbox runs show run --json").output.contains("\"status\" : \"died\""))
    let again = try work.run("\(ShellScript.train) --epochs 1 --out run")
    #expect(again.code == 1)
    #expect(again.errors.contains("Error: run: the run has other settings: train.epochs is 100000"))
    // A run in its first second: before the tables, and before the database.
    let first = try work.run(
      ": > run/metrics.sqlite; rm -f run/metrics.sqlite-*; $lightbox runs show run")
    #expect(first.code == 0 && first.output.hasPrefix("./run: resnet20, died\n"))
    let none = try work.run("rm -r run/metrics.sqlite* run/checkpoints/*; $lightbox runs show run")
    #expect(none.code == 0 && none.output.hasPrefix("./run: resnet20, died\n"))
  }

  @Test("runs that cannot be read are named, the others listed, and the exit code is 1")
  func unreadable() throws {
    let work = try ShellScript()
    let listed = try work.run(
      """
      \(ShellScript.train) --epochs 1 --out runs/a > /dev/null 2>&1
      cp -r runs/a runs/b; echo '{' > runs/b/run.json
      cp -r runs/a runs/c; echo 'no database, but long enough' > runs/c/metrics.sqlite
      $lightbox runs list runs
      """)
    #expect(listed.code == 1)
    let rows = listed.output.split(separator: "\n").dropFirst().map { $0.split(separator: " ") }
    #expect(rows.map { $0.first } == ["a", "b", "c"])
    #expect(rows.map { $0.contains("unreadable") } == [false, true, true])
    #expect(listed.errors.contains("Error: runs/b/run.json, line 2: "))
    #expect(listed.errors.contains("Error: runs/c/metrics.sqlite: SQLite error 26: "))
    #expect(
      try work.run("$lightbox runs list none").errors.contains(
        "none: it cannot be read: No such file"))
  }

  @Test(
    "of processes that train into one folder at the same time, one succeeds",
    arguments: [false, true])
  func concurrent(exists: Bool) throws {
    let work = try ShellScript()
    let ended = try work.run(
      """
      \(exists ? "mkdir run" : "")
      for i in 1 2 3 4 5 6; do
        ( \(ShellScript.train) --epochs 1 --out run > /dev/null 2> e$i; echo $? ) &
      done
      wait
      """)
    #expect(ended.output.split(separator: "\n").sorted() == ["0", "1", "1", "1", "1", "1"])
    #expect(try work.run("$lightbox runs show run").output.contains(", finished\n"))
    #expect(try work.run("cat e?").errors.isEmpty)
  }

  @Test("folders that cannot be used are refused; missing parents are created, and removed again")
  func folders() throws {
    let work = try ShellScript()
    let train = "\(ShellScript.train) --epochs 1 --out"
    #expect(try work.run("\(train) a/b/run/ > /dev/null && $lightbox runs show a/b/run").code == 0)
    #expect(
      try work.run("mkdir real; ln -s real link; \(train) link > /dev/null; ls real").output
        .contains("run.json"))
    for (script, text) in [
      ("touch file; \(train) file", "file: the folder cannot be created: Not a directory"),
      ("touch file; \(train) file/run", "file/run: the folder cannot be created: Not a directory"),
      ("mkdir full; touch full/x; \(train) full", "full: the folder is not empty"),
      (
        "ln -s nowhere broken; \(train) broken", "broken: the folder cannot be created: File exists"
      ),
      ("\(train) ''", "the value is empty"),
    ] {
      let refused = try work.run(script)
      #expect(refused.code != 0 && refused.errors.contains(text), "\(script): \(refused.errors)")
    }
    // A run that fails before its first epoch.
    let failed = try work.run(
      ": > films/$(awk -F, '$3 == \"train\" { print $1; exit }' films/labels.csv); \(train) new/run"
    )
    #expect(failed.code == 1)
    #expect(!work.exists("new"))
  }

  @Test("a data set whose command is interrupted leaves nothing")
  func staged() throws {
    let work = try ShellScript()
    let ended = try work.run(
      """
      env --default-signal=TERM $lightbox data synth many --count 2000 --size 512 > /dev/null 2>&1 & p=$!
      until [ -e many ]; do sleep 0.01; done
      sleep 0.3; kill -TERM $p; wait $p; echo $?; ls -A many
      """)
    #expect(ended.output == "143\n")
  }

  @Test("a model that gives NaN ends the run as failed, and the message comes once")
  func notFinite() throws {
    let work = try ShellScript()
    let train =
      "$lightbox train films --arch resnet18 --size 32 --batch-size 8 --threads 1 --epochs 2"
    for lr in ["1000", "1e30"] {
      let ended = try work.run("\(train) --lr \(lr) --out run\(lr)")
      let lines = ended.errors.split(separator: "\n").filter { $0.hasPrefix("Error: ") }
      #expect(!ended.output.contains("-nan") && !ended.errors.contains("-nan"))
      guard ended.code != 0 else { continue }
      #expect(ended.code == 1 && lines.count == 1, "\(ended.errors)")
      #expect(!ended.output.contains("training ends"))
      if work.exists("run\(lr)") {
        let shown = try work.run("$lightbox runs show run\(lr)").output
        #expect(shown.hasPrefix("./run\(lr): resnet18, failed\nreason: epoch "))
      }
    }
  }

  @Test("checkpoints and tables are whole or not there where files are limited in size")
  func limitedFiles() throws {
    let work = try ShellScript()
    let ended = try work.run("ulimit -f 400; \(ShellScript.train) --epochs 1 --out run")
    #expect(ended.code == 1)
    #expect(ended.errors.contains("File too large"), "\(ended.errors)")
    #expect(!work.exists("run"))
    #expect(try work.run("\(ShellScript.train) --epochs 1 --out run").code == 0)
    let converted = try work.run(
      """
      ulimit -f 400; $lightbox weights convert run/checkpoints/last.safetensors a.pth; echo $?
      $lightbox evaluate run films --predictions /dev/full; echo $?; ls -A
      """)
    #expect(converted.output.components(separatedBy: "1\n").count >= 3)
    #expect(!converted.output.contains("a.pth") && !converted.output.contains(".part"))
  }

  @Test("a state that cannot be written ends the run, which continues with the same bits")
  func fullDisk() throws {
    let work = try ShellScript()
    let train = "\(ShellScript.train) --epochs 6 --progress off"
    // The weights are smaller than the limit, the state is larger.
    let ended = try work.run(
      """
      mkdir a b
      (ulimit -f 2000; \(train) --set checkpoint.every_steps=5 --out a/run)
      """)
    #expect(ended.code == 1)
    #expect(
      ended.errors.contains(
        "lightbox: the run can be continued: lightbox train --resume a/run\n"), "\(ended.errors)")
    #expect(
      ended.errors.contains(
        "Error: a/run/state.safetensors: it cannot be written: File too large"))
    #expect(!work.exists("a/run/state.safetensors"))
    let equal = try work.run(
      """
      $lightbox train --resume a/run && \(train) --set checkpoint.every_steps=5 --out b/run &&
      cmp a/run/checkpoints/best.safetensors b/run/checkpoints/best.safetensors &&
      cmp a/run/checkpoints/last.safetensors b/run/checkpoints/last.safetensors; find a b -name '*.part'
      """)
    #expect(equal.code == 0 && !equal.output.contains(".part"), "\(equal.errors)")
  }
}
