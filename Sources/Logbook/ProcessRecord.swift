/// What a run's database keeps of a process that trained it.
public struct ProcessRecord: Sendable, Equatable, Codable {
  /// The whole command line, quoted for a shell.
  public var arguments: String?
  /// The working directory.
  public var folder: String?
  /// The commit of the working directory's git repository, with "+" if files differ from it.
  public var git: String?
  /// The name of the computer.
  public var host: String?
  /// The processor.
  public var processor: String?
  /// Threads of operations.
  public var threads: Int?
  /// Operating system and versions of the libraries that compute.
  public var system: String?

  /// Creates a record.
  public init(
    arguments: String? = nil, folder: String? = nil, git: String? = nil, host: String? = nil,
    processor: String? = nil, threads: Int? = nil, system: String? = nil
  ) {
    self.arguments = arguments
    self.folder = folder
    self.git = git
    self.host = host
    self.processor = processor
    self.threads = threads
    self.system = system
  }
}
