import Files

/// Where a setting was given.
package enum SettingsOrigin: Sendable, Equatable {
  /// A line of a file.
  case file(String, line: Int)
  /// An argument of the command line, such as `--set optimizer.lr=1`.
  case argument(String)
  /// Nowhere: a default, or a value that a program set.
  case none

  /// "siim.toml:12", "--set optimizer.lr=1"; empty if nowhere.
  package var words: String {
    switch self {
    case .file(let path, let line): "\(FileName.shown(path)):\(line)"
    case .argument(let text): text
    case .none: ""
    }
  }

  package var isArgument: Bool { if case .argument = self { true } else { false } }
}
