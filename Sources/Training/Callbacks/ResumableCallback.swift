public import Foundation
public import Tensors

/// A callback whose state is saved with the training state, so that a run that was killed continues with the same bits.
///
///     final class CountImages: ResumableCallback {
///       private var count = 0
///       func afterBatch(_ learner: Learner) throws { count += learner.batch?.count ?? 0 }
///       func state() throws -> CallbackState { try CallbackState(count) }
///       func restore(_ state: CallbackState) throws { count = try state.values(as: Int.self) }
///     }
///
/// The state is taken after a training batch or after an epoch, when all callbacks have run. A callback that only
/// depends on the learner's position, such as a schedule, has no state to save.
public protocol ResumableCallback: Callback {
  /// The name of the state in a checkpoint. Default: the name of the type.
  var stateName: String { get }

  /// The state to save.
  ///
  /// - Throws: What the encoder throws.
  func state() throws -> CallbackState

  /// Restores a saved state.
  ///
  /// Called after `beforeFit`; in the middle of an epoch, after `beforeEpoch` and `beforeTrain` too.
  ///
  /// - Throws: If the state cannot be decoded.
  func restore(_ state: CallbackState) throws
}

extension ResumableCallback {
  /// The name of the type.
  public var stateName: String { String(describing: type(of: self)) }
}

/// What a callback saves: an encodable value, and tensors.
public struct CallbackState: Sendable {
  /// The value, as JSON.
  package let json: Data
  /// Tensors by name.
  public let tensors: StateDictionary

  /// Creates a state from a value and tensors; NaN and infinite numbers are allowed.
  ///
  /// - Throws: What the value's encoding throws.
  public init(_ values: some Encodable, tensors: StateDictionary = [:]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    json = try encoder.encode(values)
    self.tensors = tensors
  }

  package init(json: Data, tensors: StateDictionary) {
    self.json = json
    self.tensors = tensors
  }

  /// Decodes the value.
  ///
  /// - Throws: `DecodingError` if the state holds a value of another type.
  public func values<Values: Decodable>(as type: Values.Type) throws -> Values {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(type, from: json)
  }
}
