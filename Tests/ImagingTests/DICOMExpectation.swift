import Files
import Foundation
import Imaging
import TestSupport

/// A folder of files with the expected results.
struct DICOMFixtures {
  let folder: URL
  let entries: [[String: Any]]

  // `root` holds `expected.json` and `files/`.
  init(root: URL) throws {
    folder = root.appendingPathComponent("files")
    let data = try Data(contentsOf: root.appendingPathComponent("expected.json"))
    let json = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    entries = json?["files"] as? [[String: Any]] ?? []
  }
}

/// Compares a file with its expected results and collects the differences.
struct DICOMCheck {
  let path: String
  let entry: [String: Any]
  private(set) var faults: [String] = []
  private(set) var outcome = ""

  init(path: String, entry: [String: Any]) {
    self.path = path
    self.entry = entry
    run()
  }

  private mutating func run() {
    let allowed = Set(entry["also_acceptable"] as? [String] ?? [])
    let wantsImage = entry["outcome"] as? String == "image"
    do {
      let file = try DICOMFile(contentsOf: path)
      let frames = try Self.frames(of: file)
      outcome = "image"
      guard wantsImage else {
        if !allowed.contains("image") { faults.append("decoded instead of rejected") }
        return
      }
      checkTags(file)
      checkStored(file, frames)
      try checkModality(file)
      try checkDisplay(file)
    } catch let error as DICOMError {
      outcome = error.reason.rawValue
      if !error.description.contains(path) { faults.append("no path in \"\(error)\"") }
      var kinds = Set(allowed.compactMap { $0.split(separator: ":").last.map(String.init) })
      if let kind = entry["error"] as? String { kinds.insert(kind) }
      if !kinds.contains(outcome) { faults.append("rejected: \(error)") }
    } catch {
      faults.append("unexpected error: \(error)")
    }
  }

  private static func frames(of file: DICOMFile) throws -> [StoredPixels] {
    // The first frame validates the header; the number of frames is meaningful only after that.
    let first = try file.storedPixels(frame: 0)
    return try [first] + (1..<(file.frameCount ?? 1)).map { try file.storedPixels(frame: $0) }
  }

  private mutating func expect(_ condition: Bool, _ fault: @autoclosure () -> String) {
    if !condition { faults.append(fault()) }
  }

  private mutating func checkTags(_ file: DICOMFile) {
    for (keyword, wanted) in entry["tags"] as? [String: Any] ?? [:] {
      guard let tag = DICOMTag(keyword: keyword) else {
        faults.append("unknown keyword \(keyword)")
        continue
      }
      let list = wanted as? [Any] ?? [wanted]
      if wanted is NSNull {
        expect(file.string(tag) == nil, "\(keyword) should be empty")
      } else if list.allSatisfy({ $0 is String }) {
        let got = file.strings(tag)
        expect(got == list.compactMap { $0 as? String }, "\(keyword): \(got), not \(list)")
      } else {
        let got = file.doubles(tag)
        let numbers = list.compactMap { ($0 as? NSNumber)?.doubleValue }
        expect(got == numbers, "\(keyword): \(got), not \(numbers)")
      }
    }
    expect(file.lacksPreamble == (entry["headless"] as? Bool), "headless")
    expect(
      file.transferSyntax?.uid == entry["transfer_syntax"] as? String,
      "transfer syntax \(file.transferSyntax?.uid ?? "none")")
  }

  private mutating func checkStored(_ file: DICOMFile, _ frames: [StoredPixels]) {
    guard let stored = entry["stored"] as? [String: Any] else { return }
    let photometric = entry["photometric"] as? String ?? ""
    let isExact = entry["exact"] as? Bool == true
    let kind = Self.kind(frames[0].samples)
    expect(kind == stored["dtype"] as? String, "stored as \(kind)")
    var shape = frames.count > 1 ? [frames.count] : []
    shape += [frames[0].height, frames[0].width]
    if frames[0].samplesPerPixel > 1 { shape.append(frames[0].samplesPerPixel) }
    expect(shape == stored["shape"] as? [Int], "stored shape \(shape)")
    let isYBR = photometric.hasPrefix("YBR")
    if isExact {
      let hash = FileHash.sha256(frames.flatMap { Self.bytes($0.samples) })
      expect(hash == stored["sha256"] as? String, "stored hash")
    }
    guard isExact || !isYBR else { return }
    let values = frames.flatMap { Self.values($0.samples) }
    let mean = values.reduce(0, +) / Double(values.count)
    expect(abs(mean - (stored["mean"] as? Double ?? .nan)) < 0.5, "stored mean \(mean)")
    checkCrop(frames[0], isExact: isExact)
  }

