// The standard library's functions of these names stop an optimized program without their message, so that a mistake in
// a call is only "precondition failure" there. These shadow them, and print the message in every build.

/// Stops the program with a message if a condition is false: a mistake of the caller.
@inlinable @inline(__always)
package func precondition(
  _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String = "",
  file: StaticString = #fileID, line: UInt = #line
) {
  guard condition() else { fatalError(message(), file: file, line: line) }
}

/// Stops the program with a message.
@inlinable @inline(__always)
package func preconditionFailure(
  _ message: @autoclosure () -> String = "", file: StaticString = #fileID, line: UInt = #line
) -> Never {
  fatalError(message(), file: file, line: line)
}
