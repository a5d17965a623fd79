public import Tensors

/// How much the score falls when a window of the input is covered (Zeiler and Fergus, arXiv:1311.2901).
///
/// The value of a pixel is the mean of `score − score with the window covered` over the windows that cover it.
public struct Occlusion: MapMethod {
  /// The name on the command line.
  public var name: String { "occlusion" }
  /// The name in captions.
  public var title: String { "Occlusion" }
  /// True.
  public var isPerturbing: Bool { true }
  /// Whether the method needs a layer.
  public var usesLayer: Bool { false }
  private let window: Int?
  private let stride: Int?
  private let fill: Float
  private let batchSize: Int

  /// Creates the method.
  ///
  /// - Parameters:
  ///   - window: The side of the window in pixels of the input. Default: an eighth of the shorter side.
  ///   - stride: The distance between windows. Default: half a window.
  ///   - fill: The value in the window, in normalized units; 0 is the mean.
  ///   - batchSize: Covered images per forward pass.
  public init(window: Int? = nil, stride: Int? = nil, fill: Float = 0, batchSize: Int = 16) {
    precondition(
      window ?? 1 > 0 && stride ?? 1 > 0,
      "a window and its stride are positive, not \(window ?? 0) and \(stride ?? 0)")
    self.window = window
    self.stride = stride
    self.fill = fill
    self.batchSize = batchSize
  }

  /// The raw maps, `[batch, rows, columns]`.
  public func map(_ context: MapContext) -> Tensor {
    let found = (0..<context.input.shape[0]).map { pixels(context, image: $0) }
    return Tensor.concatenated(found, axis: 0)
  }

  private func layout(_ input: Tensor) -> (window: Int, rows: [Int], columns: [Int]) {
    let (height, width) = (input.shape[2], input.shape[3])
    let window = min(window ?? max(min(height, width) / 8, 1), height, width)
    let step = stride ?? max(window / 2, 1)
    func starts(_ length: Int) -> [Int] {
      Array(Swift.stride(from: 0, through: length - window, by: step))
    }
    return (window, starts(height), starts(width))
  }

  /// The fall of the score per window, `[rows, columns]`.
  package func grid(_ context: MapContext, image: Int = 0) -> Tensor {
    let input = context.input
    let (window, rows, columns) = layout(input)
    let own = input[image..<(image + 1)].rowMajor
    let (channels, height, width) = (own.shape[1], own.shape[2], own.shape[3])
    let score = context.target.scores(context.output).floatScalars[image]
    let places = rows.flatMap { row in columns.map { (row, $0) } }
    var falls: [Float] = []
    for start in Swift.stride(from: 0, to: places.count, by: batchSize) {
      let part = places[start..<min(start + batchSize, places.count)]
      var covered = own.expanded(to: [part.count, channels, height, width]).rowMajor
      covered.makeUnique()
      for (number, (row, column)) in part.enumerated() {
        for channel in 0..<channels {
          for y in row..<(row + window) {
            let line = ((number * channels + channel) * height + y) * width
            for x in column..<(column + window) { covered.floats[line + x] = fill }
          }
        }
      }
      falls += context.scores(of: covered).floatScalars.map { score - $0 }
    }
    return Tensor(falls, shape: [rows.count, columns.count])
  }

  /// `[1, height, width]`.
  private func pixels(_ context: MapContext, image: Int) -> Tensor {
    let (height, width) = (context.input.shape[2], context.input.shape[3])
    let (window, rows, columns) = layout(context.input)
    let falls = grid(context, image: image).floatScalars
    var sums = [Float](repeating: 0, count: height * width)
    var counts = [Float](repeating: 0, count: height * width)
    for (i, row) in rows.enumerated() {
      for (j, column) in columns.enumerated() {
        for y in row..<(row + window) {
          for x in column..<(column + window) {
            sums[y * width + x] += falls[i * columns.count + j]
            counts[y * width + x] += 1
          }
        }
      }
    }
    return Tensor(zip(sums, counts).map { $1 > 0 ? $0 / $1 : 0 }, shape: [1, height, width])
  }
}
