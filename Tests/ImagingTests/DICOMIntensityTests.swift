import Files
import Foundation
import Imaging
import TestSupport
import Testing

@Suite("DICOM intensities")
struct DICOMIntensityTests {
  private func json(_ intensity: DICOMIntensity) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(intensity), as: UTF8.self)
  }

  private func decode(_ text: String) throws -> DICOMIntensity {
    try JSONDecoder().decode(DICOMIntensity.self, from: Data(text.utf8))
  }

  @Test("every kind has a stable JSON form and round trips")
  func roundTrips() throws {
    for (intensity, text) in [
      (.automatic, #"{"kind":"automatic"}"#), (.voi(2), #"{"index":2,"kind":"voi"}"#),
      (.window(center: 40, width: 80), #"{"center":40,"kind":"window","width":80}"#),
      (.range(lower: -1000, upper: 0.5), #"{"kind":"range","lower":-1000,"upper":0.5}"#),
      (.minMax, #"{"kind":"minMax"}"#),
      (.percentile(lower: 1, upper: 99.5), #"{"kind":"percentile","lower":1,"upper":99.5}"#),
      (.stored, #"{"kind":"stored"}"#), (.fastai8bit, #"{"kind":"fastai8bit"}"#),
      (.histScaled(bins: 50), #"{"bins":50,"kind":"histScaled"}"#),
      (
        .channels([.minMax, .voi(1)]),
        #"{"kind":"channels","parts":[{"kind":"minMax"},{"index":1,"kind":"voi"}]}"#
      ),
    ] as [(DICOMIntensity, String)] {
      #expect(try json(intensity) == text)
      #expect(try decode(text) == intensity)
    }
  }

  @Test(
    "unknown kinds and values that a kind does not allow are rejected",
    arguments: [
      #"{"kind":"gamma"}"#, "{}", #"{"kind":"window","center":40}"#,
      #"{"kind":"window","center":40,"width":0.5}"#, #"{"kind":"voi","index":-1}"#,
      #"{"kind":"range","lower":3,"upper":3}"#, #"{"kind":"percentile","lower":-1,"upper":99}"#,
      #"{"kind":"percentile","lower":1,"upper":101}"#,
      #"{"kind":"percentile","lower":50,"upper":50}"#, #"{"kind":"histScaled","bins":0}"#,
      #"{"kind":"channels","parts":[{"kind":"minMax"}]}"#,
      #"{"kind":"channels","parts":[{"kind":"minMax"},{"kind":"channels","parts":[]}]}"#,
      #"{"kind":"channels","parts":[1,2]}"#,
    ])
  func invalid(_ text: String) {
    #expect(throws: DecodingError.self) { try decode(text) }
  }

  @Test("the named windows are those of fastai's dicom_windows, and pe")
  func namedWindows() throws {
    // fastai.medical.imaging.dicom_windows as (width, level); `windowed` uses l - w // 2 and
    // l + w // 2.
    let expected: [String: (width: Int, level: Int)] = [
      "brain": (80, 40), "subdural": (254, 100), "stroke": (8, 32), "brain_bone": (2800, 600),
      "brain_soft": (375, 40), "lungs": (1500, -600), "mediastinum": (350, 50),
      "abdomen_soft": (400, 50), "liver": (150, 30), "spine_soft": (250, 50),
      "spine_bone": (1800, 400), "pe": (40, 400),
    ]
    #expect(Set(DICOMIntensity.NamedWindow.allCases.map(\.rawValue)) == Set(expected.keys))
    for (name, window) in expected {
      let intensity = try DICOMIntensity(name)
      let (lower, upper) = (window.level - window.width / 2, window.level + window.width / 2)
      #expect(intensity == .range(lower: Double(lower), upper: Double(upper)), "\(name)")
      #expect(intensity == .windowed(width: window.width, level: window.level), "\(name)")
      #expect(try decode(json(intensity)) == intensity, "\(name)")
    }
    #expect(DICOMIntensity.windowed(.lungs) == .range(lower: -1350, upper: 150))
    #expect(DICOMIntensity.windowed(.brainSoft) == .range(lower: -147, upper: 227))
  }

  private func file(
    _ values: [UInt16], width: Int, height: Int, _ attributes: [String: String] = [:]
  ) throws -> DICOMFile {
    let path = NSTemporaryDirectory() + "lightbox-intensity-" + UUID().uuidString + ".dcm"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try DICOMImageWriter().write(
      values, width: width, height: height, bitsStored: 16, to: path, attributes: attributes)
    return try DICOMFile(
      bytes: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))), name: "test")
  }

  @Test("percentiles are interpolated linearly between sorted values, as numpy.percentile")
  func percentiles() throws {
    // Sorted 0, 10, 20, 30, 100: the 10th percentile is at position 0.4 (4), the 90th at 3.6 (72).
    let five = try file([30, 0, 100, 20, 10], width: 5, height: 1)
    func gray(_ x: Double, _ lower: Double, _ upper: Double) -> UInt8 {
      UInt8(min(max((x - lower) / (upper - lower) * 255, 0), 255) + 0.5)
    }
    #expect(
      try five.display(intensity: .percentile(lower: 10, upper: 90)).samples
        == [30, 0, 100, 20, 10].map { gray($0, 4, 72) })
    #expect(
      try five.display(intensity: .percentile(lower: 0, upper: 100)).samples
        == five.display(intensity: .minMax).samples)
    // Position 2 of 4 is the value 20 itself.
    #expect(
      try five.display(intensity: .percentile(lower: 0, upper: 50)).samples
        == [255, 0, 255, 255, 128])
    // Repeated values count each: sorted 1, 1, 1, 1, 1, 1, 1, 9; the 95th is at position 6.65
    // (6.2).
    let repeated = try file([1, 1, 9, 1, 1, 1, 1, 1], width: 4, height: 2)
    #expect(
      try repeated.display(intensity: .percentile(lower: 5, upper: 95)).samples
        == [0, 0, 255, 0, 0, 0, 0, 0])
    // Equal percentiles give 0.
    #expect(
      try repeated.display(intensity: .percentile(lower: 0, upper: 50)).samples
        == [UInt8](repeating: 0, count: 8))
  }

  @Test("equalized, as fastai's 8-bit picture, and several windows as channels")
  func newKinds() throws {
    let file = try file([0, 10, 20, 300, 1000, 4000], width: 6, height: 1)
    let scaled = try file.histScaled().values
    #expect(
      try file.display(intensity: .histScaled(bins: 100)).samples
        == scaled.map { UInt8($0 * 255 + 0.5) })
    #expect(
      try file.display(intensity: .fastai8bit).samples == [0, 10, 20, 255, 255, 255])
    let channels = DICOMIntensity.channels([
      .range(lower: 0, upper: 100), .range(lower: 0, upper: 4000),
    ])
    let picture = try file.display(intensity: channels)
    #expect(picture.channels == 3 && picture.samples[3..<6] == [26, 1, 0])
    guard
      case .planes(let planes) = try file.rendered(intensity: channels, keepsDepth: false),
      case .planes(let deep) = try file.rendered(intensity: .fastai8bit, keepsDepth: true)
    else {
      Issue.record("there are no planes")
      return
    }
    #expect(planes.count == 2)
    expectClose(planes[0].values, [0, 0.1, 0.2, 1, 1, 1], absolute: 1e-6)
    expectClose(planes[1].values, [0, 0.0025, 0.005, 0.075, 0.25, 1], absolute: 1e-6)
    expectClose(deep[0].values, [0, 10, 20, 300, 1000, 4000].map { $0 / 255 }, absolute: 1e-5)
  }

  @Test("an inverse file is inverted in planes as in pictures, but not in fastai's")
  func inverted() throws {
    let file = try file(
      [0, 1000, 4000], width: 3, height: 1, ["PresentationLUTShape": "INVERSE"])
    guard case .planes(let planes) = try file.rendered(intensity: .minMax, keepsDepth: true),
      case .planes(let fastai) = try file.rendered(intensity: .fastai8bit, keepsDepth: true),
      case .bytes(let bytes) = try file.rendered(intensity: .minMax, keepsDepth: false)
    else {
      Issue.record("another kind of frame")
      return
    }
    expectClose(planes[0].values, [1, 0.75, 0], absolute: 1e-6)
    expectClose(fastai[0].values, [0, 1000 / 255, 4000 / 255], absolute: 1e-5)
    #expect(bytes.samples == [255, 191, 0])
  }

  @Test("percentiles are of modality values, also with a negative slope")
  func modalityPercentiles() throws {
    // Modality values 5, 3, 1, -1, -3: the 25th percentile is -1, the 75th is 3.
    let rescaled = try file(
      [0, 1, 2, 3, 4], width: 5, height: 1, ["RescaleSlope": "-2", "RescaleIntercept": "5"])
    #expect(
      try rescaled.display(intensity: .percentile(lower: 25, upper: 75)).samples
        == [255, 255, 128, 0, 0])
  }

  @Test("percentiles of many values equal those of a plain sort")
  func manyPercentiles() throws {
    var state: UInt64 = 5
    let values = (0..<(120 * 90)).map { _ -> UInt16 in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt16(truncatingIfNeeded: state >> 52)
    }
    let sorted = values.sorted()
    func percentile(_ percent: Double) -> Double {
      let position = percent / 100 * Double(sorted.count - 1)
      let index = Int(position)
      let next = Double(sorted[min(index + 1, sorted.count - 1)])
      return Double(sorted[index]) + (next - Double(sorted[index])) * (position - Double(index))
    }
    let large = try file(values, width: 120, height: 90)
    for (lower, upper) in [(0.5, 99.5), (2, 98), (12.34, 56.78)] {
      let image = try large.display(intensity: .percentile(lower: lower, upper: upper))
      let range = DICOMIntensity.range(lower: percentile(lower), upper: percentile(upper))
      #expect(try large.display(intensity: range) == image, "\(lower) \(upper)")
    }
  }
}
