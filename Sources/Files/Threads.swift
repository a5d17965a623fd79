import Foundation
import Synchronization

/// Starts a detached thread; false if the system allows no more.
///
/// Foundation's `Thread` does not tell, and its work would be waited for without an end.
package func startThread(
  _ name: String, stackSize: Int, _ body: @escaping @Sendable () -> Void
) -> Bool {
  guard let thread = startJoinableThread(name, stackSize: stackSize, body) else { return false }
  pthread_detach(thread)
  return true
}

/// Starts a thread that the caller joins; nil if the system allows no more.
private func startJoinableThread(
  _ name: String, stackSize: Int, _ body: @escaping @Sendable () -> Void
) -> pthread_t? {
  final class Work: Sendable {
    let name: String
    let body: @Sendable () -> Void
    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }
  let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
  defer { attributes.deallocate() }
  guard pthread_attr_init(attributes) == 0 else { return nil }
  defer { pthread_attr_destroy(attributes) }
  pthread_attr_setstacksize(attributes, stackSize)
  let context = Unmanaged.passRetained(Work(name, body))
  var thread = pthread_t()
  let code = pthread_create(
    &thread, attributes,
    { context in
      guard let context else { return nil }
      let work = Unmanaged<Work>.fromOpaque(context).takeRetainedValue()
      Thread.current.name = work.name
      work.body()
      return nil
    }, context.toOpaque())
  guard code == 0 else {
    context.release()
    return nil
  }
  return thread
}

/// Runs a body on several threads at the same time, one of which is the calling one, and waits for all.
///
/// Where threads cannot be started, fewer run it. libdispatch would try again without end.
///
/// - Parameters:
///   - threads: The number of threads; at least the calling one runs.
///   - body: Takes its part of the work, such as the next index of a shared counter.
package func concurrently(_ threads: Int, _ body: @Sendable () -> Void) {
  withoutActuallyEscaping(body) { body in
    var running: [pthread_t] = []
    while running.count + 1 < threads,
      let thread = startJoinableThread("worker \(running.count)", stackSize: 4 << 20, body)
    {
      running.append(thread)
    }
    body()
    // A joined thread has released the body.
    for thread in running { pthread_join(thread, nil) }
  }
}

/// Applies a function to elements on several threads, one of which is the calling one.
///
/// - Parameters:
///   - elements: The elements.
///   - threads: The most threads.
///   - body: The function.
/// - Returns: The results, in the order of the elements.
package func concurrentMap<Element: Sendable, Result: Sendable>(
  _ elements: [Element], threads: Int, _ body: @Sendable (Element) -> Result
) -> [Result] {
  let results = Mutex([Result?](repeating: nil, count: elements.count))
  let next = Atomic<Int>(0)
  concurrently(max(1, min(threads, elements.count))) {
    while true {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < elements.count else { return }
      let result = body(elements[index])
      results.withLock { $0[index] = result }
    }
  }
  return results.withLock { $0.compactMap(\.self) }
}
