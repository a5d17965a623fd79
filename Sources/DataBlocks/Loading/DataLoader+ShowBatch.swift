import Console
public import Imaging
import Tensors

extension DataLoader {
  /// Draws images as the model sees them, with labels, masks and boxes (`show_batch`).
  ///
  ///     try dataLoaders.train.showBatch(to: "batch.png")
  ///     try dataLoaders.train.showBatch(to: "augmented.png", unique: true)
  ///
  /// - Parameters:
  ///   - path: The file of the contact sheet, `.png`, `.svg` or `.jpg`; further pages have a number.
  ///   - count: The number of images (`max_n`).
  ///   - columns: Images in a row (`ncols`).
  ///   - epoch: The first epoch, which selects the order and the random transforms of training.
  ///   - unique: Draw the first item only, in as many epochs: what the random transforms make of it (`unique`).
  ///   - title: The title of each page.
  /// - Returns: The paths of the pages; none without items.
  /// - Throws: `DataError` naming a file that cannot be read, `ImageFileError` if a page cannot be written.
  /// - Precondition: `count` and `columns` are positive.
  @discardableResult
  public func showBatch(
    to path: String, count: Int = 9, columns: Int = 3, epoch: Int = 0, unique: Bool = false,
    title: String = ""
  ) throws -> [String] {
    precondition(count > 0 && columns > 0, "\(count) images in \(columns) columns")
    let plan = plan(epoch: epoch)
    guard let first = plan.first?.first else { return [] }
    let shown = unique ? count : min(count, plan.joined().count)
    var sheet = ContactSheet(
      to: path, title: title, columns: columns, rows: max(1, (shown + columns - 1) / columns),
      cellSize: 224)
    if unique {
      for number in epoch..<(epoch + count) {
        try sheet.add(try sample(first, epoch: number, batch: number).panel)
      }
    } else {
      let places = plan.enumerated().flatMap { batch, indices in indices.map { (batch, $0) } }
      var drawn = 0
      for (batch, index) in places where drawn < count {
        do {
          try sheet.add(try sample(index, epoch: epoch, batch: batch).panel)
          drawn += 1
        } catch let error as DataError where unreadable == .skip && error.isOfFile {
          continue
        }
      }
    }
    return try sheet.finish()
  }
}

extension Sample {
  /// The image as it is now, with its label, boxes and the outline of its first mask.
  package var panel: Figure.Panel {
    var film = Film(is8Bit ? image : PixelBuffer(values))
    film.outline = masksInImage.first.flatMap { mask in
      mask.samples.contains { $0 > 0 }
        ? MaskOutline(PixelMask(mask), width: mask.width, height: mask.height) : nil
    }
    return .film(film, title: (label ?? "").printable, boxes: boxesInImage)
  }
}

/// The pixels above 0 of an image with one channel.
private struct PixelMask: ImageMask {
  let image: PixelBuffer
  init(_ image: PixelBuffer) { self.image = image }

  var isEmpty: Bool { !image.samples.contains { $0 > 0 } }

  func contains(x: Int, y: Int) -> Bool {
    (0..<image.width).contains(x) && (0..<image.height).contains(y)
      && image.samples[y * image.width + x] > 0
  }

  func intersects(_ box: BoundingBox) -> Bool {
    let columns =
      max(Int(box.x0), 0)..<max(min(Int(box.x1.rounded(.up)), image.width), max(Int(box.x0), 0))
    let rows =
      max(Int(box.y0), 0)..<max(min(Int(box.y1.rounded(.up)), image.height), max(Int(box.y0), 0))
    return rows.contains { y in columns.contains { contains(x: $0, y: y) } }
  }
}
