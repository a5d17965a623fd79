import Console

extension ModelSummary: CustomStringConvertible {
  /// A table of the layers in 80 columns, then totals.
  ///
  /// Shapes have no batch dimension. MMACs are 1e6 multiply-adds.
  public var description: String {
    var table = TextTable([
      TextColumn("layer", isFlexible: true), "type", "output", .right("parameters"), "train",
      .right("MMACs"),
    ])
    for layer in layers {
      let hasParameters = layer.parameters > 0
      table.append([
        layer.path, layer.kind,
        layer.output.map { $0.dropFirst().map(String.init).joined(separator: " x ") } ?? "",
        hasParameters ? NumberFormat.grouped(layer.parameters) : "",
        hasParameters
          ? (layer.trainable == 0 ? "no" : layer.trainable == layer.parameters ? "yes" : "part")
          : "",
        layer.multiplyAdds > 0 ? NumberFormat.millions(layer.multiplyAdds) : "",
      ])
    }
    return """
      \(table)
      parameters: \(NumberFormat.grouped(parameters)), trainable: \
      \(NumberFormat.grouped(trainable)), multiply-adds: \
      \(NumberFormat.millions(multiplyAdds)) million
      """
  }
}
