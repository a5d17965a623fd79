import ArgumentParser

/// The dictionary of the network in a file.
struct PartOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The key of the network's dictionary if the file has several, such as state_dict_ema.",
      valueName: "key"))
  var part: String?
}
