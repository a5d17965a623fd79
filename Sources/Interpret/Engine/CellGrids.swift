import Layers
import Tensors

/// Finds where the cells of layers lie in the input, once per input size.
final class CellGrids {
  private var traces: [[Int]: NetworkTrace] = [:]
  private var probed: [[Int]: [ObjectIdentifier: MapGrid]] = [:]

  /// The grid of a layer's receptive fields.
  ///
  /// - Parameters:
  ///   - layer: A part of the network.
  ///   - network: The network.
  ///   - input: The shape of the input.
  /// - Returns: The grid; nil if the layer's cells do not depend on the input.
  func grid(of layer: Module, in network: ExplainedNetwork, input: [Int]) -> MapGrid? {
    let shape = [1] + input.dropFirst()
    let trace =
      traces[shape]
      ?? network.frozen { NetworkTrace(of: network.model, input: shape) }
    traces[shape] = trace
    guard let record = trace.record(of: layer), let field = record.field else { return nil }
    if record.isExact { return MapGrid(rows: field.rows, columns: field.columns) }
    if let known = probed[shape]?[ObjectIdentifier(layer)] { return known }
    let even = MapGrid(rows: field.rows, columns: field.columns)
    let found = ReceptiveFieldProbe(layer, network, input: shape)?.grid(besides: even)
    probed[shape, default: [:]][ObjectIdentifier(layer)] = found
    return found
  }
}
