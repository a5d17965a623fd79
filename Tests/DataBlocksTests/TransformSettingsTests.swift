import DataBlocks
import Foundation
import Testing

@Suite("Settings of transforms")
struct TransformSettingsTests {
  @Test("settings out of range trap in initializers and are refused in a stored pipeline")
  func settings() async throws {
    await #expect(processExitsWith: .failure) { _ = Resize(0) }
    await #expect(processExitsWith: .failure) { _ = Warp(magnitude: 1) }
    let resize = #"{"height": 8, "width": 8, "method": "crop", "padMode": "zeros"}"#
    let crop = #"{"size": 8, "minimumScale": 0, "validScale": 1, "#
    let bad: [(String, String)] = [
      ("Resize", #"{"height": -1, "width": 5, "method": "crop", "padMode": "zeros"}"#),
      ("Resize", #"{"height": 5, "width": 8193, "method": "crop", "padMode": "zeros"}"#),
      ("RandomResizedCropGPU", crop + #""maximumScale": -1, "ratio": [1, 1]}"#),
      ("RandomResizedCropGPU", crop + #""maximumScale": 1, "ratio": [1]}"#),
      ("ReadImage", #"{"intensity": {"kind": "automatic"}, "frame": -1}"#),
      ("Flip", #"{"probability": 1.5}"#), ("Dihedral", #"{"probability": -1}"#),
      ("Rotate", #"{"maximumDegrees": -10, "probability": 0.5}"#),
      ("Zoom", #"{"minimum": 0, "maximum": 1, "probability": 0.5}"#),
      ("Warp", #"{"magnitude": 1, "probability": 0.5}"#),
      ("Brightness", #"{"maximumChange": 1, "probability": 0.5}"#),
      ("Contrast", #"{"maximumChange": -0.1, "probability": 0.5}"#),
      ("Normalize", #"{"mean": [0.5], "standardDeviation": [0]}"#),
      ("Normalize", #"{"mean": [], "standardDeviation": []}"#),
    ]
    for (name, settings) in bad {
      let json =
        #"[{"name": "Resize", "settings": \#(resize)}, {"name": "\#(name)", "settings": \#(settings)}]"#
      do {
        _ = try JSONDecoder().decode(Pipeline.self, from: Data(json.utf8))
        Issue.record("\(name) \(settings) was decoded")
      } catch {
        guard case .invalidTransform(name, _) = (error as? DataError)?.reason else {
          Issue.record("\(name) \(settings): \(error)")
          continue
        }
      }
    }
  }
}
