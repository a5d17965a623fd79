import Files
import Imaging
import Tensors

/// Boxes as the label of an item: "x0 y0 x1 y1 NAME; …".
enum BoxText {
  static let maximumBoxes = 10_000

  /// Parses boxes.
  ///
  /// - Parameters:
  ///   - text: The label.
  ///   - named: Whether each box has a class behind its edges.
  /// - Returns: The boxes; none in an empty text.
  /// - Throws: `DataError` with the first box that is none.
  static func boxes(_ text: String, named: Bool) throws(DataError) -> [LabeledBox] {
    var boxes: [LabeledBox] = []
    for part in text.split(separator: ";") where !String(part).trimmed.isEmpty {
      let words = part.split(maxSplits: 4, omittingEmptySubsequences: true) { $0.isWhitespace }
      let numbers = words.prefix(4).compactMap { Double($0) }.filter(\.isFinite)
      let name = words.count > 4 ? String(words[4]).trimmed : nil
      guard numbers.count == 4, (name != nil) == named, boxes.count < maximumBoxes,
        numbers[0] < numbers[2], numbers[1] < numbers[3]
      else {
        throw DataError(.annotation(.notABox(String(part).trimmed, named: named)))
      }
      boxes.append(
        LabeledBox(
          BoundingBox(x0: numbers[0], y0: numbers[1], x1: numbers[2], y1: numbers[3]), label: name))
    }
    return boxes
  }

  /// The boxes in the input: edges from -1 to 1, and the index of the class where there are classes.
  static func tensor(_ sample: Sample, labels: [String]?) -> Tensor {
    let (width, height) = (Double(sample.size.width), Double(sample.size.height))
    var values: [Float] = []
    let boxes = sample.boxesInImage.filter { $0.box.width > 0 && $0.box.height > 0 }
    for labeled in boxes {
      let box = labeled.box
      values += [box.x0 / width, box.y0 / height, box.x1 / width, box.y1 / height]
        .map { Float($0 * 2 - 1) }
      if let labels {
        values.append(Float((labeled.label.flatMap(labels.firstIndex) ?? -1) + 1))
      }
    }
    return Tensor(values, shape: [boxes.count, labels == nil ? 4 : 5])
  }

  /// The boxes of several items, with zeros where an item has fewer (`bb_pad`); one row at least.
  static func padded(_ targets: [Tensor], columns: Int) -> Tensor {
    let rows = max(1, targets.map { $0.shape[0] }.max() ?? 0)
    var values: [Float] = []
    for target in targets {
      let own = target.scalars(as: Float.self)
      values += own + [Float](repeating: 0, count: rows * columns - own.count)
    }
    return Tensor(values, shape: [targets.count, rows, columns])
  }
}

/// What is wrong with a mask or with boxes.
package enum AnnotationFault: Sendable, Equatable {
  /// The file of a mask does not exist.
  case noMask
  /// A mask has three channels.
  case maskChannels(Int)
  /// A mask has another size than its image.
  case maskSize(ImageSize, image: ImageSize)
  /// A mask has a value that is no class.
  case maskValue(Int, classCount: Int, scale: Int)
  /// A text that is not a box.
  case notABox(String, named: Bool)

  var problem: String {
    switch self {
    case .noMask: "the mask does not exist"
    case .maskChannels(let count): "the mask has \(count) channels, not one"
    case .maskSize(let size, let image):
      "the mask has \(size.height) x \(size.width) pixels (rows x columns), its image \(image.height) x \(image.width)"
    case .maskValue(let value, let count, let scale):
      "the mask has the value \(value), which is none of the \(count) classes "
        + "(0 to \((count - 1) * scale)\(scale == 1 ? "" : " in steps of \(scale)"))"
    case .notABox(let text, let named):
      "\(text.quoted) is not a box, \"x0 y0 x1 y1\(named ? " NAME" : "")\" with x0 < x1 and y0 < y1"
    }
  }

  var remedy: String {
    switch self {
    case .noMask: "correct the label, which is the path of the mask"
    case .maskChannels: "save it as a grayscale image"
    case .maskSize: "give the mask of this image"
    case .maskValue(255, let count, scale: 1) where count == 2: "give MaskBlock scale: 255"
    case .maskValue: "correct the mask, or give MaskBlock all classes"
    case .notABox: "correct or remove the row"
    }
  }
}
