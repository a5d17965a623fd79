import Tensors
import TestSupport
import Testing

@Suite("Convolution, batch norm, pooling and concatenation match PyTorch, values and gradients")
struct OperationFixtureTests {
  @Test("concatenation")
  func concatenation() throws {
    try OperationFixture.check("concat") { test, x in
      let parts = x.keys.sorted().compactMap { x[$0] }
      return ["y": Tensor.concatenated(parts, axis: try #require(test.integer("axis")))]
    }
  }

  @Test("convolutions, with Winograd allowed")
  func convolutions() throws {
    #expect(Compute.convolution == .fastest)
    try Self.checkConvolutions()
  }

  // The algorithm is process-wide, so this test runs in its own process.
  @Test("convolutions, direct")
  func directConvolutions() async {
    await #expect(processExitsWith: .success) {
      Compute.convolution = .direct
      try OperationFixtureTests.checkConvolutions()
    }
  }

  private static func checkConvolutions() throws {
    try OperationFixture.check("conv2d") { test, x in
      [
        "y": try #require(x["x"]).conv2d(
          try #require(x["w"]), bias: x["b"], stride: try #require(test.extent("stride")),
          padding: try #require(test.extent("padding")),
          dilation: try #require(test.extent("dilation")),
          groups: try #require(test.integer("groups")))
      ]
    }
  }

  @Test("batch norm with batch statistics and with given statistics")
  func batchNorm() throws {
    // A constant channel has zero variance, so its gradient is rounding error.
    try OperationFixture.check("batch_norm", except: ["train_constant_channel"]) { test, x in
      let isTraining = test.flag("train")
      let mean = try #require(x["running_mean"])
      let variance = try #require(x["running_var"])
      let result = try #require(x["x"]).batchNorm(
        scale: try #require(x["w"]), shift: try #require(x["b"]),
        statistics: isTraining ? nil : (mean, variance),
        epsilon: Float(try #require(test.double("eps"))))
      return ["y": result.output]
    }
  }

  @Test("blur pooling")
  func blurPool() throws {
    try OperationFixture.check("blur_pool2d") { test, x in
      [
        "y": try #require(x["x"]).blurPool2d(
          filterSize: try #require(test.integer("filter")),
          stride: try #require(test.integer("stride")))
      ]
    }
  }

  @Test("max pooling")
  func maxPool() throws {
    try OperationFixture.check("max_pool2d") { test, x in
      [
        "y": try #require(x["x"]).maxPool2d(
          kernelSize: try #require(test.extent("kernel")), stride: test.extent("stride"),
          padding: test.extent("padding") ?? 0, ceilMode: test.flag("ceil_mode"))
      ]
    }
  }

  @Test("average pooling")
  func avgPool() throws {
    try OperationFixture.check("avg_pool2d") { test, x in
      let counts = test.attributes["count_include_pad"] == nil || test.flag("count_include_pad")
      return [
        "y": try #require(x["x"]).avgPool2d(
          kernelSize: try #require(test.extent("kernel")), stride: test.extent("stride"),
          padding: test.extent("padding") ?? 0, ceilMode: test.flag("ceil_mode"),
          countsPadding: counts)
      ]
    }
  }

  @Test(
    "adaptive pooling",
    arguments: ["adaptive_avg_pool2d", "adaptive_max_pool2d", "adaptive_concat_pool2d"])
  func adaptive(name: String) throws {
    try OperationFixture.check(name) { test, x in
      let (x, size) = (try #require(x["x"]), try #require(test.extent("output")))
      let y =
        switch name {
        case "adaptive_avg_pool2d": x.adaptiveAvgPool2d(size)
        case "adaptive_max_pool2d": x.adaptiveMaxPool2d(size)
        default: x.adaptiveConcatPool2d(size)
        }
      return ["y": y]
    }
  }

  @Test("global average pooling")
  func globalAverage() throws {
    try OperationFixture.check("global_avg_pool2d") { _, x in
      ["y": try #require(x["x"]).adaptiveAvgPool2d().flattened()]
    }
  }
}
