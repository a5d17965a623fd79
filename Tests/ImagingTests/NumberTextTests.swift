import Imaging
import Testing

@Suite("Numbers in figures")
struct NumberTextTests {
  @Test("numbers with two digits and a power of ten")
  func scientific() {
    for (value, text) in [
      (3.98e-4, "4.0·10⁻⁴"), (9.96e-4, "1.0·10⁻³"), (0.0209, "2.1·10⁻²"), (1, "1.0·10⁰"),
      (12.3, "1.2·10¹"), (9.94, "9.9·10⁰"), (2e-310, "2.0·10⁻³¹⁰"), (3e300, "3.0·10³⁰⁰"),
      (0, "0"), (.nan, "NaN"),
    ] {
      #expect(NumberText.scientific(value) == text)
    }
  }
}
