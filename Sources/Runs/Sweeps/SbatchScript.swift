import Files

/// A Slurm script that runs the trials of a sweep as an array job.
package struct SbatchScript: Sendable, CustomStringConvertible {
  /// Cores of a trial.
  package var cpus = 8
  /// The time limit of a trial, as Slurm writes it.
  package var time = "24:00:00"
  /// Trials at the same time; nil: no limit.
  package var parallel: Int?
  /// Memory of a trial, as Slurm writes it; nil: the cluster's default.
  package var memory: String?
  /// The partition; nil: the cluster's default.
  package var partition: String?
  /// Seconds before the time limit at which a trial is told to save its state.
  package var warning = 120

  private let sweep: String
  private let count: Int
  private let program: String

  /// Creates a script.
  ///
  /// - Parameters:
  ///   - sweep: The sweep.
  ///   - program: The path of `lightbox`.
  package init(_ sweep: Sweep, program: String) {
    self.sweep = SplitRecord.absolute(sweep.path)
    count = sweep.plan.count
    self.program = program
  }

  /// The script.
  package var description: String {
    func option(_ name: String, _ value: String?) -> String {
      value.map { "#SBATCH --\(name)=\($0)\n" } ?? ""
    }
    return """
      #!/bin/bash
      # The \(count) trials of a sweep, each an element of an array job: sbatch THIS_FILE.
      # Trials that are finished end at once, so the script can be submitted again.

      """
        + (count > 1001
          ? "# Slurm limits the numbers of arrays (MaxArraySize, often 1001). Submit parts, such as trials 1000 to 1999:\n"
            + "#   sbatch --array=0-999 --export=ALL,FIRST=1000 THIS_FILE\n" : "")
        + option("job-name", "lightbox")
        + option("array", "0-\(count - 1)" + (parallel.map { "%\($0)" } ?? ""))
        + option("ntasks", "1") + option("cpus-per-task", "\(cpus)") + option("time", time)
        + option("mem", memory) + option("partition", partition)
          + """
          # SIGUSR1 \(warning) s before the time limit: the trial saves its state, and the job is queued again.
          #SBATCH --signal=USR1@\(warning)
          #SBATCH --requeue
          #SBATCH --open-mode=append
          #SBATCH --output=slurm-%A_%a.out

          sweep=\(Self.quoted(sweep))
          srun --cpus-per-task=\(cpus) \(Self.quoted(program)) sweep trial "$sweep" \\
            --index "$((${FIRST:-0} + SLURM_ARRAY_TASK_ID))" --progress plain
          code=$?
          # 138: ended by SIGUSR1, so there is more to do.
          if [ "$code" -eq 138 ]; then
            scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
          fi
          exit "$code"

          """
  }

  /// A word of a shell.
  static func quoted(_ text: String) -> String {
    "'" + text.replacing("'", with: "'\\''") + "'"
  }
}
