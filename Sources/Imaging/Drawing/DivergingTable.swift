import Glibc

/// The table of a diverging colormap that is dark at zero.
package enum DivergingTable {
  /// Mirrors magma in blue: entry 127.5 - d is nearly as light as entry 127.5 + d.
  static func iceMagma() -> [UInt8] {
    let magma = ColormapTables.decode(ColormapTables.magma)
    // The center lies between entries 127 and 128.
    let upper = (0..<128).map { magma[(3 * (2 * $0))..<(3 * (2 * $0) + 3)] }
    // A lighter end would be white, which is not seen on a film.
    let lower = upper.map { cool(lightness: 0.84 * lightness(Array($0))) }
    return lower.reversed().flatMap(\.self) + upper.flatMap(\.self)
  }

  /// The blue of a lightness, from indigo over azure to ice.
  private static func cool(lightness: Double) -> [UInt8] {
    let share = lightness / 100
    let hue = (286 - 46 * share) * .pi / 180
    var chroma = 44 * sin(.pi * min(0.2 + share * 0.6, 1)) * min(share * 12, 1)
    while true {
      let rgb = linear(lightness, chroma * cos(hue), chroma * sin(hue))
      if rgb.allSatisfy({ $0 > -1e-4 && $0 < 1.0001 }) || chroma < 0.5 {
        return rgb.map { UInt8((255 * encoded(min(max($0, 0), 1))).rounded()) }
      }
      chroma -= 0.5
    }
  }

  /// CIELAB's lightness of an sRGB color.
  package static func lightness(_ rgb: [UInt8]) -> Double {
    let values = rgb.map { value -> Double in
      let share = Double(value) / 255
      return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
    }
    let y = 0.2126 * values[0] + 0.7152 * values[1] + 0.0722 * values[2]
    return y > 216.0 / 24389 ? 116 * cbrt(y) - 16 : y * 24389 / 27
  }

  /// Linear sRGB of a CIELAB color under D65.
  private static func linear(_ lightness: Double, _ a: Double, _ b: Double) -> [Double] {
    let fy = (lightness + 16) / 116
    func inverse(_ f: Double) -> Double {
      f * f * f > 216.0 / 24389 ? f * f * f : (116 * f - 16) * 27 / 24389
    }
    let (x, y, z) = (
      0.95047 * inverse(fy + a / 500), inverse(fy), 1.08883 * inverse(fy - b / 200)
    )
    return [
      3.2404542 * x - 1.5371385 * y - 0.4985314 * z, -0.969266 * x + 1.8760108 * y + 0.041556 * z,
      0.0556434 * x - 0.2040259 * y + 1.0572252 * z,
    ]
  }

  private static func encoded(_ value: Double) -> Double {
    value <= 0.0031308 ? 12.92 * value : 1.055 * pow(value, 1 / 2.4) - 0.055
  }
}
