import CKernels
import COneDNN

/// A cached oneDNN primitive: created once per operation, shapes and layouts.
struct Primitive {
  let pointer: OpaquePointer

  /// Looks up or creates a primitive.
  ///
  /// Arguments are validated before, so an unsupported operation is a programming error.
  init(
    _ description: @autoclosure () -> String,
    make: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
  ) {
    lb_use_threads()
    var found: OpaquePointer?
    let status = make(&found)
    guard status == 0, let found else {
      fatalError(
        "oneDNN does not support \(description()): \(String(cString: lb_status_name(status)))")
    }
    pointer = found
  }

  /// Looks up or creates a primitive; nil if oneDNN does not support it.
  init?(make: (UnsafeMutablePointer<OpaquePointer?>) -> Int32) {
    lb_use_threads()
    var found: OpaquePointer?
    guard make(&found) == 0, let found else { return nil }
    pointer = found
  }

  /// The layout that the primitive requires for an argument; nil if it has no such argument.
  func layout(_ argument: lb_argument) -> Layout? {
    lb_primitive_layout(pointer, argument).map(Layout.init)
  }

  /// The layout of an argument that the primitive must have.
  func required(_ argument: lb_argument) -> Layout {
    guard let layout = layout(argument) else {
      fatalError("the oneDNN primitive has no argument \(argument.rawValue)")
    }
    return layout
  }

  var implementation: String { String(cString: lb_primitive_implementation(pointer)) }

  /// Whether oneDNN computes it element by element, a hundred times slower than its other implementations.
  var isReference: Bool { Profiler.isReference(implementation) }

  /// Runs the primitive and records it in the profile under `operation`.
  func execute(
    _ operation: StaticString, operations: Double = 0,
    _ arguments: [(lb_argument, UnsafeMutableRawPointer)]
  ) {
    Profiler.measure(operation, implementation, operations: operations) { execute(arguments) }
  }

  private func execute(_ arguments: [(lb_argument, UnsafeMutableRawPointer)]) {
    lb_use_threads()
    let growth = lb_primitive_scratch_growth(pointer)
    if growth > 0 {
      MemoryPool.shared.reserve(Int(growth), "the working memory of a convolution")
    }
    let names = arguments.map { Int32($0.0.rawValue) }
    let pointers: [UnsafeMutableRawPointer?] = arguments.map(\.1)
    let status = lb_primitive_execute(pointer, Int32(names.count), names, pointers)
    guard status == 0 else {
      fatalError(
        "the oneDNN primitive \(implementation) failed: \(String(cString: lb_status_name(status)))")
    }
  }
}
