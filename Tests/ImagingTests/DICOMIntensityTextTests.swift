import Files
import Imaging
import Testing

@Suite("Intensities as text")
struct DICOMIntensityTextTests {
  @Test("every form of the command line is parsed")
  func forms() throws {
    let forms: [(String, DICOMIntensity)] = [
      ("auto", .automatic), ("minmax", .minMax), ("stored", .stored), ("voi:1", .voi(1)),
      ("window:40,80", .window(center: 40, width: 80)),
      ("window:-600,1", .window(center: -600, width: 1)),
      ("range:-100,250.5", .range(lower: -100, upper: 250.5)),
      ("percentile:1,99", .percentile(lower: 1, upper: 99)),
      ("percentile:0,100", .percentile(lower: 0, upper: 100)), ("lungs", .windowed(.lungs)),
      ("brain_bone", .windowed(.brainBone)), ("lung", .windowed(.lungs)),
      ("brainBone", .windowed(.brainBone)), ("Lungs", .windowed(.lungs)), ("voi", .voi(0)),
      ("percentile", .percentile(lower: 1, upper: 99)), ("fastai8bit", .fastai8bit),
      ("histScaled", .histScaled(bins: 100)), ("hist_scaled:7", .histScaled(bins: 7)),
      ("minMax", .minMax), ("percentile(2, 98)", .percentile(lower: 2, upper: 98)),
      ("window(1500, -600)", .windowed(.lungs)), ("windowed:80,40", .windowed(.brain)),
      ("lungs+mediastinum", .channels([.windowed(.lungs), .windowed(.mediastinum)])),
      (
        "range:1e+2,+200 + pe+window(80,40)+hist_scaled",
        .channels([
          .range(lower: 100, upper: 200), .windowed(.pulmonaryEmbolism), .windowed(.brain),
          .histScaled(bins: 100),
        ])
      ),
    ]
    for (text, intensity) in forms {
      #expect(try DICOMIntensity(text) == intensity, "\(text)")
      #expect(try DICOMIntensity(intensity.text) == intensity, "\(intensity.text)")
      #expect(DICOMIntensity.grammar.contains(intensity.parts[0].text.prefix { $0.isLetter }))
    }
  }

  @Test(
    "missing, malformed and invalid numbers are rejected",
    arguments: [
      (
        DICOMIntensity.NumericKind.voi,
        ["voi:", "voi:-1", "voi:x", "voi:1.5", "voi:1,2"]
      ),
      (
        .window,
        [
          "window", "window:40", "window:40,0", "window:a,80", "window:1,2,3", "window:1,,2",
          "window:,1,2", "window:1,2,", "window:1,inf",
        ]
      ), (.range, ["range:5,5", "range:6,5", "range:nan,3", "range:1:2"]),
      (.percentile, ["percentile:-1,50", "percentile:5,101", "percentile:50,50"]),
      (.histScaled, ["hist_scaled:0", "hist_scaled:x", "histScaled:100000"]),
      (.windowed, ["window(80)", "window(1,40)", "window(80.5,40)", "windowed:1,1", "windowed"]),
    ])
  func invalidNumbers(_ kind: DICOMIntensity.NumericKind, _ texts: [String]) {
    for text in texts {
      #expect(throws: DICOMIntensityError(.invalidNumbers(text, kind)), "\(text)") {
        try DICOMIntensity(text)
      }
    }
  }

  @Test("an error contains the text, the reason and the valid forms")
  func errors() {
    let wide = #expect(throws: DICOMIntensityError.self) { try DICOMIntensity("window:40,0") }
    #expect(
      wide?.description
        == "\"window:40,0\": the numbers are missing or invalid; use window:CENTER,WIDTH, where "
        + "WIDTH is at least 1")
    let lung = #expect(throws: DICOMIntensityError.self) { try DICOMIntensity("lumgs") }
    #expect(
      lung?.description == "\"lumgs\": there is no such intensity; did you mean \"lungs\"? "
        + "use one of auto, minmax, stored, fastai8bit, voi, hist_scaled, percentile, brain, "
        + "subdural, stroke, brain_bone, brain_soft, lungs, mediastinum, abdomen_soft, liver, "
        + "spine_soft, spine_bone, pe, voi:INDEX, window:CENTER,WIDTH, window(WIDTH,LEVEL), "
        + "range:LOWER,UPPER, percentile:LOWER,UPPER, hist_scaled:BINS; several joined by + are "
        + "channels")
    let many = #expect(throws: DICOMIntensityError.self) {
      try DICOMIntensity([String](repeating: "pe", count: 9).joined(separator: "+"))
    }
    #expect(many?.description.hasSuffix(": there are 9 channels; use at most 8") == true)
    for text in ["", "xyzzyxyzzy", "gamma:1,2", "lungs+", "+lungs", "lungs++brain", ")", "(1)"] {
      let error = #expect(throws: DICOMIntensityError.self) { try DICOMIntensity(text) }
      #expect(error?.remedy?.contains("use one of auto, ") == true, "\(text)")
    }
  }
}
