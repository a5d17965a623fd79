import ArgumentParser

/// The state dictionary in a file.
struct PartOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The key of the state dictionary if the file has several, such as state_dict_ema.",
      valueName: "key"))
  var part: String?
}
