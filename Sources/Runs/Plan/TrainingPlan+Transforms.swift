import DataBlocks
import Files
import Foundation
import Settings

/// A custom pipeline as `[[transforms]]`, each with its name and its settings.
extension TrainingPlan {
  private static let nested = "settings"

  /// Takes the pipeline of a table, if it has one.
  mutating func readTransforms(_ root: TOMLTable, _ reader: inout SettingsReader) {
    let key = Self.transformsKey
    guard let node = root[key] else { return }
    for other in ["image", "augment"] {
      guard let table = root[other] else { continue }
      reader.record(
        .invalid(
          key: other, problem: "[[\(key)]] takes the place of this table",
          remedy: "remove one of them"), at: table.origin)
    }
    guard case .list(let nodes) = node.value, let tables = Self.tables(nodes) else {
      reader.record(
        .value(key: key, found: node.value.summary, allowed: "tables, [[\(key)]]"), at: node.origin)
      return
    }
    do {
      ownPipeline = try Self.pipeline(tables)
    } catch let fault as JSONFault {
      let field = fault.field ?? ""
      let index = Int(field.dropFirst().prefix { $0.isNumber }) ?? 0
      reader.record(
        .invalid(
          key: key + field.replacing(".\(Self.nested)", with: ""), problem: fault.problem),
        at: nodes.indices.contains(index) ? nodes[index].origin : node.origin)
    } catch {
      let known = error as? any LightboxError
      let isOutOfRange =
        if case .invalidTransform? = (error as? DataError)?.reason { true } else { false }
      let culprit = nodes.first { node in
        guard case .table(let table) = node.value else { return false }
        return (try? Self.pipeline([table, Self.size])) == nil
      }
      reader.record(
        .invalid(
          key: key, problem: known?.problem ?? "a number is not finite",
          remedy: isOutOfRange ? nil : known?.remedy),
        at: culprit?.origin ?? node.origin)
    }
  }

  /// Makes any transform a pipeline.
  private static let size = TOMLTable([
    "name": .text(Resize.name), "height": .integer(8), "width": .integer(8),
    "method": .text("squish"), "padMode": .text("zeros"),
  ])

  private static func tables(_ nodes: [TOMLNode]) -> [TOMLTable]? {
    var tables: [TOMLTable] = []
    for node in nodes {
      guard case .table(let table) = node.value else { return nil }
      tables.append(table)
    }
    return tables
  }

  private static func pipeline(_ tables: [TOMLTable]) throws -> Pipeline {
    let list = tables.map { table -> TOMLNode in
      var entry = TOMLTable()
      entry["name"] = table["name"]
      if table.keys.count == 2, case .table? = table[nested]?.value {
        entry[nested] = table[nested]
      } else {
        var settings = table
        settings["name"] = nil
        entry[nested] = TOMLNode(.table(settings))
      }
      return TOMLNode(.table(entry))
    }
    return try JSONDocument(JSONEncoder().encode(TOMLValue.list(list))).decode(Pipeline.self)
  }

  /// The custom pipeline as TOML.
  ///
  /// - Throws: What a transform throws that cannot be encoded.
  func transformsText() throws -> String {
    guard let ownPipeline else { return "" }
    let value = try JSONDocument(JSONEncoder().encode(ownPipeline)).decode(TOMLValue.self)
    guard case .list(let nodes) = value else { return "" }
    return nodes.map { node in
      guard case .table(let entry) = node.value else { return "" }
      var table = TOMLTable()
      table["name"] = entry["name"]
      let settings = entry.table(Self.nested) ?? TOMLTable()
      if settings["name"] != nil {
        table[Self.nested] = TOMLNode(.table(settings))
      } else {
        for key in settings.keys { table[key] = settings[key] }
      }
      return "\n[[\(Self.transformsKey)]]\n"
        + table.keys.map { key in
          "\(TOMLText.key(key)) = \(table[key].map { TOMLText.value($0.value) } ?? "")\n"
        }.joined()
    }.joined()
  }
}
