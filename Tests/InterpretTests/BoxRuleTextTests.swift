import Files
import Foundation
import Imaging
import Interpret
import Testing

@Suite("The text of box rules")
struct BoxRuleTextTests {
  @Test(
    "a rule is its text, in code and in JSON",
    arguments: [
      ("peak-cell", BoxRule.peakCell), ("relative:0.5", .relative(0.5)),
      ("relative:1.0", .relative(1)), ("absolute:1.2", .absolute(1.2)),
      ("quantile:0.95", .quantile(0.95)), ("quantile:0.0", .quantile(0)), ("otsu", .otsu),
      ("mass:0.5", .mass(0.5)), ("calibrated", .calibrated(nil)),
      ("calibrated:0.34", .calibrated(0.34)),
    ])
  func roundTrip(text: String, rule: BoxRule) throws {
    #expect(try BoxRule(text) == rule)
    #expect(rule.description == text)
    let data = try JSONEncoder().encode([rule])
    #expect(String(decoding: data, as: UTF8.self) == "[\"\(text)\"]")
    #expect(try JSONDecoder().decode([BoxRule].self, from: data) == [rule])
  }

  @Test("numbers in other forms are the same rule")
  func forms() throws {
    #expect(try BoxRule("relative:1") == .relative(1))
    #expect(try BoxRule("absolute:1e-3") == .absolute(0.001))
    #expect(try BoxRule("mass:.5") == .mass(0.5))
  }

  @Test(
    "a rule that does not exist names the nearest and all forms",
    arguments: [
      ("peak", "peak-cell"), ("peakcell", "peak-cell"), ("Otsu", "otsu"), ("ostu", "otsu"),
      ("relativ:0.5", "relative"), ("relative=0.5", "relative"), ("quantil", "quantile"),
      ("calibrate", "calibrated"), ("Mass:0.5", "mass"),
    ])
  func nearest(text: String, name: String) throws {
    let error = #expect(throws: BoxRuleError.self) { try BoxRule(text) }
    #expect(
      error?.description
        == "\"\(text)\": there is no such box rule; did you mean \"\(name)\"? use one of peak-cell, "
        + "relative:SHARE, absolute:VALUE, quantile:Q, otsu, mass:SHARE, calibrated")
  }

  @Test(
    "a number that is missing, malformed or not allowed says what is",
    arguments: [
      "relative", "relative:", "relative:0", "relative:1.01", "relative:-0.5", "relative:nan",
      "relative:0x1p-1", "relative:0.5:1", "relative: 0.5", "relative:50%", "absolute:0",
      "absolute:inf", "absolute:1e999", "quantile:1", "quantile:95", "quantile:-0.1", "mass:0",
      "mass:2", "otsu:3", "peak-cell:1", "calibrated:0", "calibrated:2",
    ])
  func numbers(text: String) throws {
    let error = try #require(#expect(throws: BoxRuleError.self) { try BoxRule(text) })
    let name = text.prefix { $0 != ":" }
    #expect(
      error.description.hasPrefix(
        "\"\(text)\": the number of the box rule is missing or not allowed; use \(name) "))
    let json = Data("[\"\(text)\"]".utf8)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([BoxRule].self, from: json) }
  }

  @Test("an empty text and one without resemblance list all forms")
  func unknown() throws {
    for text in ["", "fixed", "🙂"] {
      let error = #expect(throws: BoxRuleError.self) { try BoxRule(text) }
      #expect(error?.description.contains("use one of peak-cell, relative:SHARE") == true)
    }
  }

  @Test("a calibrated rule takes the model's threshold, and is refused without")
  func resolved() throws {
    let map = ScalarImage(width: 2, height: 1, values: [1, 2])
    let mask = PixelMask(width: 2, height: 1, values: [false, true])
    let calibration = try #require(CalibratedThreshold(choosing: [(map, mask)]))
    #expect(
      try BoxRule("calibrated").resolved(calibration) == .calibrated(calibration.threshold))
    #expect(try BoxRule("calibrated:0.3").resolved(nil) == .calibrated(0.3))
    #expect(try BoxRule("otsu").resolved(nil) == .otsu)
    let error = #expect(throws: BoxRuleError.self) { try BoxRule("calibrated").resolved(nil) }
    #expect(
      error?.description
        == "\"calibrated\": no threshold was chosen on validation masks for this model; choose one "
        + "with masks, or use another rule, such as relative:0.5")
  }
}
