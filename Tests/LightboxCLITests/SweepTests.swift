import Foundation
import Testing

@Suite("lightbox sweep", .serialized)
struct SweepTests {
  private static let settings = """
    [data]
    images = "films"
    split_column = "none"
    batch_size = 4
    [image]
    size = 32
    [model]
    arch = "resnet20"
    [train]
    epochs = 2
    [compute]
    threads = 1
    workers = 1
    [checkpoint]
    every_steps = 1

    """

  private func scratch(_ sweep: String) throws -> ShellScript {
    let work = try ShellScript()
    try Data((Self.settings + sweep).utf8).write(to: URL(fileURLWithPath: "\(work.path)/s.toml"))
    return work
  }

  private static let grid = """
    [sweep]
    seeds = 2
    [sweep.values]
    "optimizer.lr" = [1e-3, 3e-3]

    """

  /// Compares the trials of two sweeps: weights, epochs and tables.
  private static let compare = """
    same() {
      for t in $1/trial-*; do
        n=$(basename $t)
        for f in best last; do
          cmp $1/$n/checkpoints/$f.safetensors $2/$n/checkpoints/$f.safetensors || return 1
        done
        for r in $1 $2; do
          $lightbox runs show $r/$n --json | grep -v -e seconds -e startedAt -e finishedAt -e firstStep > $r.shown || return 1
        done
        [ ! -e $1/$n/predictions.csv ] || cmp $1/$n/predictions.csv $2/$n/predictions.csv || return 1
      done
      cmp $1/trials.csv $2/trials.csv
    }

    """

