/// A setting of the command line: `--set optimizer.lr=3e-3`.
package struct SettingsOverride: Sendable, Equatable {
  /// The parts of the key.
  package let path: [String]
  /// The value; nil: the default, whatever a file says.
  package let node: TOMLNode?

  /// The argument that takes a setting back.
  package static let defaultWord = "default"

  /// A setting with a value of any place; nil: the default.
  package init(path: [String], node: TOMLNode?) {
    self.path = path
    self.node = node
  }

  /// A setting that an option stands for.
  ///
  /// - Parameters:
  ///   - key: The dotted key.
  ///   - value: The value.
  ///   - option: The option for messages, such as "--lr 0".
  package init(_ key: String, _ value: TOMLValue, option: String) {
    path = key.split(separator: ".").map(String.init)
    node = TOMLNode(value, at: .argument(option))
  }

  /// Parses `key=value`; the value is TOML, or a text without quotation marks.
  ///
  /// - Parameters:
  ///   - text: The assignment.
  ///   - option: The option before it.
  /// - Throws: `SettingsError`.
  package init(parsing text: String, option: String = "--set") throws(SettingsError) {
    let argument = "\(option) \(text)"
    func fail(_ problem: String) -> SettingsError {
      SettingsError([SettingsProblem(at: .argument(argument), .syntax(problem))])
    }
    var parser = TOMLParser(Array(text.utf8), argument: argument)
    do throws(TOMLParser.Fault) {
      path = try parser.key()
      guard parser.next == UInt8(ascii: "=") else {
        throw TOMLParser.Fault("use key=value, such as optimizer.lr=3e-3")
      }
    } catch {
      throw fail(error.problem)
    }
    let rest = String(decoding: parser.bytes[(parser.at + 1)...], as: UTF8.self)
    if rest == Self.defaultWord {
      node = nil
      return
    }
    do throws(TOMLParser.Fault) {
      node = TOMLNode(
        try Self.value(rest, argument: argument), at: .argument(argument), raw: rest)
    } catch {
      throw fail(error.problem)
    }
  }

  private static func value(
    _ text: String, argument: String
  ) throws(TOMLParser.Fault) -> TOMLValue {
    var parser = TOMLParser(Array(text.utf8), argument: argument)
    parser.allowsWords = true
    parser.skipBlanks()
    let isStructured = parser.next == UInt8(ascii: "[") || parser.next == UInt8(ascii: "{")
    do throws(TOMLParser.Fault) {
      let node = try parser.value(depth: 0)
      parser.skipBlanks()
      if parser.at == parser.bytes.count { return node.value }
      if isStructured {
        throw TOMLParser.Fault("there is \(parser.glimpse) behind the end of the value")
      }
    } catch {
      if isStructured { throw error }
    }
    return .text(text)
  }
}

extension TOMLTable {
  /// Applies settings of the command line, in their order.
  package mutating func apply(_ overrides: [SettingsOverride]) {
    for override in overrides { set(override.node, at: override.path) }
  }
}
