import DataBlocks
import Files
import Foundation
import Imaging
import Interpret
import Layers
import Tensors
import TestSupport
import Testing
import Training

@Suite("Maps and boxes of files, and their figures")
struct ExplanationFileTests {
  /// A folder that is removed at the end of a test.
  private final class Folder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("lightbox-\(UUID())")
      .path
    init() throws {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  /// Writes a noise image as PNG.
  private func writeNoise(_ path: String, width: Int, height: Int, seed: UInt64) throws {
    var random = RandomSource(seed: seed)
    let samples = (0..<(width * height)).map { _ in UInt8(random.uniform() * 255) }
    try PixelBuffer(width: width, height: height, channels: 1, samples: samples).write(to: path)
  }

  /// The fixture's network as the model of a predictor.
  private func predictor(
    _ transforms: [any Transform] = [Resize(24)]
  ) throws -> (predictor: Predictor, network: CAMNetwork) {
    let fixture = try Fixture.json("cam/cam.json", as: CAMFixture.self)
    let model = try #require(fixture.models.first { $0.name == "tiny" })
    let network = CAMNetwork.make(model.spec)
    network.load(
      CAMNetwork.weights("tiny", in: try SafetensorsFixture.load("cam/models.safetensors")))
    network.eval()
    return (
      Predictor(model: network, vocab: ["a", "b", "c"], pipeline: Pipeline(transforms)), network
    )
  }

  @Test("getCmaps and getBoxes give the maps and boxes of GradCAM, the most probable class first")
  func functions() throws {
    let folder = try Folder()
    let (predictor, network) = try predictor()
    var boxCount = 0
    for seed: UInt64 in 0..<4 {
      let file = "\(folder.path)/\(seed).png"
      try writeNoise(file, width: 50, height: 31, seed: seed)
      let expected = try Explainer(
        predictor, GradCAM(), layers: [TappedLayer("last", network.last)], options: .fmi)(
          predictor.prepare(file))
      let maps = try getCmaps(file, predictor, layer: network.last)
      #expect(maps.map(\.map.floatScalars) == expected.maps.map(\.map.floatScalars))
      #expect(maps.map(\.classIndex) == expected.maps.map(\.classIndex))
      #expect(maps.map(\.className) == maps.map { predictor.vocab[$0.classIndex] })
      let answer = try predictor.predict(file)
      #expect(maps[0].className == answer.label)
      #expect(maps.map(\.probability) == answer.probabilities.sorted(by: >))
      let boxes = try getBoxes(file, predictor, layer: network.last)
      #expect(boxes == expected.boxes)
      #expect(
        boxes.map(\.className)
          == expected.maps.filter { $0.status == .evidence }.map(\.className))
      boxCount += boxes.count
    }
    #expect(boxCount > 0)
  }

