package import Tensors

/// Shapes and receptive fields of all modules of a network for an input size, without computing values.
///
/// The receptive field of a module follows from the windows before it. Tensors that are combined outside of
/// modules (sums, concatenations) take the largest receptive field of their size: the main path of a residual
/// block, not its shortcut.
package struct NetworkTrace {
  /// A module that ran.
  package struct Record {
    /// The path of the module in the network.
    package let path: String
    /// The module.
    package let module: Module
    /// The shape of its output.
    package let shape: [Int]
    /// Along rows and columns; nil if the output has none.
    package let field: (rows: ReceptiveField, columns: ReceptiveField)?
    /// Whether the windows of all layers before are known; otherwise an even division is assumed.
    package let isExact: Bool
  }

  /// The modules in the order in which they returned.
  package let records: [Record]

  /// Traces a network; its mode, hooks and statistics do not change.
  ///
  /// - Parameters:
  ///   - model: The network.
  ///   - input: The input shape, `[batch, channels, height, width]`.
  /// - Precondition: The network accepts an input of this shape.
  package init(of model: Module, input: [Int]) {
    // `withoutComputing` below replaces layers, so that no other thread may use the network.
    model.lock.lock()
    defer { model.lock.unlock() }
    let tracer = Tracer(input)
    let named = model.namedModules
    var seen: Set<ObjectIdentifier> = []
    var hooks: [(Module, Int)] = []
    for (path, module) in named where seen.insert(ObjectIdentifier(module)).inserted {
      let isLeaf = module.namedChildren.isEmpty
      hooks.append(
        (
          module,
          module.registerForwardHook { module, input, output in
            tracer.add(path, module, isLeaf: isLeaf, input, output)
          }
        ))
    }
    defer { for (module, number) in hooks { module.removeHook(number) } }
    model.withoutComputing { _ = model(tracer.input) }
    records = tracer.records
  }

  /// The last record of a module; nil if it did not run.
  package func record(of module: Module) -> Record? { records.last { $0.module === module } }
}

/// Follows tensors by their storage.
private final class Tracer {
  private struct Place {
    let rows: ReceptiveField
    let columns: ReceptiveField
    let isExact: Bool
  }

  let input: Tensor
  var records: [NetworkTrace.Record] = []
  private var places: [ObjectIdentifier: Place] = [:]
  /// The largest receptive field so far of each size.
  private var largest: [[Int]: Place] = [:]
  /// Tensors stay alive so that no storage is reused.
  private var kept: [Tensor] = []

  init(_ shape: [Int]) {
    input = Tensor.zeros(shape)
    remember(input, Place(rows: .input, columns: .input, isExact: true))
  }

  private func remember(_ tensor: Tensor, _ place: Place) {
    kept.append(tensor)
    places[ObjectIdentifier(tensor.storage)] = place
    let size = Array(tensor.shape.suffix(2))
    if let known = largest[size],
      known.rows.size + known.columns.size >= place.rows.size + place.columns.size
    {
      return
    }
    largest[size] = place
  }

  private func place(of tensor: Tensor) -> Place? {
    guard tensor.rank == 4 else { return nil }
    return places[ObjectIdentifier(tensor.storage)] ?? largest[Array(tensor.shape.suffix(2))]
  }

  func add(_ path: String, _ module: Module, isLeaf: Bool, _ input: Tensor, _ output: Tensor) {
    var found: Place?
    if output.rank == 4 {
      if isLeaf, let before = place(of: input) {
        found = behind(module, before, input, output)
        // A module may return its input.
        if input.storage !== output.storage, let found { remember(output, found) }
      } else {
        // A container: what its last layer returned, or a combination of that size.
        found = place(of: output) ?? place(of: input).map { divided($0, input, output) }
        if places[ObjectIdentifier(output.storage)] == nil, let found { remember(output, found) }
      }
    }
    records.append(
      NetworkTrace.Record(
        path: path, module: module, shape: output.shape,
        field: found.map { ($0.rows, $0.columns) }, isExact: found?.isExact ?? false))
  }

  private func behind(
    _ module: Module, _ before: Place, _ input: Tensor, _ output: Tensor
  ) -> Place {
    if let window = (module as? any SlidingWindow)?.window {
      let (kernel, stride, padding, dilation) = window
      return Place(
        rows: before.rows.behind(
          kernel: kernel.height, stride: stride.height, padding: padding.height,
          dilation: dilation.height),
        columns: before.columns.behind(
          kernel: kernel.width, stride: stride.width, padding: padding.width,
          dilation: dilation.width),
        isExact: before.isExact)
    }
    return divided(before, input, output)
  }

  /// A layer without known windows: the same place for the same size, otherwise an even division.
  private func divided(_ before: Place, _ input: Tensor, _ output: Tensor) -> Place {
    guard input.shape.suffix(2) != output.shape.suffix(2), input.rank == 4 else { return before }
    return Place(
      rows: before.rows.dividedEvenly(input.shape[2], into: output.shape[2]),
      columns: before.columns.dividedEvenly(input.shape[3], into: output.shape[3]), isExact: false)
  }
}
