import CKernels
import COneDNN

/// A oneDNN primitive: made once per (operation, shapes, layouts), kept for good.
struct Primitive {
  let pointer: OpaquePointer

  /// Looks up or makes a primitive; a refusal of what we validated is our own mistake.
  init(
    _ what: @autoclosure () -> String,
    make: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
  ) {
    lb_use_threads()
    var found: OpaquePointer?
    let status = make(&found)
    guard status == 0, let found else {
      fatalError("oneDNN refuses \(what()): \(String(cString: lb_status_name(status)))")
    }
    pointer = found
  }

  /// Looks up or makes a primitive that oneDNN may not have.
  init?(make: (UnsafeMutablePointer<OpaquePointer?>) -> Int32) {
    lb_use_threads()
    var found: OpaquePointer?
    guard make(&found) == 0, let found else { return nil }
    pointer = found
  }

  /// The layout that the primitive wants for an argument; nil if it has no such argument.
  func layout(_ argument: lb_argument) -> Layout? {
    lb_primitive_layout(pointer, argument).map(Layout.init)
  }

  /// The layout of an argument that the primitive is known to have.
  func required(_ argument: lb_argument) -> Layout {
    guard let layout = layout(argument) else {
      fatalError("a oneDNN primitive lacks argument \(argument.rawValue)")
    }
    return layout
  }

  var implementation: String { String(cString: lb_primitive_implementation(pointer)) }

  /// Runs the primitive, under a name that a profile shows.
  func execute(
    _ operation: StaticString, operations: Double = 0,
    _ arguments: [(lb_argument, UnsafeMutableRawPointer)]
  ) {
    Profiler.measure(operation, implementation, operations: operations) { execute(arguments) }
  }

  private func execute(_ arguments: [(lb_argument, UnsafeMutableRawPointer)]) {
    lb_use_threads()
    let names = arguments.map { Int32($0.0.rawValue) }
    let pointers: [UnsafeMutableRawPointer?] = arguments.map(\.1)
    let status = lb_primitive_execute(pointer, Int32(names.count), names, pointers)
    guard status == 0 else {
      fatalError("oneDNN fails in \(implementation): \(String(cString: lb_status_name(status)))")
    }
  }
}
