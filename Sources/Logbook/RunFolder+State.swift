import Checkpoints
package import Files
import Foundation
import Tensors
package import Training

/// The file of a run's training state: one safetensors file, so that its parts cannot disagree.
///
/// Tensors are named `model:`, `optimizer:`, `gradient:` and `callback:<name>:`; numbers are JSON in the metadata.
package struct TrainingStateFile {
  private static let format = "1"
  static let eventKey = "event"

  private let file: SafeTensors

  /// Opens a file.
  ///
  /// - Throws: `CheckpointError`.
  package init(contentsOf path: String) throws { file = try Self.open(path) }

  private static func open(_ path: String) throws -> SafeTensors {
    do {
      return try SafeTensors(contentsOf: path)
    } catch let error as CheckpointError where !error.isOfFile {
      throw RunError(.invalidState(name: "", problem: error.problem), path: path)
    }
  }

  /// The seed of the run's random streams; nil if the file does not have it.
  package var streams: UInt64? { file.metadata["streams"].flatMap { UInt64($0) } }

  /// The last event of the run before the state; 0 if there is none.
  package var lastEvent: Int { file.metadata[Self.eventKey].flatMap { Int($0) } ?? 0 }

  /// Writes a state completely or not at all.
  ///
  /// - Throws: `CheckpointError`.
  package static func write(
    _ state: TrainingState, metadata: [String: String] = [:], to path: String
  ) throws {
    var tensors: [(name: String, tensor: Tensor)] = []
    func add(_ kind: String, _ found: StateDictionary) {
      tensors += found.map { (name: "\(kind):\($0.name)", tensor: $0.tensor) }
    }
    add("model", state.model)
    add("optimizer", state.optimizer)
    add("gradient", state.gradients)
    var values: [String: String] = [:]
    for (name, callback) in state.callbacks.sorted(by: { $0.key < $1.key }) {
      add("callback:\(name)", callback.tensors)
      values[name] = String(decoding: callback.json, as: UTF8.self)
    }
    var facts = metadata
    facts["state"] = format
    facts["sha256"] = try checksum(tensors)
    facts["position"] = try json(state.position)
    facts["hyperparameters"] = try json(state.hyperparameters)
    facts["callbacks"] = try json(values)
    try SafeTensors.write(tensors, metadata: facts, to: path)
  }

  /// The checksum of the values, in the order of their names: a disk may change bytes without a word.
  private static func checksum(_ tensors: [(name: String, tensor: Tensor)]) throws -> String {
    let hash = FileHash()
    for (name, tensor) in tensors.sorted(by: { $0.name < $1.name }) {
      hash.update(Array(name.utf8))
      hash.update(try RawTensor(name, tensor).bytes())
    }
    return hash.finalize()
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Reads the state and compares it with the learner that will continue from it.
  ///
  /// - Throws: `CheckpointError` if the file cannot be read, `RunError` if it is not a state or does not fit.
  package func state(for learner: Learner) throws -> TrainingState {
    func fault(_ name: String, _ problem: String) -> RunError {
      RunError(.invalidState(name: name, problem: problem), path: file.path)
    }
    func decode<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
      guard let text = file.metadata[name] else { throw fault(name, "it is missing") }
      do {
        return try JSONDocument(Data(text.utf8)).decode(type)
      } catch {
        let known = error as? JSONFault
        throw fault(
          name, [known?.field, known?.problem].compactMap(\.self).joined(separator: ": "))
      }
    }
    guard file.metadata["state"] == Self.format else {
      throw fault(
        "state", "the format is \(file.metadata["state"] ?? "missing"), not \(Self.format)")
    }
    let all = try file.tensors
    guard file.metadata["sha256"] == (try Self.checksum(all.map { ($0.name, $0.tensor) })) else {
      throw fault("sha256", "the values are not those that were written")
    }
    func tensors(_ kind: String) throws -> StateDictionary {
      let prefix = kind + ":"
      return StateDictionary(
        all.filter { $0.name.hasPrefix(prefix) }.map {
          (name: String($0.name.dropFirst(prefix.count)), tensor: $0.tensor)
        })
    }
    var callbacks: [String: CallbackState] = [:]
    for (name, text) in try decode("callbacks", as: [String: String].self) {
      callbacks[name] = CallbackState(
        json: Data(text.utf8), tensors: try tensors("callback:\(name)"))
    }
    let state = TrainingState(
      position: try decode("position", as: TrainingState.Position.self),
      model: try tensors("model"), optimizer: try tensors("optimizer"),
      gradients: try tensors("gradient"),
      hyperparameters: try decode("hyperparameters", as: [Hyperparameters].self),
      callbacks: callbacks)
    if let (name, problem) = state.fault(for: learner) { throw fault(name, problem) }
    return state
  }
}

extension RunFolder {
  /// The path of the state from which the run continues; the file exists while the run is not finished.
  package var statePath: String { path + "/state.safetensors" }

  /// Whether the run has a state.
  package var hasState: Bool { FileManager.default.fileExists(atPath: statePath) }

  /// Removes the state of a run that is finished.
  package func removeState() { try? FileManager.default.removeItem(atPath: statePath) }
}
