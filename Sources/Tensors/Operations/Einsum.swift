extension Tensor {
  /// Sums of products in Einstein notation (`torch.einsum`).
  ///
  ///     Tensor.einsum("ck,kij->cij", weights, features)   // a class activation map per class
  ///
  /// Each letter labels a dimension. Letters that the result lacks are summed over; a letter that occurs
  /// twice in one operand selects its diagonal. Without `->` the result has the letters that occur once,
  /// in alphabetical order. `...` stands for leading dimensions, which broadcast.
  ///
  /// - Parameters:
  ///   - equation: Labels of each operand, separated by commas, then `->` and the labels of the result.
  ///   - operands: As many tensors; dimensions of length 1 broadcast.
  /// - Returns: The sums, in the order of the result's labels.
  ///
  /// Evaluated from left to right with matrix products, transposes and sums; differentiable.
  public static func einsum(_ equation: String, _ operands: Tensor...) -> Tensor {
    let plan = EinsumPlan(equation, operands)
    var terms = zip(operands, plan.inputs).map { EinsumTerm($0, $1).diagonalized() }
    terms = terms.map { $0.broadcast(to: plan.lengths) }
    var result = terms.removeFirst()
    while !terms.isEmpty {
      let next = terms.removeFirst()
      let needed = Set(plan.output).union(terms.flatMap(\.labels))
      result = result.summed(keeping: needed.union(next.labels))
        .multiplied(by: next.summed(keeping: needed.union(result.labels)), keeping: needed)
    }
    return result.summed(keeping: Set(plan.output)).ordered(plan.output).tensor
  }
}

/// A parsed equation; labels are numbers: positive for letters, negative for the dimensions of `...`.
private struct EinsumPlan {
  let inputs: [[Int]]
  let output: [Int]
  /// Length of each label.
  let lengths: [Int: Int]

  init(_ equation: String, _ operands: [Tensor]) {
    let shapes = operands.map(\.shape)
    func fail(_ reason: String) -> Never {
      preconditionFailure("einsum \"\(equation)\" of \(shapes): \(reason)")
    }
    let text = equation.filter { $0 != " " }
    let arrow = text.firstRange(of: "->")
    let left = text[..<(arrow?.lowerBound ?? text.endIndex)]
    let groups = left.split(separator: ",", omittingEmptySubsequences: false)
    guard groups.count == operands.count, !operands.isEmpty else {
      fail("the equation has \(groups.count) operands")
    }
    func labels(_ group: Substring, ellipsis: Int) -> [Int] {
      var (found, rest): ([Int], Substring) = ([], group)
      while let letter = rest.first {
        if rest.hasPrefix("...") {
          // The last leading dimension is -1, so that they are aligned at the end.
          found += (0..<ellipsis).map { $0 - ellipsis }
          rest = rest.dropFirst(3)
        } else if letter.isASCII, letter.isLetter, let value = letter.asciiValue {
          found.append(Int(value))
          rest = rest.dropFirst()
        } else {
          fail("\"\(letter)\" is not a valid label")
        }
      }
      return found
    }
    var (inputs, lengths): ([[Int]], [Int: Int]) = ([], [:])
    var widest = 0
    for (group, shape) in zip(groups, shapes) {
      let named = group.filter(\.isLetter).count
      let free = shape.count - named
      guard free >= 0, free == 0 || group.contains("...") else {
        fail("\(group) does not match the rank of \(shape)")
      }
      widest = Swift.max(widest, free)
      let found = labels(group, ellipsis: free)
      guard found.count == shape.count else { fail("\(group) has more than one ellipsis") }
      for (label, length) in zip(found, shape) {
        let known = lengths[label] ?? 1
        guard known == length || known == 1 || length == 1 else {
          fail("one label of \(group) has lengths \(known) and \(length)")
        }
        if known == 1 { lengths[label] = length }
      }
      inputs.append(found)
    }
    if let arrow {
      output = labels(text[arrow.upperBound...], ellipsis: widest)
    } else {
      let all = inputs.flatMap { $0 }
      let once = Set(all).filter { label in label > 0 && all.count { $0 == label } == 1 }
      output = (0..<widest).map { $0 - widest } + once.sorted()
    }
    guard Set(output).count == output.count, output.allSatisfy({ lengths[$0] != nil }) else {
      fail("a label of the result is repeated or occurs in no operand")
    }
    self.inputs = inputs
    self.lengths = lengths
  }
}

/// A tensor with labeled dimensions.
private struct EinsumTerm {
  let tensor: Tensor
  let labels: [Int]

  init(_ tensor: Tensor, _ labels: [Int]) {
    self.tensor = tensor
    self.labels = labels
  }

  /// Replaces repeated labels by diagonals.
  func diagonalized() -> EinsumTerm {
    for (second, label) in labels.enumerated() {
      guard let first = labels[..<second].firstIndex(of: label) else { continue }
      let rest = labels.indices.filter { $0 != first && $0 != second }.map { labels[$0] }
      precondition(
        tensor.shape[first] == tensor.shape[second],
        "einsum: a repeated label needs equal lengths in \(tensor.shape)")
      return EinsumTerm(tensor.diagonal(first, second), rest + [label]).diagonalized()
    }
    return self
  }

  func broadcast(to lengths: [Int: Int]) -> EinsumTerm {
    let target = zip(labels, tensor.shape).map { lengths[$0] ?? $1 }
    return EinsumTerm(tensor.expanded(to: target), labels)
  }

  func summed(keeping needed: Set<Int>) -> EinsumTerm {
    let axes = labels.indices.filter { !needed.contains(labels[$0]) }
    return axes.isEmpty
      ? self : EinsumTerm(tensor.sum(axes: axes), labels.filter { needed.contains($0) })
  }

  func ordered(_ wanted: [Int]) -> EinsumTerm {
    guard labels != wanted else { return self }
    let order = wanted.compactMap { labels.firstIndex(of: $0) }
    return EinsumTerm(tensor.transposed(order), wanted)
  }

  /// The product, summed over labels that are not in `needed`.
  func multiplied(by other: EinsumTerm, keeping needed: Set<Int>) -> EinsumTerm {
    let shared = labels.filter { other.labels.contains($0) }
    let batch = shared.filter { needed.contains($0) }
    let summed = shared.filter { !needed.contains($0) }
    let mine = labels.filter { !shared.contains($0) }
    let theirs = other.labels.filter { !shared.contains($0) }
    if mine.isEmpty, theirs.isEmpty {
      // Only vectors: one elementwise product and one sum instead of many small matrix products.
      let order = batch + summed
      let product = ordered(order).tensor * other.ordered(order).tensor
      return EinsumTerm(product, order).summed(keeping: needed)
    }
    let lengths = Dictionary(
      zip(labels + other.labels, tensor.shape + other.tensor.shape)
    ) { first, _ in first }
    func length(_ names: [Int]) -> Int { names.reduce(1) { $0 * (lengths[$1] ?? 1) } }
    let left = ordered(batch + mine + summed).tensor
      .reshaped(to: [length(batch), length(mine), length(summed)])
    let right = other.ordered(batch + summed + theirs).tensor
      .reshaped(to: [length(batch), length(summed), length(theirs)])
    let result = batch + mine + theirs
    return EinsumTerm(
      left.matmul(right).reshaped(to: result.map { lengths[$0] ?? 1 }), result)
  }
}
