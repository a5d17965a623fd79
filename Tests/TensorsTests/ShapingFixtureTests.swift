import Tensors
import TestSupport
import Testing

@Suite("Shaping, slicing and gathering match PyTorch, values and gradients")
struct ShapingFixtureTests {
  @Test("transposed, reshaped, expanded")
  func shaping() throws {
    try OperationFixture.check("transpose_reshape") { test, x in
      var y = try #require(x["x"])
      if let order = test.integers("permute") { y = y.transposed(order) }
      if let shape = test.integers("reshape") { y = y.reshaped(to: shape) }
      if let shape = test.integers("expand") { y = y.expanded(to: shape) }
      return ["y": y]
    }
  }

  @Test("slices with steps, single positions and index tensors")
  func slices() throws {
    try OperationFixture.check("slice_index") { test, x in
      let source = try #require(x["x"])
      if let axis = test.integer("index_select_axis") {
        return ["y": source.indexSelect(axis: axis, try #require(x["index"]))]
      }
      if let axis = test.integer("gather_axis") {
        return ["y": source.gather(axis: axis, try #require(x["index"]))]
      }
      // The subscript is variadic, so a list of indices is applied axis by axis.
      var (y, axis) = (source, 0)
      for part in try #require(test.attributes["select"] as? [Any]) {
        if let range = part as? [Int] {
          y = y.sliced(axis: axis, from: range[0], to: range[1], by: range[2])
          axis += 1
        } else if let index = part as? Int {
          y =
            switch axis {
            case 0: y[index]
            case 1: y[0..., index]
            default: y[0..., 0..., index]
            }
        } else {
          axis += 1
        }
      }
      return ["y": y]
    }
  }

  @Test("a subscript mixes positions, ranges and steps, for any type")
  func subscripts() {
    let x = Tensor((0..<60).map { Float($0) }, shape: [3, 4, 5])
    expectClose(x[0..<2, 2, TensorSlice(from: 1, to: 5, by: 2)].floatScalars, [11, 13, 31, 33])
    expectClose(x[-1, -1].floatScalars, [55, 56, 57, 58, 59])
    expectClose(x[0, 0, TensorSlice(by: -2)].floatScalars, [4, 2, 0])
    expectClose(x[2, (-1)..., ..<(-3)].floatScalars, [55, 56])
    expectClose(x[1...1, 0].floatScalars, [20, 21, 22, 23, 24])
    #expect(x[0..., 1].shape == [3, 5])
    #expect(x.sliced(axis: 1, from: 3, to: 1).shape == [3, 0, 5])
    expectClose(x.sliced(axis: -1, from: -2, to: 100)[0, 0].floatScalars, [3, 4])
    expectClose(x[0].diagonal().floatScalars, [0, 6, 12, 18])
    let integers = Tensor([1, 2, 3, 4, 5, 6] as [Int64], shape: [2, 3])
    #expect(integers[0..., 1].scalars(as: Int64.self) == [2, 5])
    #expect(integers.transposed().scalars(as: Int64.self) == [1, 4, 2, 5, 3, 6])
    let rows = Tensor([1, 0, 1] as [Int64])
    #expect(
      integers.indexSelect(axis: 0, rows).scalars(as: Int64.self) == [4, 5, 6, 1, 2, 3, 4, 5, 6])
    let bytes = Tensor([1, 2, 3, 4] as [UInt8], shape: [2, 2])
    #expect(bytes.transposed().scalars(as: UInt8.self) == [1, 3, 2, 4])
  }

  @Test("gather with a shorter index reads only the first rows")
  func shortGather() {
    let x = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2])
    let index = Tensor([1, 0, 2] as [Int64], shape: [1, 3])
    let rows = Tensor([2, 0] as [Int64], shape: [1, 2])
    expectClose(x.gather(axis: 0, rows).floatScalars, [5, 2])
    expectClose(
      x.transposed().gather(axis: 1, index).floatScalars, [3, 1, 5])
  }

  @Test("padding in every mode, and cropping")
  func padding() throws {
    try OperationFixture.check("pad") { test, x in
      let p = try #require(test.integers("left_right_top_bottom"))
      let mode: Tensor.PaddingMode =
        switch test.attributes["mode"] as? String {
        case "reflect": .reflect
        case "replicate": .replicate
        default: .constant(Float(try #require(test.double("value"))))
        }
      return [
        "y": try #require(x["x"]).padded(
          left: p[0], right: p[1], top: p[2], bottom: p[3], mode: mode)
      ]
    }
    let x = Tensor([1, 2, 3] as [Float], shape: [1, 3])
    expectClose(
      x.padded(left: 2, right: 1, mode: .circular).floatScalars, [2, 3, 1, 2, 3, 1])
    #expect(x.padded(1).shape == [3, 5])
  }

  @Test("pixelShuffled and pixelUnshuffled")
  func pixelShuffle() throws {
    try OperationFixture.check("pixel_shuffle") { test, x in
      ["y": try #require(x["x"]).pixelShuffled(try #require(test.integer("factor")))]
    }
    let x = Tensor((0..<72).map { Float($0) }, shape: [1, 18, 2, 2])
    expectClose(x.pixelShuffled(3).pixelUnshuffled(3).floatScalars, x.floatScalars)
  }

  @Test("invalid arguments trap")
  func refusals() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.ones([2, 3]).expanded(to: [2, 4]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.ones([2, 3])[0, 3] }
    await #expect(processExitsWith: .failure) { _ = Tensor.ones([2, 3])[0..<3] }
    await #expect(processExitsWith: .failure) {
      _ = Tensor.ones([2, 3]).indexSelect(axis: 0, Tensor([2] as [Int64]))
    }
    await #expect(processExitsWith: .failure) {
      _ = Tensor.ones([2, 3]).gather(axis: 1, Tensor([-1] as [Int64], shape: [1, 1]))
    }
    await #expect(processExitsWith: .failure) { _ = Tensor.ones([2, 3]).padded(3, mode: .reflect) }
    await #expect(processExitsWith: .failure) { _ = Tensor.ones([1, 6, 2, 2]).pixelShuffled(2) }
  }
}
