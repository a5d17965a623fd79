extension Tensor {
  /// Sums of products, by Einstein's convention, in PyTorch's notation.
  ///
  ///     Tensor.einsum("ck,kij->cij", weights, features)   // a class activation map per class
  ///
  /// Each letter names a dimension. Those of one letter run together; letters that the result lacks
  /// are summed over; a letter twice in one operand is its diagonal. Without `->` the result has the
  /// letters that occur once, in alphabetical order. `...` stands for any dimensions in front, which
  /// broadcast.
  ///
  /// - Parameters:
  ///   - equation: Letters per operand with commas between, then `->` and those of the result.
  ///   - operands: As many tensors; a dimension of length 1 broadcasts.
  /// - Returns: The sums, in the order of the result's letters.
  ///
  /// Made of matrix products, transposes and sums, from left to right, and differentiable as they are.
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

/// What an equation says: dimensions as numbers, letters above 0 and those of `...` below.
private struct EinsumPlan {
  let inputs: [[Int]]
  let output: [Int]
  /// The length that each label runs over.
  let lengths: [Int: Int]

  init(_ equation: String, _ operands: [Tensor]) {
    let shapes = operands.map(\.shape)
    func refuse(_ why: String) -> Never {
      preconditionFailure("einsum \"\(equation)\" of \(shapes): \(why)")
    }
    let text = equation.filter { $0 != " " }
    let arrow = text.firstRange(of: "->")
    let left = text[..<(arrow?.lowerBound ?? text.endIndex)]
    let groups = left.split(separator: ",", omittingEmptySubsequences: false)
    guard groups.count == operands.count, !operands.isEmpty else {
      refuse("\(groups.count) operands are named")
    }
    func labels(_ group: Substring, ellipsis: Int) -> [Int] {
      var (found, rest): ([Int], Substring) = ([], group)
      while let letter = rest.first {
        if rest.hasPrefix("...") {
          // The last of the dimensions in front is -1, so that they are aligned at the end.
          found += (0..<ellipsis).map { $0 - ellipsis }
          rest = rest.dropFirst(3)
        } else if letter.isASCII, letter.isLetter, let value = letter.asciiValue {
          found.append(Int(value))
          rest = rest.dropFirst()
        } else {
          refuse("\"\(letter)\" names no dimension")
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
        refuse("\(group) does not name the dimensions of \(shape)")
      }
      widest = Swift.max(widest, free)
      let found = labels(group, ellipsis: free)
      guard found.count == shape.count else { refuse("\(group) has two ellipses") }
      for (label, length) in zip(found, shape) {
        let known = lengths[label] ?? 1
        guard known == length || known == 1 || length == 1 else {
          refuse("lengths \(known) and \(length) for one dimension of \(group)")
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
      refuse("the result names a dimension twice, or one that no operand has")
    }
    self.inputs = inputs
    self.lengths = lengths
  }
}

/// A tensor whose dimensions have labels.
private struct EinsumTerm {
  let tensor: Tensor
  let labels: [Int]

  init(_ tensor: Tensor, _ labels: [Int]) {
    self.tensor = tensor
    self.labels = labels
  }

  /// Each label once.
  func diagonalized() -> EinsumTerm {
    for (second, label) in labels.enumerated() {
      guard let first = labels[..<second].firstIndex(of: label) else { continue }
      let rest = labels.indices.filter { $0 != first && $0 != second }.map { labels[$0] }
      precondition(
        tensor.shape[first] == tensor.shape[second],
        "einsum: the diagonal of \(tensor.shape) needs equal lengths")
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

  /// The product, summed over the labels that are not needed.
  func multiplied(by other: EinsumTerm, keeping needed: Set<Int>) -> EinsumTerm {
    let shared = labels.filter { other.labels.contains($0) }
    let batch = shared.filter { needed.contains($0) }
    let summed = shared.filter { !needed.contains($0) }
    let mine = labels.filter { !shared.contains($0) }
    let theirs = other.labels.filter { !shared.contains($0) }
    if mine.isEmpty, theirs.isEmpty {
      // No matrix, only vectors: one product and one sum instead of many small matrix products.
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
