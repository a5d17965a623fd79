package import Checkpoints
package import Models

/// The network of a file that is compared with a model.
package struct FileMatch: Sendable {
  /// The comparison by names and shapes.
  package let match: WeightsMatch
  /// The tensors of the network in the file, to which the positions in `match` refer.
  package let stored: [Checkpoint.NetworkEntry]
  /// The network that is taken, if the file has several and only this one fits.
  package let chosen: NetworkCandidate?
  /// The other networks of the file, which do not fit.
  package let others: [NetworkCandidate]
}

extension FileMatch {
  /// The tensors of the network with NaN or infinite values, or negative variances.
  ///
  /// - Parameters:
  ///   - file: The file that was compared.
  ///   - ofClassifier: Examine the classifier that a head replaces, or what is loaded.
  /// - Returns: One per tensor that is not usable.
  /// - Throws: `CheckpointError` if a tensor is malformed.
  package func valueFaults(
    in file: Checkpoint, ofClassifier: Bool = false
  ) throws(CheckpointError) -> [ValueFaults] {
    let used = match.entries.compactMap { entry in
      entry.outcome == .extra || match.isClassifier(entry.name) != ofClassifier
        ? nil : entry.position.map { stored[$0].entry.name }
    }
    return try file.valueFaults(of: used)
  }

  /// - Throws: `CheckpointError` if a tensor that would be loaded has NaN or infinite values, or negative
  ///   variances.
  package func checkValues(in file: Checkpoint) throws(CheckpointError) {
    let faults = try valueFaults(in: file)
    if !faults.isEmpty { throw CheckpointError(.unusableValues(faults), path: file.path) }
  }
}

extension VisionModel {
  /// Compares a file with this model, without reading tensors.
  ///
  /// If the file has several networks, the only one that fits is taken.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - part: The key of the network's dictionary in the file, or a prefix of its names. Default: the only one.
  /// - Returns: The comparison, and which network was compared.
  /// - Throws: `CheckpointError` if the file has no network, or several that fit.
  package func match(
    _ file: Checkpoint, part: String? = nil
  ) throws(CheckpointError) -> FileMatch {
    let found = candidates(in: file, try file.networkParts(part))
    let fits = found.filter { $0.candidate.match.usability != .none }
    if fits.count > 1 {
      throw CheckpointError(.ambiguousNetwork(fits.map(\.description)), path: file.path)
    }
    if let one = fits.first ?? found.first {
      let others = found.filter { $0.description != one.description }
      let isChosen = !fits.isEmpty && !others.isEmpty
      return matched(one, isAlone: others.isEmpty, isChosen ? others.map(\.description) : [])
    }
    // Nothing resembles the model; the error or the report is about the file's usual network.
    let stored = try file.networkEntries(part: part)
    return FileMatch(
      match: WeightsMatch(
        stored.map { ($0.name, $0.entry.shape) }, model: model, network: network),
      stored: stored, chosen: nil, others: [])
  }

  private struct Found {
    let part: Checkpoint.NetworkPart
    let candidate: WeightsMatch.Candidate
    let description: NetworkCandidate
  }

  /// The networks that resemble the model, without those that share all elements with another.
  private func candidates(in file: Checkpoint, _ parts: [Checkpoint.NetworkPart]) -> [Found] {
    var found: [Found] = []
    for part in parts {
      let candidates = WeightsMatch.candidates(
        part.entries.map { ($0.name, $0.entry.shape) }, model: model, network: network,
        prefix: part.isUnprefixed ? "" : nil)
      for candidate in candidates {
        let name = part.name(ofPrefix: candidate.prefix)
        let isRoot = candidate.prefix.isEmpty && (part.path.isEmpty || candidates.count > 1)
        let new = Found(
          part: part, candidate: candidate,
          description: NetworkCandidate(
            part: isRoot ? (name.isEmpty ? "." : name + "/.") : name,
            count: part.entries.count { $0.name.hasPrefix(candidate.prefix) },
            fit: .init(
              architecture: architecture.name, fits: candidate.match.usability != .none)))
        // Two names of the same elements, as in a BYOL learner that also holds the network alone.
        if !found.contains(where: { isSame($0, new, in: file) }) { found.append(new) }
      }
    }
    return found
  }

  private func isSame(_ a: Found, _ b: Found, in file: Checkpoint) -> Bool {
    func entries(_ found: Found) -> [String: Checkpoint.Entry] {
      var all: [String: Checkpoint.Entry] = [:]
      for entry in found.candidate.match.entries
      where !found.candidate.match.isClassifier(entry.name) {
        if entry.outcome != .extra, let position = entry.position {
          all[entry.name] = found.part.entries[position].entry
        }
      }
      return all
    }
    let (first, second) = (entries(a), entries(b))
    return first.count == second.count
      && first.allSatisfy { name, entry in
        second[name].map { file.sharesElements(entry, $0) } ?? false
      }
  }

  private func matched(_ found: Found, isAlone: Bool, _ others: [NetworkCandidate]) -> FileMatch {
    let entries = found.part.entries
    let chosen = others.isEmpty ? nil : found.description
    guard !isAlone, !found.candidate.prefix.isEmpty else {
      return FileMatch(
        match: found.candidate.match, stored: entries, chosen: chosen, others: others)
    }
    // Without the tensors of the other networks.
    let own = entries.filter { $0.name.hasPrefix(found.candidate.prefix) }
    return FileMatch(
      match: WeightsMatch(
        own.map { ($0.name, $0.entry.shape) }, model: model, network: network,
        prefix: found.candidate.prefix),
      stored: own, chosen: chosen, others: others)
  }
}
