import Imaging
import Testing

@Suite("Intensities as text")
struct DICOMIntensityTextTests {
  @Test("every form of the command line")
  func forms() throws {
    let forms: [(String, DICOMIntensity)] = [
      ("auto", .automatic), ("minmax", .minMax), ("stored", .stored), ("voi:1", .voi(1)),
      ("window:40,80", .window(center: 40, width: 80)),
      ("range:-100,250.5", .range(lower: -100, upper: 250.5)),
      ("percentile:1,99", .percentile(lower: 1, upper: 99)), ("lungs", .windowed(.lungs)),
      ("brain_bone", .windowed(.brainBone)),
    ]
    for (text, intensity) in forms { #expect(try DICOMIntensity(text) == intensity) }
  }

  @Test("what is not one is refused with the way out")
  func refusals() {
    for text in [
      "window", "window:40", "window:40,0", "window:a,80", "range:5,5", "percentile:-1,50",
      "percentile:5,101", "voi:-1", "voi:x", "window:1,2,3", "range:nan,3",
    ] {
      #expect(throws: DICOMIntensityError(.invalidNumbers(text))) { try DICOMIntensity(text) }
    }
    do {
      _ = try DICOMIntensity("lung")
      Issue.record("was accepted")
    } catch { #expect("\(error)".contains("did you mean \"lungs\"")) }
  }
}
