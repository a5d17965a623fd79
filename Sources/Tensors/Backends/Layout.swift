import COneDNN

/// The physical layout of a tensor: the order of its elements in memory.
///
/// Layouts are interned: equal layouts have equal pointers.
package struct Layout: @unchecked Sendable, Hashable {
  // @unchecked: the interned descriptor is immutable and never freed.
  let pointer: OpaquePointer

  init(_ pointer: OpaquePointer) { self.pointer = pointer }

  /// Row-major, dense.
  ///
  /// - Precondition: 1 to 6 dimensions.
  static func plain(_ shape: [Int], _ scalar: lb_scalar = LB_SCALAR_F32) -> Layout {
    let dims = shape.map(Int64.init)
    guard let pointer = lb_layout_plain(Int32(dims.count), dims, scalar) else {
      fatalError("oneDNN has no row-major layout for the shape \(shape)")
    }
    return Layout(pointer)
  }

  /// Images with channels innermost in blocks: 1 is row-major, 16 is what most primitives prefer.
  ///
  /// - Returns: nil if oneDNN has no such layout.
  static func inChannelBlocks(
    of block: Int, _ shape: [Int], _ type: DType
  ) -> Layout? {
    lb_layout_in_channel_blocks(shape.map(Int64.init), Int64(block), type.oneDNNScalar)
      .map(Layout.init)
  }

  /// Row-major 1×1 filters, `[outputs, inputs, 1, 1]`, viewed as `[inputs, outputs, 1, 1]`.
  static func transposedFilters(_ shape: [Int]) -> Layout {
    guard let pointer = lb_layout_of_transposed_filters(shape.map(Int64.init)) else {
      fatalError("oneDNN has no layout of transposed filters of \(shape)")
    }
    return Layout(pointer)
  }

  /// The block b if memory is `[batch, channels / b, height, width, b]`, with channels padded to whole
  /// blocks.
  var channelBlock: Int? {
    let block = Int(lb_layout_channel_block(pointer))
    return block > 0 ? block : nil
  }

  /// The address, for the keys of primitives.
  var address: UInt { UInt(bitPattern: pointer) }

  /// The same order with another element type.
  func with(_ type: DType) -> Layout {
    guard let pointer = lb_layout_with_scalar(pointer, type.oneDNNScalar) else {
      fatalError("oneDNN has no such layout of \(type.rawValue): \(description)")
    }
    return Layout(pointer)
  }

  /// The element type.
  var dtype: DType { lb_layout_scalar(pointer) == LB_SCALAR_BF16 ? .bfloat16 : .float32 }

  var byteCount: Int { lb_layout_bytes(pointer) }
  package var isPlain: Bool { lb_layout_is_plain(pointer) }
  /// False for opaque formats that only one primitive can read.
  var isBlocked: Bool { lb_layout_is_blocked(pointer) }
  package var description: String { String(cString: lb_layout_describe(pointer)) }
}

extension DType {
  /// The corresponding oneDNN type.
  ///
  /// - Precondition: A floating-point type.
  var oneDNNScalar: lb_scalar {
    switch self {
    case .float32: LB_SCALAR_F32
    case .bfloat16: LB_SCALAR_BF16
    default: preconditionFailure("this operation needs float32 or bfloat16, not \(rawValue)")
    }
  }
}
