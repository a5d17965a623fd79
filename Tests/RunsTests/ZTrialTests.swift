import DataBlocks
import Foundation
import Imaging
import Interpret
import Tensors
import Testing
import Runs
import Training
import Vision
import Datasets

@Suite("ZTrial") struct ZTrial {
  @Test func speed() throws {
    for (side, cells) in [(160, 40), (224, 56), (512, 64), (512, 512), (1024, 1024)] {
      var random = RandomSource(seed: 1)
      let size = ImageSize(height: side, width: side)
      let map = ClassMap(classIndex: 0, className: "a", probability: 1,
        map: Tensor((0..<(cells * cells)).map { _ in Float(random.normal()) }, shape: [cells, cells]),
        grid: .even(size, rows: cells, columns: cells))
      let s = 1024 / Double(side)
      let found = Explanation(of: PreparedImage(input: Tensor.zeros([1, 1, side, side]),
        original: PixelBuffer(width: 1024, height: 1024, channels: 1),
        geometry: ImageGeometry(scaleX: s, scaleY: s, offsetX: 0, offsetY: 0)), maps: [map])
      let clock = ContinuousClock()
      print("onInput", side, clock.measure { for _ in 0..<10 { _ = map.onInput(side, side) } } / 10)
      for rule: BoxRule in [.peakCell, .relative(0.5), .absolute(0.5), .quantile(0.95), .otsu, .mass(0.5)] {
        let time = clock.measure { for _ in 0..<10 { _ = found.boxes(BoxOptions(rule: rule)) } } / 10
        print("SPEED", side, cells, rule, time)
      }
    }
  }
}
