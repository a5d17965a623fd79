import Foundation
import Testing

@Suite("Output that cannot be written")
struct OutputTests {
  private static let full =
    "Error: cannot write to the standard output: No space left on device\n"

  @Test("every command whose output does not fit on the disk exits with 1 and says so")
  func fullDisk() throws {
    let work = try ShellScript()
    #expect(try work.run("\(ShellScript.train) --epochs 1 --out run").code == 0)
    let image = "films/$(tail -n 1 films/labels.csv | cut -d, -f1)"
    let weights = "run/checkpoints/best.safetensors"
    let commands = [
      "--help", "--version", "train --help", "help data", "--generate-completion-script bash",
      "doctor", "doctor --json", "data scan films", "data scan films --json", "data fetch",
      "data synth more --count 2 --size 64",
      "data sample pneumonia28 sample", "evaluate run films", "evaluate run films --json",
      "predict run \(image)", "predict run \(image) --json",
      "interpret run \(image) --out figures", "models", "models --json", "models show resnet18",
      "models show resnet18 --json", "runs", "runs list .", "runs show run",
      "runs show run --json", "runs list . --json", "runs compare run run",
      "runs compare run run --json", "runs best .", "runs best . --path-only", "runs best . --json",
      "runs export csv .", "runs export json . --steps", "weights inspect \(weights)",
      "weights inspect \(weights) --json",
      "weights check \(weights) --arch resnet20", "weights check \(weights) --arch resnet20 --json",
      "weights diff \(weights) run/checkpoints/last.safetensors",
      "weights diff \(weights) \(weights) --json", "weights fetch --list",
      "bench step --arch resnet18 --size 32 --batch-size 2 --steps 1 --threads 1",
      "bench step --arch resnet18 --size 32 --batch-size 2 --steps 1 --threads 1 --json",
      "bench layers --arch resnet18 --size 32 --batch-size 2 --steps 1 --threads 1",
    ]
    for command in commands {
      let full = try work.run("$lightbox \(command) > /dev/full")
      #expect(full.code == 1, "\(command)")
      #expect(full.errors.hasSuffix(Self.full), "\(command): \(full.errors)")
      let whole = try work.run("rm -rf more sample; $lightbox \(command)")
      #expect(whole.code == 0 || command.contains("diff"), "\(command): \(whole.errors)")
      #expect(!whole.output.isEmpty, "\(command)")
    }
  }

  @Test("a reader that leaves ends a command quietly with 141; a closed output is an error")
  func closedPipe() throws {
    let work = try ShellScript()
    let list = try work.run(
      "(sleep 0.2; $lightbox models show densenet121) | true; echo ${PIPESTATUS[0]}")
    #expect(list.output == "141\n" && list.errors.isEmpty)
    let closed = try work.run("$lightbox doctor >&-")
    #expect(closed.code == 1)
    #expect(closed.errors == "Error: cannot write to the standard output: Bad file descriptor\n")
    // What is said on a closed standard error does not get into a file.
    let silent = try work.run(
      "\(ShellScript.train) --epochs 1 --out run >&- 2>&-; $lightbox evaluate run films")
    #expect(silent.code == 0 && silent.output.contains("accuracy"))
  }

  @Test("a training whose table cannot be written goes on; a full disk is said at the end")
  func training() throws {
    let work = try ShellScript()
    let full = try work.run("\(ShellScript.train) --epochs 2 --out full > /dev/full")
    #expect(full.code == 1 && full.errors.hasSuffix(Self.full))
    let left = try work.run(
      "(sleep 0.2; \(ShellScript.train) --epochs 2 --out left 2> err) | true; echo ${PIPESTATUS[0]}"
    )
    #expect(left.output == "0\n")
    let shown = try work.run("$lightbox runs show full; $lightbox runs show left")
    #expect(shown.output.components(separatedBy: ", finished\n").count == 3)
    let noReader = try work.run(
      "(\(ShellScript.train) --epochs 2 --out quiet 2>&1 >/dev/null | true; exit ${PIPESTATUS[0]})")
    #expect(noReader.code == 0)
  }
}
