import Foundation
import Testing

/// Runs a reader on many modified inputs, with a limit of time and memory per case.
///
/// A test run takes a given number of cases; `make fuzz` sets `LIGHTBOX_FUZZ_SECONDS`, of which every test
/// takes its share, runs one test at a time, and so can measure memory. Each case has its own seed, so a failing one runs alone with `LIGHTBOX_FUZZ_CASE`.
package struct Fuzzing {
  package enum Outcome { case read, refused }

  private let name: String
  private let cases: Int
  private let seed: UInt64
  private let seconds: Double
  private let secondsPerCase: Double
  private let bytesPerCase: Int

  /// - Parameters:
  ///   - name: The name in messages.
  ///   - cases: The number of cases in a test run.
  ///   - seed: The seed of the first case.
  ///   - share: The part of the fuzzing time that this test takes.
  ///   - secondsPerCase: The time limit of a case.
  ///   - bytesPerCase: By how much one case may raise the process's peak memory.
  package init(
    _ name: String, cases: Int, seed: UInt64, share: Double, secondsPerCase: Double = 5,
    bytesPerCase: Int = 1 << 30
  ) {
    self.name = name
    self.cases = cases
    self.seed = seed
    seconds = share * (Self.variable("LIGHTBOX_FUZZ_SECONDS") ?? 0)
    self.secondsPerCase = secondsPerCase
    self.bytesPerCase = bytesPerCase
  }

  /// Runs the cases and returns how many were read.
  @discardableResult
  package func run(_ body: (inout Mutator) throws -> Outcome) rethrows -> Int {
    let only = Self.variable("LIGHTBOX_FUZZ_CASE").map { Int($0) }
    let end = Date().addingTimeInterval(seconds)
    var number = only ?? 0
    var read = 0
    while number <= only ?? Int.max,
      seconds > 0 ? Date() < end : number < max(cases, (only ?? 0) + 1)
    {
      var mutator = Mutator(seed: seed &+ UInt64(number))
      let started = Date()
      let peak = Self.peakMemory()
      if try body(&mutator) == .read { read += 1 }
      let took = Date().timeIntervalSince(started)
      let grown = Self.peakMemory() - peak
      if took > secondsPerCase || (seconds > 0 && grown > bytesPerCase) {
        Issue.record("\(name), case \(number): \(took) s, \(grown >> 20) MiB")
      }
      number += 1
    }
    if seconds > 0 { print("fuzz \(name): \(number) cases, \(read) read") }
    return read
  }

  private static func variable(_ name: String) -> Double? {
    ProcessInfo.processInfo.environment[name].flatMap(Double.init)
  }

  /// The peak resident memory of the process in bytes.
  package static func peakMemory() -> Int {
    var usage = rusage()
    getrusage(numericCast(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }
}
