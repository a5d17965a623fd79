package import Imaging
package import Training

extension ClassificationInterpretation {
  /// The 95 % interval of the sensitivity at each of 51 false positive rates, by bootstrap of the patients.
  ///
  /// At each rate the highest sensitivity counts that is reached with at most this rate.
  ///
  /// - Parameters:
  ///   - classIndex: The class.
  ///   - bootstrap: The resampling.
  /// - Returns: The limits; empty if only one class is present.
  package func rocBand(
    ofClass classIndex: Int, bootstrap: Bootstrap = Bootstrap()
  ) -> [LinePlot.Interval] {
    let scores = scores(ofClass: classIndex)
    let positives = positives(ofClass: classIndex)
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    let isTied = order.indices.map {
      $0 + 1 < order.count && scores[order[$0 + 1]] == scores[order[$0]]
    }
    let rates = (0...50).map { Double($0) / 50 }
    func sensitivities(_ weights: [Int]) -> [Double?] {
      let all = order.reduce(into: (positive: 0, negative: 0)) {
        if positives[$1] { $0.positive += weights[$1] } else { $0.negative += weights[$1] }
      }
      guard all.positive > 0, all.negative > 0 else {
        return [Double?](repeating: nil, count: rates.count)
      }
      var found: [Double?] = []
      var (place, tp, fp) = (0, 0, 0)
      // What is reached before the current group of equal scores.
      var reached = 0
      for rate in rates {
        while place < order.count, Double(fp) <= rate * Double(all.negative) + 1e-9 {
          reached = tp
          repeat {
            let item = order[place]
            if positives[item] { tp += weights[item] } else { fp += weights[item] }
            place += 1
          } while isTied[place - 1]
        }
        if Double(fp) <= rate * Double(all.negative) + 1e-9 { reached = tp }
        found.append(Double(reached) / Double(all.positive))
      }
      return found
    }
    let values = sensitivities([Int](repeating: 1, count: count))
    let intervals = bootstrap.intervals(
      clusters: Bootstrap.clusters(by: patients), sensitivities)
    return rates.indices.compactMap { place in
      // Where all resamples agree, the band has no width.
      let (low, high) = (
        intervals[place]?.low ?? values[place], intervals[place]?.high ?? values[place]
      )
      guard let low, let high else { return nil }
      return LinePlot.Interval(x: rates[place], low: low, high: high)
    }
  }
}
