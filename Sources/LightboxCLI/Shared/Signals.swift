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
    var set = sigset_t()
    sigemptyset(&set)
    for (number, _) in names where !isIgnored(number) { sigaddset(&set, number) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
    if !onThread({ Signals.handle() }) { pthread_sigmask(SIG_UNBLOCK, &set, nil) }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private static func handle() {
    var set = sigset_t()
    sigemptyset(&set)
    for (number, _) in names where !isIgnored(number) { sigaddset(&set, number) }
    var number: Int32 = 0
    while sigwait(&set, &number) != 0 {}
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
    if second > 0 { received.store(second, ordering: .relaxed) }
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
