public import Tensors

/// The scalar of a model's output that a map explains.
public struct MapTarget: Sendable {
  /// The name, for captions: "logit of Pneumothorax".
  public let name: String
  /// Maps outputs, `[batch, outputs]`, to one score per image, `[batch]`.
  package let score: @Sendable (Tensor) -> Tensor
  /// The output that the target raises; nil if there is no single one.
  package let index: Int?
  /// Whether the score is a linear function of the outputs.
  let isLinear: Bool
  /// Distinguishes targets of one name.
  package let id = Identity()

  /// The identity of a target.
  package final class Identity: Sendable {}

  /// Creates a target.
  ///
  /// - Parameters:
  ///   - name: The name, for captions.
  ///   - index: The output that the target raises, for Finer-CAM. Default: none.
  ///   - score: A differentiable function from outputs, `[batch, outputs]`, to scores, `[batch]`.
  public init(
    _ name: String, index: Int? = nil, score: @escaping @Sendable (Tensor) -> Tensor
  ) {
    self.init(name, index: index, isLinear: false, score: score)
  }

  private init(
    _ name: String, index: Int?, isLinear: Bool, score: @escaping @Sendable (Tensor) -> Tensor
  ) {
    self.name = name
    self.index = index
    self.isLinear = isLinear
    self.score = score
  }

  /// One output: pytorch-grad-cam's `ClassifierOutputTarget`.
  public static func logit(_ index: Int, name: String? = nil) -> MapTarget {
    MapTarget("logit of \(name ?? "output \(index)")", index: index, isLinear: true) {
      $0[0..., index]
    }
  }

  /// The difference of two outputs.
  ///
  /// Softmax over two outputs depends on their difference only; a map of one output also shows what raises
  /// both.
  public static func margin(
    _ index: Int, over other: Int, names: (String, String)? = nil
  ) -> MapTarget {
    let names = names ?? ("output \(index)", "output \(other)")
    return MapTarget("margin of \(names.0) over \(names.1)", index: index, isLinear: true) {
      $0[0..., index] - $0[0..., other]
    }
  }

  /// The negated output: the second class of a model with one output.
  public static func negatedLogit(_ index: Int, name: String? = nil) -> MapTarget {
    MapTarget("negated logit of \(name ?? "output \(index)")", index: nil, isLinear: true) {
      $0[0..., index] * -1
    }
  }

  /// The scores of outputs, `[batch]`.
  package func scores(_ output: Tensor) -> Tensor {
    let found = score(output)
    precondition(
      found.shape == [output.shape[0]],
      "a target gives one score per image, not \(found.shape) for \(output.shape)")
    return found
  }

  /// The gradient of the sum of the scores with respect to the output.
  package func seed(_ output: Tensor) -> Tensor {
    let tape = Tape()
    let watched = tape.watch(output.detached)
    return tape.gradients(of: scores(watched).sum(), withRespectTo: [watched])[0]
  }
}

/// How the target of a class is chosen.
public enum TargetRule: String, Sendable, Hashable, Codable, CaseIterable {
  /// The margin over the other class for two outputs, the logit otherwise.
  case automatic
  /// The logit of the class.
  case logit
  /// The margin over the most probable other class.
  case margin

  /// The target of a class.
  ///
  /// - Parameters:
  ///   - classIndex: The class.
  ///   - vocab: The classes.
  ///   - scores: The outputs of the image.
  /// - Returns: The target.
  package func target(of classIndex: Int, vocab: [String], scores: [Float]) -> MapTarget {
    // One output for two classes: positive scores mean the second class.
    if scores.count == 1 {
      return vocab.count == 2 && classIndex == 0
        ? .negatedLogit(0, name: vocab[1]) : .logit(0, name: vocab.last)
    }
    guard self == .margin || (self == .automatic && scores.count == 2), scores.count > 1 else {
      return .logit(classIndex, name: vocab[classIndex])
    }
    let others = scores.indices.filter { $0 != classIndex }
    let other = others.dropFirst().reduce(others[0]) { scores[$1] > scores[$0] ? $1 : $0 }
    return .margin(classIndex, over: other, names: (vocab[classIndex], vocab[other]))
  }
}
