import Console

/// Measures of one class in groups of items, such as by view, sex or site.
public struct SubgroupTable: Sendable, Equatable, Codable {
  /// The measures of one group.
  public struct Row: Sendable, Equatable, Codable {
    /// The value of the column, or a range of numbers.
    public let name: String
    /// The decisions.
    public let counts: OperatingPoint
    /// The area under the ROC curve.
    public let auc: Estimate

    /// Creates a row.
    package init(name: String, counts: OperatingPoint, auc: Estimate) {
      self.name = name
      self.counts = counts
      self.auc = auc
    }

    /// Whether it has fewer positive or negative items than `SubgroupTable.smallCount`.
    public var isSmall: Bool {
      min(counts.positives, counts.items - counts.positives) < SubgroupTable.smallCount
    }
  }

  /// Groups with fewer positive or fewer negative items are marked as small.
  public static let smallCount = 10
  /// A column of text with more values than this is cut to its most frequent ones.
  package static let groupLimit = 20
  /// A column of numbers with more values than this is divided at its quartiles.
  package static let numberLimit = 10
  /// The name of the group of items without a value.
  package static let missing = "(missing)"

  /// The column.
  public let column: String
  /// The class that counts as positive.
  public let className: String
  /// The probability from which an item is decided positive; nil: where the class is the most probable one.
  public let threshold: Double?
  /// The groups.
  public let rows: [Row]

  /// Creates a table.
  package init(column: String, className: String, threshold: Double?, rows: [Row]) {
    self.column = column
    self.className = className
    self.threshold = threshold
    self.rows = rows
  }

  /// The group of each item by its value in a column.
  ///
  /// Values of text are groups, in alphabetical order, the missing ones last; of more than 20 the most frequent 20
  /// are kept, the others are one group. More than 10 different numbers are divided at their quartiles.
  ///
  /// - Parameter values: The cell of each item; nil or blank if it has none.
  /// - Returns: Names of groups with the positions of their items.
  package static func groups(_ values: [String?]) -> [(name: String, members: [Int])] {
    let known = values.map { $0.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 } }
    var byName: [String: [Int]] = [:]
    for (place, value) in known.enumerated() where value != nil {
      byName[value ?? "", default: []].append(place)
    }
    var groups: [(name: String, members: [Int])]
    let numbers = byName.keys.map { Double($0) }
    if byName.count > numberLimit, numbers.allSatisfy({ $0?.isFinite ?? false }) {
      groups = quartiles(byName)
    } else {
      let frequent = byName.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
      groups = frequent.prefix(groupLimit).map { ($0.key, $0.value) }
      let isNumeric = numbers.allSatisfy { $0?.isFinite ?? false }
      groups.sort {
        isNumeric ? (Double($0.name) ?? 0) < (Double($1.name) ?? 0) : $0.name < $1.name
      }
      let rest = frequent.dropFirst(groupLimit)
      if !rest.isEmpty {
        groups.append(("(\(rest.count) other values)", rest.flatMap(\.value).sorted()))
      }
    }
    let missing = known.indices.filter { known[$0] == nil }
    return missing.isEmpty ? groups : groups + [(Self.missing, missing)]
  }

  private static func quartiles(_ byName: [String: [Int]]) -> [(name: String, members: [Int])] {
    let items = byName.flatMap { name, members in members.map { (Double(name) ?? 0, $0, name) } }
      .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    // Equal numbers stay together, so a quartile can be empty.
    let cuts = [1, 2, 3].map { items[($0 * items.count + 3) / 4 - 1] }
    func members(_ isIn: (Double) -> Bool) -> [Int] {
      items.filter { isIn($0.0) }.map(\.1).sorted()
    }
    let (a, b, c) = (cuts[0], cuts[1], cuts[2])
    return [
      ("up to \(a.2)", members { $0 <= a.0 }),
      ("> \(a.2) to \(b.2)", members { $0 > a.0 && $0 <= b.0 }),
      ("> \(b.2) to \(c.2)", members { $0 > b.0 && $0 <= c.0 }),
      ("over \(c.2)", members { $0 > c.0 }),
    ].filter { !$0.1.isEmpty }
  }
}

extension SubgroupTable: CustomStringConvertible {
  /// A table of at most 80 columns.
  public var description: String {
    let rule =
      threshold.map { "p >= \(NumberFormat.significant($0, 4))" } ?? "the most probable class"
    var lines = wrapped("by \(column): \(className), \(rule)")
    lines.append(
      TextTable(
        [
          TextColumn(column, isFlexible: true), .right("images"), .right("pos."), .right("AUC"),
          .right("sensitivity"), .right("specificity"),
        ],
        rows: rows.map {
          [
            ($0.isSmall ? "* " : "") + $0.name, "\($0.counts.items)", "\($0.counts.positives)",
            $0.auc.shortText, $0.counts.sensitivity.shortText, $0.counts.specificity.shortText,
          ]
        }
      ).description)
    if rows.contains(where: \.isSmall) {
      lines.append("* fewer than \(Self.smallCount) positive or negative images")
    }
    return lines.joined(separator: "\n")
  }
}

extension Estimate {
  /// The value and its interval with two digits, such as "0.98 (0.87–1.00)"; "–" for what is not defined.
  package var shortText: String {
    guard let value else { return "–" }
    let ends = interval.map {
      " (\(NumberFormat.fixed($0.low, 2))–\(NumberFormat.fixed($0.high, 2)))"
    }
    return NumberFormat.fixed(value, 2) + (ends ?? "")
  }
}