  @Test("a trial that is killed continues with the next run, and all end with the same bits")
  func killed() throws {
    let work = try scratch("[sweep]\nseeds = 2\nfolds = 2\n")
    let ended = try work.run(
      Self.compare + """
        $lightbox sweep plan s.toml --out a > /dev/null 2>&1 || exit 1
        cp -r a b
        $lightbox sweep run a --progress off > a.out 2> a.err || { cat a.err >&2; exit 1; }
        killed=0
        for delay in 0.3 0.5 0.7 0.4 0.6 0.9; do
          $lightbox sweep run b --progress off > b.out 2> b.err & p=$!
          sleep $delay
          kill -9 $p 2> /dev/null && killed=$((killed + 1)); wait $p
        done
        $lightbox sweep status b --json > killed.json
        $lightbox sweep run b --progress off > b.out 2> b.err || { cat b.err >&2; exit 1; }
        same a b && [ $killed -gt 1 ] && echo equal
        # Killed between the end of a run and its predictions.
        rm b/trial-001/predictions.csv
        $lightbox sweep status b | sed -n 2p
        $lightbox sweep summary b > /dev/null || exit 1
        $lightbox sweep run b --progress off > /dev/null 2>&1 || exit 1
        same a b && $lightbox sweep status b
        """)
    #expect(ended.code == 0, "\(ended.errors)")
    #expect(
      ended.output.hasPrefix(
        "equal\ndone 3, running 0, interrupted 1, failed 0, waiting 0\n4 trials: 1 setting, 2 seeds, 2 folds\ndone 4, running 0, interrupted 0, failed 0, waiting 0\nbest so far: trial-"
      ), "\(ended.output)\(ended.errors)")
  }

  @Test("two processes share a sweep, each trial is trained once")
  func sideBySide() throws {
    let work = try scratch(Self.grid)
    let ended = try work.run(
      Self.compare + """
        $lightbox sweep plan s.toml --out a > /dev/null 2>&1 || exit 1
        cp -r a b
        $lightbox sweep run b --progress off > 1.out 2> 1.err & p=$!
        $lightbox sweep run b --progress off > 2.out 2> 2.err & q=$!
        wait $p || exit 2; wait $q || exit 3
        # What one process skipped last, the other was training.
        $lightbox sweep status b | sed -n 2p
        for t in b/trial-*; do $lightbox runs show $t --json | grep -c '"startedAt"'; done
        grep -h 'trials finished' 1.err 2.err | sed 's/.*: //; s/ trials.*//' | paste -sd+ | bc
        $lightbox sweep run b 2>&1 > /dev/null | grep -c 'is finished'
        """)
    #expect(
      ended.code == 0
        && ended.output
          == "done 4, running 0, interrupted 0, failed 0, waiting 0\n1\n1\n1\n1\n4\n4\n",
      "\(ended.output)\(ended.errors)")
  }

  @Test("an array job trains trials by their numbers; read verbs fit into 80 columns and give JSON")
  func arrayJob() throws {
    let work = try scratch(Self.grid)
    let planned = try work.run("$lightbox sweep plan s.toml --out 'a sweep'")
    #expect(
      planned.code == 0 && planned.output == "4 trials: 2 settings, 2 seeds\n", "\(planned.errors)")
    let none = try work.run("$lightbox sweep best 'a sweep'")
    #expect(none.code == 1 && none.errors.contains("none of the 4 trials is finished"))
    // The script, with srun and scontrol that run here.
    let ended = try work.run(
      """
      $lightbox sweep sbatch 'a sweep' --cpus 2 --time 1:00:00 --parallel 3 > job.sh || exit 1
      bash -n job.sh || exit 1
      grep -e '^#SBATCH' job.sh
      mkdir bin; printf '#!/bin/bash\\nshift\\nexec "$@"\\n' > bin/srun
      printf '#!/bin/bash\\necho "$@" >> requeued\\n' > bin/scontrol; chmod +x bin/*
      export PATH=$PWD/bin:$PATH SLURM_ARRAY_JOB_ID=7
      cd /tmp
      for i in 0 1 2; do
        SLURM_ARRAY_TASK_ID=$i bash "$OLDPWD/job.sh" > /dev/null 2> "$OLDPWD/err$i" || exit 1
      done
      cd "$OLDPWD"
      SLURM_ARRAY_TASK_ID=3 $lightbox sweep trial 'a sweep' --progress off > /dev/null 2>&1 || exit 1
      SLURM_ARRAY_TASK_ID=3 $lightbox sweep trial 'a sweep' 2>&1 || exit 1
      """)
    #expect(ended.code == 0, "\(ended.output)\(ended.errors)")
    #expect(
      ended.output == """
        #SBATCH --job-name=lightbox
        #SBATCH --array=0-3%3
        #SBATCH --ntasks=1
        #SBATCH --cpus-per-task=2
        #SBATCH --time=1:00:00
        #SBATCH --signal=USR1@120
        #SBATCH --requeue
        #SBATCH --open-mode=append
        #SBATCH --output=slurm-%A_%a.out
        lightbox: trial-003 is finished

        """)
    for command in [
      "sweep status", "sweep best", "sweep best --by accuracy", "sweep summary",
      "sweep summary --by accuracy", "runs list", "runs best",
    ] {
      let words = command.split(separator: " ")
      let line =
        words.prefix(2).joined(separator: " ") + " 'a sweep' "
        + words.dropFirst(2).joined(separator: " ")
      let shown = try work.run("$lightbox \(line)")
      #expect(shown.code == 0, "\(command): \(shown.errors)")
      for line in shown.output.split(separator: "\n") {
        #expect(line.count <= 80, "\(command): \(line)")
      }
      let json = try work.run("$lightbox \(line) --json")
      #expect(json.code == 0)
      _ = try JSONSerialization.jsonObject(with: Data(json.output.utf8), options: .fragmentsAllowed)
    }
    let best = try work.run("$lightbox sweep best 'a sweep' --by valid_loss").output
    #expect(best.hasPrefix("a sweep/trial-00") && work.exists(String(best.dropLast())))
    let summary = try work.run("$lightbox sweep summary 'a sweep'").output
    #expect(summary.contains("optimizer.lr") && summary.contains("t intervals"))
    // A share has an interval within 0 and 1; a loss has none such.
    struct Summary: Decodable {
      struct Interval: Decodable { let low: Double, high: Double }
      struct Estimate: Decodable { let interval: Interval? }
      struct Mean: Decodable { let estimate: Estimate }
      struct Setting: Decodable { let means: [String: Mean] }
      let settings: [Setting]
    }
    let json = try work.run("$lightbox sweep summary 'a sweep' --json").output
    let shares = try JSONDecoder().decode(Summary.self, from: Data(json.utf8)).settings.compactMap {
      $0.means["accuracy"]?.estimate.interval
    }
    #expect(!shares.isEmpty && shares.allSatisfy { $0.low >= 0 && $0.high <= 1 })
    for (options, message) in [
      ("trial 'a sweep'", "give --index, or run as an array job"),
      ("trial 'a sweep' --index 4", "there is no trial 4, only 0 to 3"),
      ("best 'a sweep' --by dice", "no finished trial has a value of \"dice\""),
      ("status films", "the folder has no sweep.toml"),
      ("sbatch 'a sweep' --cpus 0", "--cpus 0"),
    ] {
      let refused = try work.run("env -u SLURM_ARRAY_TASK_ID $lightbox sweep \(options)")
      #expect(refused.code != 0 && refused.errors.contains(message), "\(refused.errors)")
    }
  }

  @Test("SIGUSR1 saves the state of a trial, and the script queues its job again")
  func timeLimit() throws {
    let work = try scratch("[sweep.values]\n\"optimizer.lr\" = [1e-3]\n")
    let ended = try work.run(
      """
      sed -i 's/epochs = 2/epochs = 300/' s.toml
      $lightbox sweep plan s.toml --out a > /dev/null 2>&1 || exit 1
      $lightbox sweep sbatch a > job.sh
      mkdir bin
      cat > bin/srun <<'END'
      #!/bin/bash
      shift
      "$@" & p=$!
      while [ ! -e a/trial-000/state.safetensors ]; do sleep 0.05; done
      kill -USR1 $p; wait $p
      END
      printf '#!/bin/bash\\necho "$@"\\n' > bin/scontrol; chmod +x bin/*
      export PATH=$PWD/bin:$PATH SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=0
      bash job.sh 2> err; echo $?
      $lightbox sweep status a | sed -n 2p
      """)
    #expect(
      ended.output.hasSuffix(
        "requeue 7_0\n138\ndone 0, running 0, interrupted 1, failed 0, waiting 0\n"),
      "\(ended.output)\(ended.errors)")
  }

  @Test("a trial that fails is recorded and listed, and does not end the sweep")
  func failed() throws {
    let work = try scratch(
      "[sweep.values]\n\"optimizer.lr\" = [1e-3, 1e25]\n\"model.head.ps\" = [[0.5], [0.0]]\n")
    let ended = try work.run(
      "$lightbox sweep plan s.toml --out a; $lightbox sweep run a --progress off")
    #expect(ended.code == 1, "\(ended.errors)")
    #expect(
      ended.errors.contains("2 trials finished, 2 failed, 0 trained by other processes"),
      "\(ended.errors)")
    let status = try work.run("$lightbox sweep status a")
    #expect(
      status.code == 0 && status.output.contains("done 2, running 0, interrupted 0, failed 2"))
    #expect(status.output.contains("failed: trial-002: "))
    let best = try work.run("$lightbox sweep best a")
    #expect(best.output.hasPrefix("a/trial-00"))
  }

  @Test("train --folds trains each fold, continues when it was killed, and prints pooled metrics")
  func folds() throws {
    let work = try ShellScript()
    let train =
      "\(ShellScript.train) --split-column none --epochs 1 --progress off --set checkpoint.every_steps=1"
    let ended = try work.run(
      """
      \(train) --folds 3 --out a > a.out 2> a.err || { cat a.err >&2; exit 1; }
      for delay in 0.4 0.7; do
        \(train) --folds 3 --out b > b.out 2> b.err & p=$!
        sleep $delay; kill -9 $p 2> /dev/null; wait $p
      done
      \(train) --folds 3 --out b > b.out 2> b.err || { cat b.err >&2; exit 1; }
      cmp a/predictions.csv b/predictions.csv && head -n 1 a/predictions.csv && wc -l < a/predictions.csv
      grep -c 'out of fold' a.out; $lightbox runs list a | wc -l
      """)
    #expect(ended.code == 0, "\(ended.errors)")
    #expect(
      ended.output.hasSuffix("patient,fold\n25\n1\n4\n")
        && ended.output.hasPrefix("file,label,predicted,p("),
      "\(ended.output)\(ended.errors)")
    for (options, message) in [
      ("--folds 1", "--folds 1"), ("--folds 3 --fold 3", "--fold 3"),
      ("--fold 0", "data.fold is 0"),
      ("--folds 30", "there are 30 folds, but only"),
    ] {
      let refused = try work.run("\(train) \(options) --out c")
      #expect(refused.code != 0 && refused.errors.contains(message), "\(refused.errors)")
    }
    for line in try work.run("cat a.out").output.split(separator: "\n") {
      #expect(line.count <= 80, "\(line)")
    }
    let column = try work.run("\(ShellScript.train) --folds 2 --out c")
    #expect(
      column.code == 1 && column.errors.contains("the column \"split\" says"), "\(column.errors)")
    #expect(!work.exists("c"))
  }
}
