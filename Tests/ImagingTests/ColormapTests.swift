import Imaging
import TestSupport
import Testing

@Suite("Colormaps")
struct ColormapTests {
  @Test("The tables equal matplotlib's and OpenCV's")
  func tables() throws {
    let tensors = try SafetensorsFixture.load("augment/colormaps.safetensors")
    #expect(tensors.count == 4)
    for (name, tensor) in tensors {
      let colormap = try #require(Colormap(named: name))
      #expect(colormap.table == tensor.bytes, "\(name)")
    }
  }

  @Test("Values map to their colors; values outside and NaN are clamped")
  func entries() {
    #expect(Colormap.index(0) == 0)
    #expect(Colormap.index(0.0039) == 0)
    #expect(Colormap.index(1.0 / 256) == 1)
    #expect(Colormap.index(0.9999) == 255)
    #expect(Colormap.index(1) == 255)
    #expect(Colormap.index(7) == 255)
    #expect(Colormap.index(-.infinity) == 0)
    #expect(Colormap.index(.nan) == 0)
    #expect(Colormap.magma.color(at: 0) == Color(red: 0, green: 0, blue: 3))
    #expect(Colormap.gray.color(at: 0.5).description == "#808080")
  }

  @Test("The diverging colormap is white in the center, blue below and red above")
  func diverging() {
    let map = Colormap.blueWhiteRed
    #expect(map.color(at: 0).description == "#053061")
    #expect(map.color(at: 1).description == "#67001f")
    let middle = map.color(at: 0.5)
    #expect(min(middle.red, middle.green, middle.blue) >= 243)
    #expect(map.color(at: 0.2).blue > map.color(at: 0.2).red)
    #expect(map.color(at: 0.8).red > map.color(at: 0.8).blue)
  }

  @Test("Names are found ignoring case and are unique")
  func names() {
    #expect(Colormap(named: "Viridis") == .viridis)
    #expect(Colormap(named: "rainbowish") == nil)
    #expect(Set(Colormap.all.map(\.name)).count == Colormap.all.count)
  }

  @Test("Colors are parsed from names and hexadecimal digits")
  func colors() {
    #expect(Color("red") == .red)
    #expect(Color("Lime") == .lime)
    #expect(Color("#ff8000") == Color(red: 255, green: 128, blue: 0))
    #expect(Color("#f80") == Color(red: 255, green: 136, blue: 0))
    for wrong in ["", "#", "#ff80", "#gg0000", "ff0000", "#ff00001", "reddish"] {
      #expect(Color(wrong) == nil, "\(wrong)")
    }
    for name in Color.names {
      #expect(Color(name).flatMap { Color($0.description) } == Color(name))
    }
  }
}
