import Lightbox

extension Metric {
  /// The geometric mean of the recalls of all classes: 0 if a class is never found.
  ///
  /// A metric sees the predictions for all validation items at once. Its name is its column in the table and what
  /// `SaveModelCallback(monitor:)` takes.
  static let gMean = Metric("g_mean") { predictions in
    var product = 1.0
    let classes = Set(predictions.targets)
    for index in classes {
      let items = predictions.targets.indices.filter { predictions.targets[$0] == index }
      let found = items.count { predictions.decoded[$0] == index }
      product *= Double(found) / Double(items.count)
    }
    return classes.count == 2 ? product.squareRoot() : .nan
  }
}
