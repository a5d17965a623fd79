package import Layers

extension WeightsMatch {
  /// A network among the tensors of a file: those with one prefix.
  package struct Candidate: Sendable {
    /// The prefix; empty if the names have none.
    package let prefix: String
    /// The comparison of all tensors with the model.
    package let match: WeightsMatch
    /// The positions of the tensors that match by name.
    package let positions: [Int]
  }

  /// The networks in a file that resemble a model: MoCo's `encoder_q` and `encoder_k`, a student and its
  /// teacher, a model and its moving average.
  ///
  /// One is a prefix before at least half of the names of the body. Prefixes that select the same tensors, as
  /// `0.` and none for a model that fastai saved, are one network.
  ///
  /// - Parameters:
  ///   - file: Names and shapes of the file's tensors.
  ///   - model: Body and head.
  ///   - network: The network from which the body was cut.
  ///   - prefix: The only prefix to consider. Default: all.
  /// - Returns: The networks, the one with most tensors first; empty if the file is of another model.
  package static func candidates(
    _ file: [(name: String, shape: [Int])], model: Module, network: any ImageClassifier,
    prefix: String? = nil
  ) -> [Candidate] {
    let names = file.map(\.name)
    let target = Target(model: model, network: network)
    // Body and head have the same body as the network.
    let needed = target.whole.count {
      !$0.name.hasPrefix(network.classifierName + ".") && !Module.isOptionalEntry($0.name)
    }
    var prefixes: [String] = []
    for wanted in [target.wholeNames, target.savedNames] {
      let found = Renaming.prefixes(names, to: wanted, rules: target.rules)
      for (found, count) in found where count * 2 >= needed && !prefixes.contains(found) {
        prefixes.append(found)
      }
      // The usual case: all names are the network's.
      if found.first?.prefix == "", found.first?.count == names.count { break }
    }
    if let prefix { prefixes = prefixes.filter { $0 == prefix } }
    var found: [Candidate] = []
    for prefix in prefixes {
      let match = WeightsMatch(file, target, prefix: prefix)
      found.append(
        Candidate(
          prefix: prefix, match: match,
          positions: match.entries.compactMap { $0.outcome == .extra ? nil : $0.position }))
    }
    var kept: [Candidate] = []
    func rank(_ candidate: Candidate) -> (Int, Int) {
      (candidate.positions.count, candidate.match.usability == .none ? 0 : 1)
    }
    // The sort is stable for equal ranks by the position.
    let ordered = found.enumerated().sorted {
      let (first, second) = (rank($0.element), rank($1.element))
      return first == second ? $0.offset < $1.offset : first > second
    }
    for candidate in ordered.map(\.element) {
      let own = Set(candidate.positions)
      if !kept.contains(where: { 2 * own.intersection($0.positions).count > own.count }) {
        kept.append(candidate)
      }
    }
    return kept
  }
}
