import Files
import Foundation

/// Matches an expression with texts on a thread of its own, so that one that takes forever can be given up.
final class PatternMatching: @unchecked Sendable {
  // @unchecked: the state is accessed with `condition` locked only.
  private let condition = NSCondition()
  private var labels: [String?] = []
  private var isGivenUp = false
  private let texts: [String]
  private let makeMatcher: @Sendable () -> (String) -> String?

  /// Seconds that one text may take: an expression such as `(a*)*b` tries more ways than there are atoms.
  static let limit = 5.0

  /// Creates the work; the function that finds labels is made on the thread.
  init(_ texts: [String], _ makeMatcher: @escaping @Sendable () -> (String) -> String?) {
    self.texts = texts
    self.makeMatcher = makeMatcher
  }

  /// The labels of all texts.
  ///
  /// - Returns: The labels, or the text that took too long.
  func callAsFunction() -> Result<[String?], SlowText> {
    guard startThread("labels", stackSize: 16 << 20, { [self] in run() }) else {
      return .success(texts.map(makeMatcher()))
    }
    condition.lock()
    defer { condition.unlock() }
    while labels.count < texts.count {
      let known = labels.count
      let deadline = Date(timeIntervalSinceNow: Self.limit)
      while labels.count == known {
        if !condition.wait(until: deadline), labels.count == known {
          isGivenUp = true
          return .failure(SlowText(text: texts[known]))
        }
      }
    }
    return .success(labels)
  }

  private func run() {
    let label = makeMatcher()
    for text in texts {
      let found = label(text)
      condition.lock()
      labels.append(found)
      let ends = isGivenUp
      condition.signal()
      condition.unlock()
      if ends { return }
    }
  }

  /// A text with which the expression takes too long.
  struct SlowText: Error {
    let text: String
  }
}
