extension Metric {
  /// How much a disagreement of `cohenKappa` counts (`weights`).
  public enum KappaWeights: String, Sendable, Codable, CaseIterable {
    /// Every disagreement counts 1.
    case none
    /// The distance of the class indices.
    case linear
    /// The square of the distance.
    case quadratic
  }

  /// Agreement beyond chance: 1 − Σ w·observed / Σ w·expected (`CohenKappa`).
  ///
  /// NaN where chance would always agree.
  public static func cohenKappa(weights: KappaWeights = .none) -> Metric {
    let name = named(
      "cohen_kappa_score", [("weights", weights == .none ? nil : weights.rawValue)])
    return ofClasses(name) { p in
      let counts = ConfusionMatrix(
        targets: p.targets, predictions: p.decoded, classCount: p.classCount
      ).counts
      let rows = counts.map { Double($0.reduce(0, +)) }
      let columns = counts.indices.map { column in
        Double(counts.reduce(0) { $0 + $1[column] })
      }
      var (observed, expected) = (0.0, 0.0)
      for i in counts.indices {
        for j in counts.indices where i != j {
          let distance = Double(abs(i - j))
          let weight =
            switch weights {
            case .none: 1.0
            case .linear: distance
            case .quadratic: distance * distance
            }
          observed += weight * Double(counts[i][j])
          expected += weight * rows[i] * columns[j] / Double(p.count)
        }
      }
      return 1 - observed / expected
    }
  }

  /// Correlation of targets and predictions (`MatthewsCorrCoef`); 0 where one of them is constant.
  public static let matthewsCorrCoef = ofClasses("matthews_corrcoef") { p in
    let counts = ClassCounts.all(of: p)
    let n = Double(p.count)
    let hits = counts.reduce(0) { $0 + $1.hits }
    let products = counts.reduce(0) { $0 + $1.support * $1.predicted }
    let spread =
      (n * n - counts.reduce(0) { $0 + $1.predicted * $1.predicted })
      * (n * n - counts.reduce(0) { $0 + $1.support * $1.support })
    return spread > 0 ? (hits * n - products) / spread.squareRoot() : 0
  }
}
