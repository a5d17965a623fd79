import Foundation
import Imaging
import TestSupport
import Testing

@Suite("fastai.medical")
struct MedicalFixtureTests {
  /// The number of tensors and boxes that are compared.
  private static let comparisons = 44

  private let files: [String: [String: Any]]
  private let tensors: [String: FixtureTensor]

  init() throws {
    let data = try Data(contentsOf: Fixture.url("dicom/fastai.json"))
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    files = try #require(json["files"] as? [String: [String: Any]])
    tensors = try SafetensorsFixture.load("dicom/fastai.safetensors")
    #expect(files.count == 3)
  }

  private func window(_ name: Substring) throws -> (width: Int, level: Int) {
    if let window = DICOMIntensity.NamedWindow(rawValue: String(name)) {
      return (window.width, window.level)
    }
    let numbers = name.split(separator: ",").compactMap { Int($0) }
    try #require(numbers.count == 2, "\(name)")
    return (numbers[0], numbers[1])
  }

  /// Compares the crop and the statistics of images, one per channel.
  private func check(
    _ images: [ScalarImage], _ file: String, _ key: String, slack: Double = 0
  ) throws {
    let facts = try #require(files[file]?[key] as? [String: Any])
    let (row, column) = (
      try #require(facts["crop_row"] as? Int), try #require(facts["crop_column"] as? Int)
    )
    var crop: [Float] = []
    for image in images {
      for y in row..<(row + 12) {
        crop += image.values[(y * image.width + column)..<(y * image.width + column + 12)]
      }
    }
    let expected = try #require(tensors["\(file)/\(key)"])
    expectClose(crop, expected.floats, absolute: 1e-5 + slack, relative: 1e-6, "\(file) \(key)")
    let values = images.flatMap(\.values).map { Double($0) }
    let mean = values.reduce(0, +) / Double(values.count)
    let wanted = try #require(facts["mean"] as? NSNumber).doubleValue
    #expect(abs(mean - wanted) <= 1e-5 * max(1, abs(wanted)) + slack, "\(file) \(key) \(mean)")
  }

