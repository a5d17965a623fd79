import Foundation
import Lightbox
import Synchronization

/// What the program does about SIGINT, SIGTERM, SIGHUP, SIGUSR1 and SIGUSR2.
///
/// A training run ends after its batch and saves its state, within a time limit; a second signal ends it at once. All else ends at
/// once. Temporary files are removed, and the exit code is 128 plus the signal's number. A signal that was
/// ignored when the program was started, as SIGHUP by `nohup`, stays ignored.
enum Signals {
  /// Ends a training run.
  static let cancellation = CancelFitCallback()

  private static let names: KeyValuePairs<Int32, String> = [
    SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP", SIGUSR1: "SIGUSR1", SIGUSR2: "SIGUSR2",
  ]
  /// Below the ten seconds after which `docker stop` kills.
  private static let secondsToEnd = 8
  private static let received = Atomic<Int32>(0)
  private static let isRecorded = Atomic<Bool>(false)

  /// The exit code for the signal that ended the run.
  static var exitCode: Int32 { 128 + received.load(ordering: .relaxed) }

  /// Handles the signals on a thread of its own; called before there are other threads, which inherit the mask.
  static func start() {
    signal(SIGPIPE, SIG_IGN)
    // Without this, a limit on file sizes kills the process instead of failing the write.
    signal(SIGXFSZ, SIG_IGN)
    let ignored = [SIGUSR1, SIGUSR2].filter(isIgnored)
    // A parent's mask is inherited; with these signals blocked, the crash handler could not report.
    var faults = sigset_t()
    sigemptyset(&faults)
    for number in [SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP] { sigaddset(&faults, number) }
    pthread_sigmask(SIG_UNBLOCK, &faults, nil)
    let signals = waitedSignals()
    var set = signals
    pthread_sigmask(SIG_BLOCK, &set, nil)
    guard onThread({ Signals.handle(signals) }) else {
      pthread_sigmask(SIG_UNBLOCK, &set, nil)
      return
    }
    // The crash handler of Swift's runtime stops the other threads by one of these signals and a handler of its own. So
    // they are not blocked but forwarded: otherwise a crash would be taken for a user's signal.
    for number in [SIGUSR1, SIGUSR2] where !ignored.contains(number) {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { number in kill(getpid(), forwarded(number)) }
      action.sa_flags = SA_RESTART
      sigaction(number, &action, nil)
      var own = sigset_t()
      sigemptyset(&own)
      sigaddset(&own, number)
      // The mask of the parent process is inherited.
      pthread_sigmask(SIG_UNBLOCK, &own, nil)
    }
  }

  /// The signals that a thread waits for.
  private static func waitedSignals() -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for (number, _) in names where !isIgnored(number) { sigaddset(&set, forwarded(number)) }
    return set
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private static func handle(_ signals: sigset_t) {
    var set = signals
    var number: Int32 = 0
    while sigwait(&set, &number) != 0 {}
    number = original(number)
    received.store(number, ordering: .relaxed)
    guard cancellation.isActive else { TemporaryFiles.removeAll(exiting: exitCode) }
    let name = names.first { $0.key == number }?.value ?? "\(number)"
    // A disk or a terminal that does not answer must not keep this thread.
    let isOnThread = onThread {
      cancellation.cancel(name)
      isRecorded.store(true, ordering: .releasing)
      say(
        "lightbox: \(name): the run ends after this batch and can be continued; a second signal ends it at once"
      )
    }
    if !isOnThread { cancellation.cancel(name) }
    var limit = timespec(tv_sec: secondsToEnd, tv_nsec: 0)
    let second = sigtimedwait(&set, nil, &limit)
    if second > 0 { received.store(original(second), ordering: .relaxed) }
    // Two signals may come at the same time: the run is recorded as interrupted all the same.
    for _ in 0..<50 where !isRecorded.load(ordering: .acquiring) { usleep(10_000) }
    TemporaryFiles.removeAll(exiting: exitCode)
  }

  /// Runs a function on a new thread; false if there can be none.
  private static func onThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    final class Body {
      let run: @Sendable () -> Void
      init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
    let context = Unmanaged.passRetained(Body(body)).toOpaque()
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, context)
    guard code == 0 else {
      Unmanaged<Body>.fromOpaque(context).release()
      return false
    }
    pthread_detach(thread)
    return true
  }
}

/// The real-time signal by which the handlers of SIGUSR1 and SIGUSR2 wake the thread that waits; other signals themselves.
private func forwarded(_ number: Int32) -> Int32 {
  switch number {
  case SIGUSR1: __libc_current_sigrtmin() + 1
  case SIGUSR2: __libc_current_sigrtmin() + 2
  default: number
  }
}

/// The signal of which another is the forwarded one.
private func original(_ number: Int32) -> Int32 {
  [SIGUSR1, SIGUSR2].first { forwarded($0) == number } ?? number
}
