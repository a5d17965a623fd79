import Foundation
import Testing

@Suite("Values of options")
struct OptionTests {
  private static let integers = [
    "0", "-1", "1000000000", "9223372036854775807", "9223372036854775808", "nan", "",
  ]
  private static let numbers = ["0", "-1", "nan", "inf", "-inf", "1e400", "1e300", "x", ""]

  /// Commands, an option, values that are refused, and what the message says beside option and value.
  private static let table: [(command: String, option: String, values: [String], says: String)] = [
    ("train films --out o", "--size", integers, "8 to 4096"),
    ("train films --out o", "--epochs", Array(integers.dropFirst()), "to 1000000"),
    ("train films --out o", "--freeze-epochs", Array(integers.dropFirst()), "0 to 1000000"),
    ("train films --out o", "--batch-size", integers + ["1"], "2 to 1000000"),
    ("train films --out o", "--lr", numbers, "at most 1e30"),
    ("train films --out o", "--valid-pct", Array(numbers.dropFirst()), "between 0 and 1"),
    ("train films --out o", "--seed", ["-1", "18446744073709551616", "x", ""], "0 to 2^64"),
    ("train films --out o", "--threads", integers, "1 to 1024"),
    ("train films --out o", "--workers", Array(integers.dropFirst()), "0 to 1024"),
    ("train films --out o", "--monitor", ["nan", "", " "], ""),
    ("train films --out o", "--intensity", ["nan", "", "window:nan,1", "window:1,inf"], ""),
    ("train films --out o", "--resize", ["", "0", "fit", "Crop"], "squish"),
    ("train films --out o", "--arch", ["0", "", "../x"], ""),
    ("train films --out o", "--frames", ["0", "2", "", "First"], "refuse"),
    ("train films --out o", "--labels", ["", "no", "../../no"], ""),
    ("train films", "--out", [""], ""),
    ("evaluate run films", "--batch-size", integers, "1 to 1000000"),
    ("evaluate run films", "--split", ["", "0", "tset"], ""),
    ("evaluate run films", "--checkpoint", ["", "../../x", "/", "first"], ""),
    ("evaluate run films", "--workers", Array(integers.dropFirst()), "0 to 1024"),
    ("evaluate run films", "--threshold", ["-0.1", "1.1", "nan", "inf", "x", ""], ""),
    ("evaluate run films --figures o", "--positive", ["", "c"], ""),
    ("evaluate run films --figures o", "--subgroup", ["", "view"], ""),
    ("predict run films/0.dcm", "--threads", integers, "1 to 1024"),
    ("predict run films/0.dcm", "--checkpoint", ["", "../../x"], ""),
    ("interpret run films/0.dcm --out o", "--layer", ["", "layer9", "../x"], ""),
    ("interpret run films/0.dcm --out o", "--class", ["", "c"], ""),
    ("interpret run films/0.dcm --out o", "--color", ["", "#12", "nan"], ""),
    ("interpret run films/0.dcm --out o", "--mask-class", ["", "a"], ""),
    (
      "interpret run films/0.dcm --masks m --out o", "--mask-size",
      ["", "0x0", "-1x5", "5", "1x2x3", "99999999999999999999x1"], ""
    ),
    ("data scan films", "--show", Array(integers.dropFirst()), "0 to 1000000"),
    ("data synth o", "--count", integers + ["1"], "2 to 1000000"),
    ("data synth o", "--size", integers + ["63", "4097"], "64 to 4096"),
    ("data synth o --count 2 --size 64", "--threads", integers, "1 to 1024"),
    ("data synth o --count 2 --size 64", "--seed", ["-1", "18446744073709551616", ""], "2^64"),
    ("models show resnet20", "--size", integers, ""),
    ("models show resnet20", "--classes", integers.filter { $0 != "1000000" }, ""),
    ("models show resnet20", "--channels", integers, ""),
    ("bench step", "--batch-size", integers + ["1"], ""),
    ("bench step --mode infer", "--size", integers, "32 to 4096"),
    ("bench step --size 32", "--steps", integers, "1 to 10000"),
    ("bench step --size 32", "--threads", integers, "1 to 1024"),
    ("bench layers --size 32", "--top", Array(integers.dropFirst()), ""),
    ("bench load no.pth", "--rounds", integers, "1 to 10000"),
  ]

  @Test(
    "every value out of range is refused with the option, the value and the range, never a trap")
  func refused() throws {
    let work = try Scratch()
    try work.train()
    for (command, option, values, says) in Self.table {
      for value in values {
        let arguments = command.split(separator: " ").map(String.init) + ["\(option)=\(value)"]
        let outcome = try work.lightbox(arguments)
        #expect(!outcome.wasKilled && [1, 64].contains(outcome.code), "\(arguments)")
        if value.isEmpty {
          #expect(outcome.errors.contains("\(option): the value is empty"), "\(arguments)")
        } else {
          let text = outcome.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
          let named =
            outcome.errors.contains(value)
            || Double(value).map { outcome.errors.contains("\($0)") } == true
          #expect(named && (says.isEmpty || text.contains(says)), "\(arguments): \(outcome.errors)")
        }
        #expect(!work.exists("o"), "\(arguments) made a folder")
      }
    }
  }

  @Test("a step that needs more memory than there is, is refused before it starts")
  func memory() throws {
    let work = try Scratch()
    try work.writeData("films")
    for arguments in [
      ["bench", "step", "--batch-size", "1000000"],
      ["bench", "step", "--mode", "infer", "--batch-size", "100000", "--size", "4096"],
      ["bench", "layers", "--batch-size", "100000", "--recompute", "--size", "1024"],
    ] {
      let outcome = try work.lightbox(arguments)
      #expect(outcome.code == 1 && outcome.errors.contains("a step needs at least"))
      #expect(outcome.errors.contains("use a smaller batch size, a smaller image size"))
    }
  }

  @Test("predict and interpret have no option for loader threads")
  func workers() throws {
    for command in ["predict", "interpret"] {
      #expect(try !Program.run([command, "--help"]).output.contains("--workers"))
    }
    for command in ["train", "evaluate"] {
      #expect(try Program.run([command, "--help"]).output.contains("--workers"))
    }
  }

  @Test("an empty argument is refused")
  func empty() throws {
    for arguments in [["predict", "", "x"], ["data", "scan", ""], ["runs", "list", ""]] {
      let outcome = try Program.run(arguments)
      #expect(outcome.code == 64 && outcome.errors.contains("is empty"), "\(arguments)")
    }
  }
}