  @Test("scaled pixels, windows, equalization, channels, masks and boxes equal fastai's values")
  func values() throws {
    var compared = 0
    for (file, facts) in files {
      let dicom = try DICOMFile(contentsOf: Fixture.path("dicom/files/\(file)"))
      let scaled = try dicom.scaledPixels()
      // The radiograph is a lossy JPEG, whose decoders differ by one level.
      let levels = file.hasPrefix("siim") ? 1.0 : 0
      let names = facts.keys.filter { $0.hasPrefix("windowed.") }.sorted()
      for key in facts.keys.sorted() {
        let name = key.split(separator: ".", maxSplits: 1).last ?? ""
        compared += 1
        switch key {
        case "scaled_px": try check([scaled], file, key, slack: levels)
        case _ where key.hasPrefix("windowed."):
          let (width, level) = try window(name)
          try check(
            [dicom.windowed(width: width, level: level)], file, key, slack: levels / Double(width))
        case _ where key.hasPrefix("pct_in_window."):
          let (width, level) = try window(name)
          let share = try #require(facts[key] as? NSNumber).doubleValue
          #expect(
            abs(try dicom.pctInWindow(width: width, level: level) - share) <= 1e-6 + levels / 1000,
            "\(file) \(key)")
        case "freqhist_bins":
          for (suffix, count) in [("", 100), (".10", 10)] {
            let bins = scaled.freqhistBins(count)
            let expected = try #require(tensors["\(file)/freqhist_bins\(suffix)"]).floats
            expectClose(bins, expected, absolute: 1e-3 + levels, "\(file) \(count) bins")
          }
        case "hist_scaled": try check([dicom.histScaled()], file, key, slack: levels * 0.02)
        case "hist_scaled.10":
          try check(
            [dicom.histScaled(breaks: scaled.freqhistBins(10))], file, key, slack: levels * 0.02)
        case "hist_scaled.limited":
          let limits = try #require(facts[key] as? [String: Any])
          let (low, high) = (
            try #require(limits["min_px"] as? NSNumber).floatValue,
            try #require(limits["max_px"] as? NSNumber).floatValue
          )
          try check(
            [dicom.histScaled(minimum: low, maximum: high)], file, key, slack: levels * 0.02)
        case "to_nchan", "to_nchan.bins0":
          // The named windows, in the order of `pct_in_window`.
          let shape = try #require((facts[key] as? [String: Any])?["shape"] as? [Int])
          let isPlain = key == "to_nchan.bins0"
          let windows = try Self.windows(of: file).map { try window(Substring($0)) }
          #expect(windows.count == shape[0] - (isPlain ? 0 : 1))
          try check(
            dicom.toNChannels(windows, addsHistScaled: !isPlain), file, key, slack: levels * 0.02)
        case _ where key.hasPrefix("mask."): try checkMask(scaled, file, key)
        case "to_uint16": compared -= 1
        default: Issue.record("nothing compares \(key)")
        }
      }
      #expect(names.count >= 3)
    }
    #expect(compared == Self.comparisons)
  }

  /// The order of the windows, which the JSON object does not have.
  private static func windows(of file: String) -> [String] {
    switch file {
    case "CT_small.dcm": ["lungs", "brain", "mediastinum"]
    case "CR1-6154.dcm": ["spine_bone", "brain_bone"]
    default: ["brain_bone", "abdomen_soft"]
    }
  }

  private func checkMask(_ scaled: ScalarImage, _ file: String, _ key: String) throws {
    let facts = try #require(files[file]?[key] as? [String: Any])
    let window = try #require(facts["window"] as? [Int])
    let mask = scaled.maskFromBlur(
      width: window[0], level: window[1],
      sigma: try #require(facts["sigma"] as? NSNumber).doubleValue,
      threshold: try #require(facts["thresh"] as? NSNumber).floatValue,
      removesMaximum: try #require(facts["remove_max"] as? Bool))
    let area = mask.samples.count { $0 == 255 }
    let wanted = try #require(facts["area"] as? Int)
    let slack = file.hasPrefix("siim") ? wanted / 500 : 2
    #expect(abs(area - wanted) <= slack, "\(file) \(key): \(area), not \(wanted)")
    let corners = try #require(facts["mask2bbox"] as? [[Int]])
    let box = try #require(mask2bbox(mask))
    #expect(
      box
        == BoundingBox(
          x0: Double(corners[0][1]), y0: Double(corners[0][0]), x1: Double(corners[1][1] + 1),
          y1: Double(corners[1][0] + 1)), "\(file) \(key)")
  }

  @Test("the table of windows is fastai's, with one more")
  func windows() throws {
    let data = try Data(contentsOf: Fixture.url("dicom/fastai.json"))
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let windows = try #require(json["dicom_windows"] as? [String: [Int]])
    #expect(windows.count == 11)
    for (name, numbers) in windows {
      let window = try #require(DICOMIntensity.NamedWindow(rawValue: name))
      #expect([window.width, window.level] == numbers, "\(name)")
    }
  }

  @Test("small cases whose numbers are known from fastai")
  func small() {
    let image = ScalarImage(width: 12, height: 1, values: (0...10).map { Float($0) } + [100])
    #expect(image.freqhistBins(4) == [0, 1, 4, 7, 10, 100])
    let scaled = image.histScaled(breaks: image.freqhistBins(4)).values
    expectClose([scaled[2], scaled[9], scaled[11]], [0.2667, 0.7333, 1], absolute: 1e-4)
    let lungs = ScalarImage(width: 6, height: 1, values: [-1350, -1349, -600, 0, 40, 150])
    expectClose(
      lungs.windowed(.lungs).values, [0, 0.000667, 0.5, 0.9, 0.926667, 1], absolute: 1e-6)
    // An odd width has a whole half: 187.
    let odd = ScalarImage(width: 2, height: 1, values: [0, 150]).windowed(.brainSoft).values
    expectClose(odd, [0.3930, 0.7941], absolute: 1e-4)
    // Constant images and NaN.
    let flat = ScalarImage(width: 3, height: 1, values: [5, 5, 5])
    #expect(flat.freqhistBins() == [5] && flat.histScaled().values == [0, 0, 0])
    let broken = ScalarImage(width: 3, height: 1, values: [.nan, 1, 2])
    #expect(broken.freqhistBins(1) == [1, 2] && broken.histScaled().values == [0, 0, 1])
  }

  @Test("mask2bbox is exclusive at the right and the bottom; an empty mask has no box")
  func boxes() {
    var mask = PixelBuffer(width: 8, height: 6, channels: 1)
    #expect(mask2bbox(mask) == nil)
    for y in 2...4 { for x in 3...6 { mask.samples[y * 8 + x] = 255 } }
    #expect(mask2bbox(mask) == BoundingBox(x0: 3, y0: 2, x1: 7, y1: 5))
  }

  @Test("cropResize takes a square around the box, inside of the image, with its geometry")
  func cropResize() {
    let ramp = ScalarImage(width: 20, height: 10, values: (0..<200).map { Float($0 % 20) + 0.5 })
    let (image, geometry) = ramp.cropResize(
      BoundingBox(x0: 4, y0: 2, x1: 12, y1: 5), size: 4)
    #expect(image.width == 4 && image.height == 4)
    // The side is 8; below, it is moved up to end with the image.
    #expect(geometry.source(x: 0, y: 0) == (4, 2) && geometry.source(x: 4, y: 4) == (12, 10))
    expectClose(Array(image.values[4..<8]), [5, 7, 9, 11], absolute: 1e-5)
    let corner = ramp.cropResize(BoundingBox(x0: 16, y0: 8, x1: 20, y1: 10), size: 4)
    #expect(corner.geometry.source(x: 0, y: 0) == (16, 6))
  }
}
