import DataBlocks
import Foundation
public import Imaging
import Training

extension ClassificationInterpretation {
  /// Draws the images with the largest or smallest losses (`plot_top_losses`).
  ///
  /// Titles are fastai's: prediction / actual / loss / probability of the prediction.
  ///
  /// - Parameters:
  ///   - count: The number of images (`k`).
  ///   - largest: Largest losses first, or smallest first.
  ///   - explainer: Draws the map of the predicted class over each image, where it is positive. Default: no maps.
  ///   - columns: The number of images per row (`ncols`). Default: 3, or the least that gives a square.
  /// - Returns: The figure; file names are below the images.
  /// - Throws: `DataError` naming a file that cannot be read, `MapError` if the method does not fit the model.
  /// - Precondition: The interpretation knows its predictor and items, and has at least one.
  public func plotTopLosses(
    _ count: Int = 9, largest: Bool = true, explainer: Explainer? = nil, columns: Int? = nil
  ) throws -> Figure {
    guard let predictor else {
      preconditionFailure("plotTopLosses reads images: make the interpretation from a predictor")
    }
    let losses = topLosses(count, largest: largest)
    precondition(
      !losses.isEmpty && !items.isEmpty, "plotTopLosses needs items, of which it draws \(count)")
    let columns =
      columns ?? max(min(losses.count, 3), Int(Double(losses.count).squareRoot().rounded(.up)))
    var panels: [Figure.Panel] = []
    var names: [String] = []
    for loss in losses {
      guard let item = loss.item else { continue }
      let image = try predictor.prepare(item.path, frame: item.frame)
      panels.append(
        .film(try film(image, ofClass: decoded[loss.row], explainer), title: Self.title(loss)))
      names.append(Self.name(of: item))
    }
    let rows = stride(from: 0, to: panels.count, by: columns).map {
      $0..<min($0 + columns, panels.count)
    }
    return Figure(
      rows: rows.map { Array(panels[$0]) }, title: "Prediction / Actual / Loss / Probability",
      captions: rows.map { names[$0].joined(separator: ", ") }
        + (explainer.map {
          ["Colored: what raises the score of the predicted class (\($0.method.title))."]
        } ?? []))
  }

  /// fastai's title of an image.
  static func title(_ loss: TopLoss) -> String {
    func digits(_ value: Double) -> String { String(format: "%.2f", value) }
    return
      "\(loss.predicted)/\(loss.actual) / \(digits(loss.loss)) / \(digits(loss.probability))"
  }

  private static func name(of item: DataItem) -> String {
    (item.path.split(separator: "/").last.map(String.init) ?? item.path)
      + (item.frame.map { "#\($0 + 1)" } ?? "")
  }

  /// The image with the map of a class over it, where the map is positive.
  private func film(
    _ image: PreparedImage, ofClass classIndex: Int, _ explainer: Explainer?
  ) throws -> Film {
    var film = Film(image.original)
    guard let explainer else { return film }
    let explanation = try explainer(image, classes: [classIndex])
    guard let map = explanation.maps.first, map.status == .evidence else { return film }
    film.map = explanation.placed(map)
    film.colors = explanation.colors()
    film.layer = .overlay(.evidence())
    film.showsColorBar = false
    return film
  }
}
