import Foundation

/// Starts a detached thread; false if the system allows no more.
///
/// Foundation's `Thread` does not tell, and its work would be waited for without an end.
func startThread(
  _ name: String, stackSize: Int, _ body: @escaping @Sendable () -> Void
) -> Bool {
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
  guard pthread_attr_init(attributes) == 0 else { return false }
  defer { pthread_attr_destroy(attributes) }
  pthread_attr_setstacksize(attributes, stackSize)
  pthread_attr_setdetachstate(attributes, Int32(PTHREAD_CREATE_DETACHED))
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
  if code != 0 { context.release() }
  return code == 0
}