  private mutating func checkCrop(_ frame: StoredPixels, isExact: Bool) {
    guard let crop = entry["crop"] as? [String: Any], let row = crop["row"] as? Int,
      let column = crop["column"] as? Int, let rows = crop["values"] as? [[Any]]
    else {
      faults.append("no crop")
      return
    }
    let spread = (entry["decoder_spread"] as? [String: Any])?["max"] as? Double ?? 0
    let slack = isExact ? 0 : frame.samplesPerPixel > 1 ? 6 : max(2, spread + 1)
    let values = Self.values(frame.samples)
    let isFloat = Self.kind(frame.samples).hasPrefix("float")
    for (y, line) in rows.enumerated() {
      for (x, pixel) in line.enumerated() {
        for (s, wanted) in (pixel as? [Double] ?? [pixel as? Double ?? .nan]).enumerated() {
          let at = ((row + y) * frame.width + column + x) * frame.samplesPerPixel + s
          // JSON has fewer digits than a float; NaN is never within the slack.
          if !(abs(values[at] - wanted) <= slack + (isFloat ? abs(wanted) * 1e-7 : 0)) {
            faults.append("crop at \(y), \(x): \(values[at]), not \(wanted)")
            return
          }
        }
      }
    }
  }

  private mutating func checkModality(_ file: DICOMFile) throws {
    guard let wanted = entry["modality"] as? [String: Any] else { return }
    let frames = try (0..<(file.frameCount ?? 1)).map { try file.modality(frame: $0) }
    let values = frames.flatMap(\.values)
    if entry["exact"] as? Bool == true {
      let bytes = values.withUnsafeBytes { Array($0) }
      expect(FileHash.sha256(bytes) == wanted["sha256"] as? String, "modality hash")
    }
    let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
    expect(abs(mean - (wanted["mean"] as? Double ?? .nan)) < 0.5, "modality mean \(mean)")
  }

  private mutating func checkDisplay(_ file: DICOMFile) throws {
    let views = entry["display"] as? [[String: Any]] ?? []
    expect(!views.isEmpty, "no display")
    for (index, view) in views.enumerated() {
      let how = view["how"] as? String ?? ""
      let intensity: DICOMIntensity = how == "min-max" ? .minMax : .voi(index)
      let images = try (0..<(file.frameCount ?? 1)).map {
        try file.display(frame: $0, intensity: intensity)
      }
      let samples = images.flatMap(\.samples)
      let mean = samples.reduce(0) { $0 + Double($1) } / Double(samples.count)
      expect(abs(mean - (view["mean"] as? Double ?? .nan)) < 0.5, "\(how) mean \(mean)")
      let isYBR = (entry["photometric"] as? String ?? "").hasPrefix("YBR_FULL")
      guard entry["exact"] as? Bool == true, !isYBR else {
        let low = abs(Double(samples.min() ?? 0) - (view["min"] as? Double ?? .nan))
        let high = abs(Double(samples.max() ?? 0) - (view["max"] as? Double ?? .nan))
        expect(low <= 6 && high <= 6, "\(how) range off by \(low), \(high)")
        continue
      }
      expect(FileHash.sha256(samples) == view["sha256"] as? String, "\(how) \(index) hash")
      if index == 0, how != "min-max", how != "rgb", how != "palette" {
        let automatic = try file.display()
        expect(automatic == images[0], "automatic is not the first view")
      }
    }
  }

  static func kind(_ samples: StoredPixels.Samples) -> String {
    switch samples {
    case .uint8: "uint8"
    case .int8: "int8"
    case .uint16: "uint16"
    case .int16: "int16"
    case .uint32: "uint32"
    case .int32: "int32"
    case .float32: "float32"
    case .float64: "float64"
    }
  }

  static func bytes(_ samples: StoredPixels.Samples) -> [UInt8] {
    switch samples {
    case .uint8(let v): v
    case .int8(let v): v.withUnsafeBytes { Array($0) }
    case .uint16(let v): v.withUnsafeBytes { Array($0) }
    case .int16(let v): v.withUnsafeBytes { Array($0) }
    case .uint32(let v): v.withUnsafeBytes { Array($0) }
    case .int32(let v): v.withUnsafeBytes { Array($0) }
    case .float32(let v): v.withUnsafeBytes { Array($0) }
    case .float64(let v): v.withUnsafeBytes { Array($0) }
    }
  }

  static func values(_ samples: StoredPixels.Samples) -> [Double] {
    switch samples {
    case .uint8(let v): v.map(Double.init)
    case .int8(let v): v.map(Double.init)
    case .uint16(let v): v.map(Double.init)
    case .int16(let v): v.map(Double.init)
    case .uint32(let v): v.map(Double.init)
    case .int32(let v): v.map(Double.init)
    case .float32(let v): v.map(Double.init)
    case .float64(let v): v
    }
  }
}
