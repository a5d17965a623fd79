import Imaging
import Scanning
import TestSupport
import Testing

@Suite("Text that is burned into films")
struct TextDetectorTests {
  /// Rows of letters of 5 x 7 points.
  private static let font: [Character: [UInt8]] = [
    "A": [14, 17, 17, 31, 17, 17, 17], "D": [30, 17, 17, 17, 17, 17, 30],
    "E": [31, 16, 16, 30, 16, 16, 31], "N": [17, 25, 21, 19, 17, 17, 17],
    "O": [14, 17, 17, 17, 17, 17, 14], "H": [17, 17, 17, 31, 17, 17, 17],
    "J": [7, 2, 2, 2, 2, 18, 12], "1": [4, 12, 4, 4, 4, 4, 14], "9": [14, 17, 17, 15, 1, 2, 12],
    "6": [6, 8, 16, 30, 17, 17, 14], "4": [2, 6, 10, 18, 31, 2, 2],
    "L": [16, 16, 16, 16, 16, 16, 31],
  ]

  private static let side = 256

  /// A film with soft gradients and noise, as gray values from 0 to 220.
  private func film() -> [UInt8] {
    var state: UInt64 = 5
    return (0..<Self.side * Self.side).map { i in
      state = state &* 6_364_136_223_846_793_005 &+ 1
      let (x, y) = (i % Self.side - 128, i / Self.side - 128)
      return UInt8(max(0, 190 - (x * x + y * y) / 150) + Int(state >> 60))
    }
  }

  private func burn(
    _ text: String, into gray: inout [UInt8], x: Int, y: Int, scale: Int, value: UInt8 = 255
  ) {
    for (index, letter) in text.enumerated() {
      for (row, bits) in (Self.font[letter] ?? []).enumerated() {
        for column in 0..<5 where bits >> UInt8(4 - column) & 1 == 1 {
          for dy in 0..<scale {
            for dx in 0..<scale {
              let place = (y + row * scale + dy) * Self.side + x + (index * 6 + column) * scale + dx
              gray[place] = value
            }
          }
        }
      }
    }
  }

  private func letters(_ gray: [UInt8]) -> Int {
    TextDetector.letters(in: gray, width: Self.side, height: Self.side)
  }

  @Test("a name or a date in white is found at any size, in black on a light ground too")
  func found() {
    for scale in 1...3 {
      var gray = film()
      burn("DOE", into: &gray, x: 6, y: 8, scale: scale)
      burn("1964", into: &gray, x: 6 + 4 * 6 * scale, y: 8, scale: scale)
      #expect(letters(gray) >= TextDetector.threshold, "scale \(scale)")
    }
    var inverted = film()
    burn("JOHN", into: &inverted, x: 6, y: 8, scale: 2)
    #expect(letters(inverted.map { 255 - $0 }) >= TextDetector.threshold)
  }

  @Test("a film, a marker of one letter, a ruler and noise are no text")
  func notFound() {
    #expect(letters(film()) == 0)
    var marker = film()
    burn("L", into: &marker, x: 20, y: 20, scale: 3)
    burn("A", into: &marker, x: 200, y: 20, scale: 3)
    #expect(letters(marker) < TextDetector.threshold)
    var ruler = film()
    for tick in 0..<20 {
      for y in 20..<32 {
        for x in 0..<2 { ruler[y * Self.side + 20 + tick * 10 + x] = 255 }
      }
    }
    #expect(letters(ruler) == 0)
    var state: UInt64 = 9
    let noise = (0..<Self.side * Self.side).map { _ -> UInt8 in
      state = state &* 6_364_136_223_846_793_005 &+ 1
      return UInt8(state >> 56)
    }
    #expect(letters(noise) < TextDetector.threshold)
    #expect(TextDetector.letters(in: [UInt8](repeating: 255, count: 64), width: 8, height: 8) == 0)
  }
}