  @Test(
    "getCmaps and getBoxes write the pictures that fmi shows, in rows of six, and return the same values"
  )
  func pictures() throws {
    let folder = try Folder()
    let (predictor, network) = try predictor()
    let file = "\(folder.path)/film.png"
    try writeNoise(file, width: 50, height: 31, seed: 3)
    let (maps, cmap, image) = (
      "\(folder.path)/maps.png", "\(folder.path)/cmap.png", "\(folder.path)/image.jpg"
    )
    let values = try getCmaps(
      file, predictor, layer: network.last, showMaps: maps, showCmap: cmap)
    #expect(
      values.map(\.map.floatScalars)
        == (try getCmaps(file, predictor, layer: network.last)).map(\.map.floatScalars))
    let boxes = try getBoxes(
      file, predictor, layer: network.last, showImg: image, color: try #require(Color("red")))
    #expect(boxes == (try getBoxes(file, predictor, layer: network.last)))
    for path in [maps, cmap, image] {
      let picture = try PixelBuffer(contentsOfImage: path)
      #expect(picture.width > 3 * 320 && Set(picture.samples).count > 50)
    }
    let found = try Explainer(
      predictor, GradCAM(), layers: [TappedLayer("last", network.last)], options: .fmi)(
        predictor.prepare(file))
    #expect(try PixelBuffer(contentsOfImage: cmap) == found.overlays.drawn())
    #expect(try PixelBuffer(contentsOfImage: maps) == found.rawMaps.drawn())
    #expect(
      found.boxed(.white).rows.flatMap { $0.flatMap(\.boxes) }.map(\.box) == boxes.map(\.box))
    let many = ClassMap(
      classIndex: 0, className: "a", probability: 1, map: values[0].map, grid: values[0].grid)
    let prepared = try predictor.prepare(file)
    let rows = Explanation(of: prepared, maps: [ClassMap](repeating: many, count: 14)).rawMaps.rows
    #expect(rows.map(\.count) == [6, 6, 2])
    #expect(throws: ImageFileError.self) {
      try getCmaps(file, predictor, layer: network.last, showMaps: "\(folder.path)/no/maps.png")
    }
  }

  @Test("a file that cannot be read is a DataError that names it")
  func unreadable() throws {
    let folder = try Folder()
    let (predictor, network) = try predictor()
    let (missing, damaged) = ("\(folder.path)/none.png", "\(folder.path)/damaged.png")
    try Data([0x89, 0x50, 0x4E, 0x47, 1, 2, 3]).write(to: URL(fileURLWithPath: damaged))
    for file in [missing, damaged] {
      let errors = [
        #expect(throws: DataError.self) { try getCmaps(file, predictor, layer: network.last) },
        #expect(throws: DataError.self) { try getBoxes(file, predictor, layer: network.last) },
      ]
      for error in errors {
        #expect(error?.path == file)
        #expect(error?.description.hasPrefix("\(file): ") == true)
        #expect(error?.description.components(separatedBy: file).count == 2)
      }
    }
  }

  @Test(
    "extent and boxes follow crops, padding, squishing and sizes that are not square",
    arguments: [
      // The middle square of 60 x 40.
      (ResizeMethod.crop, 24, 24, BoundingBox(x0: 10, y0: 0, x1: 50, y1: 40)),
      // The square around it.
      (.pad, 24, 24, BoundingBox(x0: 0, y0: -10, x1: 60, y1: 50)),
      (.squish, 24, 24, BoundingBox(x0: 0, y0: 0, x1: 60, y1: 40)),
      // 16 rows and 24 columns are the shape of the image.
      (.crop, 16, 24, BoundingBox(x0: 0, y0: 0, x1: 60, y1: 40)),
      (.squish, 24, 12, BoundingBox(x0: 0, y0: 0, x1: 60, y1: 40)),
    ])
  func geometry(method: ResizeMethod, height: Int, width: Int, extent: BoundingBox) throws {
    let (predictor, network) = try predictor([Resize(height: height, width: width, method: method)])
    var random = RandomSource(seed: 3)
    let image = PixelBuffer(
      width: 60, height: 40, channels: 1,
      samples: (0..<2400).map { _ in UInt8(random.uniform() * 255) })
    let found = try Explainer(
      predictor, GradCAM(), layers: [TappedLayer("last", network.last)], options: .fmi)(
        predictor.pipeline.prepare(image))
    #expect(found.inputSize == ImageSize(height: height, width: width))
    #expect(found.image == image)
    func numbers(_ box: BoundingBox) -> [Double] { [box.x0, box.y0, box.x1, box.y1] }
    expectClose(numbers(found.extent), numbers(extent), absolute: 1e-9)
    #expect(!found.boxes.isEmpty)
    for map in found.maps {
      let (rows, columns) = (map.map.shape[0], map.map.shape[1])
      #expect(rows == height / 4 && columns == width / 4)
      guard let box = found.peakBox(map), let row = box.row, let column = box.column else {
        continue
      }
      // The peak's cell in the extent, cut to the image.
      let cell = BoundingBox(
        x0: extent.x0 + extent.width * Double(column) / Double(columns),
        y0: extent.y0 + extent.height * Double(row) / Double(rows),
        x1: extent.x0 + extent.width * Double(column + 1) / Double(columns),
        y1: extent.y0 + extent.height * Double(row + 1) / Double(rows))
      let inside = cell.clamped(width: 60, height: 40)
      expectClose(numbers(box.box), numbers(inside.box), absolute: 1e-9)
      expectClose([box.clippedShare], [inside.clippedShare], absolute: 1e-9)
      #expect(map.peak.row == box.row && map.peak.column == box.column)
    }
  }
}
