import ArgumentParser

struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "List the networks, or show one layer by layer.",
    subcommands: [ModelsListCommand.self, ModelsShowCommand.self],
    defaultSubcommand: ModelsListCommand.self)
}
