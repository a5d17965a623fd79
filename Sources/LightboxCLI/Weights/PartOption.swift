import ArgumentParser

/// The state dictionary in a file.
struct PartOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The network if the file has several: a key such as state_dict_ema, or a prefix of names such "
        + "as encoder_q.", valueName: "key"))
  var part: String?
}
