import DataBlocks
import Console
import Foundation

extension Transform {
  /// The name and the encoded settings on one line: "Rotate maximumDegrees=10 probability=0.75".
  var text: String {
    guard let data = try? JSONEncoder().encode(self),
      case .object(let settings)? = try? JSONDecoder().decode(SettingValue.self, from: data)
    else { return Self.name }
    return ([Self.name] + SettingValue.assignments(settings)).joined(separator: " ")
  }
}

/// A decoded JSON value.
private indirect enum SettingValue: Decodable, CustomStringConvertible {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case list([SettingValue])
  case object([String: SettingValue])

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let bool = try? value.decode(Bool.self) {
      self = .bool(bool)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let string = try? value.decode(String.self) {
      self = .string(string)
    } else if let list = try? value.decode([SettingValue].self) {
      self = .list(list)
    } else {
      self = .object(try value.decode([String: SettingValue].self))
    }
  }

  /// "name=value", sorted by name.
  static func assignments(_ settings: [String: SettingValue]) -> [String] {
    settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }

  var description: String {
    switch self {
    case .null: "none"
    case .bool(let value): "\(value)"
    case .number(let value): NumberFormat.significant(value, 6)
    case .string(let value): value
    case .list(let values): values.map(\.description).joined(separator: ",")
    case .object(let settings) where settings.count == 1: settings.values.map(\.description)[0]
    case .object(let settings): "(\(SettingValue.assignments(settings).joined(separator: " ")))"
    }
  }
}
