import Tensors
import TestSupport
import Testing

@Suite("Sampling and resizing match PyTorch, values and gradients")
struct ResamplingFixtureTests {
  private func padding(_ test: OperationCase) -> Tensor.GridSamplePadding {
    switch test.attributes["padding"] as? String {
    case "border": .border
    case "reflection": .reflection
    default: .zeros
    }
  }

  @Test("gridSample: both modes, every padding, with and without alignCorners")
  func gridSample() throws {
    try OperationFixture.check("grid_sample") { test, x in
      let (image, aligned) = (try #require(x["x"]), test.flag("align_corners"))
      let grid: Tensor
      if let theta = x["theta"] {
        let size = try #require(test.extent("output"))
        grid = Tensor.affineGrid(theta, size: size, alignCorners: aligned)
      } else {
        grid = try #require(x["grid"])
      }
      let isNearest = test.attributes["mode"] as? String == "nearest"
      return [
        "y": image.gridSample(
          grid, mode: isNearest ? .nearest : .bilinear, padding: padding(test),
          alignCorners: aligned)
      ]
    }
  }

  @Test("gridSample reads no memory out of bounds for NaN and infinite coordinates")
  func coordinatesNotFinite() {
    let x = Tensor([1, 2, 3, 4] as [Float], shape: [1, 1, 2, 2])
    let coordinates: [Float] = [.nan, 0, .infinity, -.infinity, 1e30, -1e30, -3e9, .nan]
    let grid = Tensor(coordinates, shape: [1, 1, 4, 2])
    for padding in [Tensor.GridSamplePadding.border, .reflection] {
      for mode in [Tensor.InterpolationMode.bilinear, .nearest] {
        let y = x.gridSample(grid, mode: mode, padding: padding)
        #expect(y.floatScalars.allSatisfy { (1...4).contains($0) })
      }
    }
    expectClose(x.gridSample(grid).floatScalars, [0, 0, 0, 0])
  }

  @Test("affineGrid")
  func affineGrid() throws {
    try OperationFixture.check("affine_grid") { test, x in
      [
        "y": Tensor.affineGrid(
          try #require(x["theta"]), size: try #require(test.extent("output")),
          alignCorners: test.flag("align_corners"))
      ]
    }
  }

  @Test("bilinear resizing, with and without alignCorners")
  func resize() throws {
    try OperationFixture.check("resize_bilinear") { test, x in
      [
        "y": try #require(x["x"]).resized(
          to: try #require(test.extent("output")), alignCorners: test.flag("align_corners"),
          antialias: test.flag("antialias"))
      ]
    }
  }

  @Test("nearest and antialiased resizing")
  func otherResizes() {
    let x = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [1, 1, 1, 6])
    expectClose(x.resized(to: Extent(2, 4), mode: .nearest).floatScalars, [1, 2, 4, 5, 1, 2, 4, 5])
    // Weights 1 − |i − 1| / 3 of the first five pixels, then the same reversed.
    expectClose(
      x.resized(to: Extent(1, 2), antialias: true).floatScalars, [2.25, 4.75], absolute: 1e-6)
    let same = x.resized(to: Extent(1, 6), antialias: true)
    expectClose(same.floatScalars, x.floatScalars)
    expectClose(
      x.resized(to: Extent(3, 9), antialias: true).floatScalars,
      x.resized(to: Extent(3, 9)).floatScalars, absolute: 1e-6)
  }

  @Test("invalid shapes and options trap")
  func refusals() async {
    await #expect(processExitsWith: .failure) {
      _ = Tensor.ones([1, 1, 2, 2]).gridSample(Tensor.ones([2, 1, 1, 2]))
    }
    await #expect(processExitsWith: .failure) {
      _ = Tensor.affineGrid(Tensor.ones([2, 3]), size: 4)
    }
    await #expect(processExitsWith: .failure) { _ = Tensor.ones([2, 2]).resized(to: 4) }
    await #expect(processExitsWith: .failure) {
      _ = Tensor.ones([1, 1, 2, 2]).resized(to: 4, alignCorners: true, antialias: true)
    }
  }
}
