/// Metrics of numbers. Several numbers per item count alike, as with scikit-learn's `uniform_average`.
extension Metric {
  /// Mean squared error (`mse`).
  public static let mse = ofValues("mse") { p in mean(p) { ($0 - $1) * ($0 - $1) } }

  /// Mean absolute error (`mae`).
  public static let mae = ofValues("mae") { p in mean(p) { abs($0 - $1) } }

  /// Square root of the mean squared error over the whole set (`rmse`).
  public static let rmse = ofValues("rmse") { mse.value($0).squareRoot() }

  /// Coefficient of determination (`R2Score`): 1 − residual / total sum of squares, the mean over the numbers.
  ///
  /// Of constant targets 1 if all are met exactly, else 0, as in scikit-learn; NaN with a single item.
  public static let r2Score = ofValues("r2_score") { p in
    guard p.count > 1 else { return .nan }
    return meanOfColumns(p) { x, t in
      let center = t.reduce(0, +) / Double(t.count)
      let residual = zip(x, t).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      let total = t.reduce(0) { $0 + ($1 - center) * ($1 - center) }
      return total > 0 ? 1 - residual / total : residual == 0 ? 1 : 0
    }
  }

  /// Explained variance (`ExplainedVariance`): 1 − variance of the residuals / variance of the targets.
  public static let explainedVariance = ofValues("explained_variance_score") { p in
    meanOfColumns(p) { x, t in
      let (residual, total) = (spread(zip(t, x).map { $0 - $1 }), spread(t))
      return total > 0 ? 1 - residual / total : residual == 0 ? 1 : 0
    }
  }

  /// Correlation of predictions and targets (`PearsonCorrCoef`); NaN if one is constant.
  public static let pearsonCorrCoef = ofValues("pearsonr") { p in
    meanOfColumns(p) { x, t in
      let (a, b) = (x.reduce(0, +) / Double(x.count), t.reduce(0, +) / Double(t.count))
      let product = zip(x, t).reduce(0) { $0 + ($1.0 - a) * ($1.1 - b) }
      return product / (spread(x) * spread(t)).squareRoot()
    }
  }

  /// The sum of squared deviations from the mean.
  private static func spread(_ values: [Double]) -> Double {
    let center = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - center) * ($1 - center) }
  }

  private static func mean(_ p: Predictions, _ term: (Double, Double) -> Double) -> Double {
    zip(p.probabilities, p.targetValues).reduce(0) { sum, row in
      zip(row.0, row.1).reduce(sum) { $0 + term(Double($1.0), Double($1.1)) }
    } / Double(p.count * p.classCount)
  }

  private static func meanOfColumns(
    _ p: Predictions, _ term: (_ predicted: [Double], _ targets: [Double]) -> Double
  ) -> Double {
    (0..<p.classCount).reduce(0) { sum, column in
      sum + term(p.scores(ofClass: column), p.targetValues.map { Double($0[column]) })
    } / Double(p.classCount)
  }
}
