import Tensors
import TestSupport
import Testing

@Suite("Operations against PyTorch, values and gradients")
struct OperationFixtureTests {
  typealias Inputs = [String: Tensor]

  @Test("arithmetic with broadcasting", arguments: ["add", "sub", "mul", "div"])
  func arithmetic(name: String) throws {
    try OperationFixture.check(name) { _, x in
      let (a, b) = (try #require(x["a"]), try #require(x["b"]))
      let y =
        switch name {
        case "add": a + b
        case "sub": a - b
        case "mul": a * b
        default: a / b
        }
      return ["y": y]
    }
  }

  @Test("functions of each scalar", arguments: ["relu", "sigmoid", "tanh"])
  func elementwise(name: String) throws {
    try OperationFixture.check(name) { _, x in
      let x = try #require(x["x"])
      return ["y": name == "relu" ? x.relu() : name == "sigmoid" ? x.sigmoid() : x.tanh()]
    }
  }

  @Test("sums and means", arguments: ["sum", "mean"])
  func reductions(name: String) throws {
    try OperationFixture.check(name) { test, x in
      let x = try #require(x["x"])
      let (axes, keeps) = (test.integers("axes"), test.flag("keepdim"))
      return [
        "y": name == "sum"
          ? x.sum(axes: axes, keepingDimensions: keeps)
          : x.mean(axes: axes, keepingDimensions: keeps)
      ]
    }
  }

  @Test("maxima along one axis, the first of equals")
  func maxima() throws {
    // Over several axes at once, and PyTorch's other convention for ties, are not offered.
    try OperationFixture.check("max", except: ["all", "hw", "hw_keep", "nhw_keep", "ties_shared"]) {
      test, x in
      let axis = try #require(test.integers("axes"))[0]
      let found = try #require(x["x"]).max(axis: axis, keepingDimensions: test.flag("keepdim"))
      return ["y": found.values, "index": found.indices]
    }
  }

  @Test("transposes and reshapes")
  func shaping() throws {
    try OperationFixture.check("transpose_reshape", except: ["expand"]) { test, x in
      var y = try #require(x["x"])
      if let order = test.integers("permute") { y = y.transposed(order) }
      if let shape = test.integers("reshape") { y = y.reshaped(to: shape) }
      return ["y": y]
    }
  }

  @Test("slices and indices")
  func slices() throws {
    try OperationFixture.check(
      "slice_index",
      except: ["stride2", "mixed", "index_select_rows", "index_select_last", "gather_classes"]
    ) { test, x in
      var y = try #require(x["x"])
      var axis = 0
      for part in try #require(test.attributes["select"] as? [Any]) {
        if let range = part as? [Int] {
          y = y.sliced(axis: axis, range[0]..<range[1])
          axis += 1
        } else if let index = part as? Int {
          let position = index < 0 ? index + y.shape[axis] : index
          y =
            axis == 0
            ? y[position] : y.sliced(axis: axis, position..<(position + 1)).squeezed(at: axis)
        } else {
          axis += 1
        }
      }
      return ["y": y]
    }
  }

  @Test("concatenation")
  func concatenation() throws {
    try OperationFixture.check("concat") { test, x in
      let parts = x.keys.sorted().compactMap { x[$0] }
      return ["y": Tensor.concatenated(parts, axis: try #require(test.integer("axis")))]
    }
  }

  @Test("matrix products")
  func matmul() throws {
    try OperationFixture.check(
      "matmul", except: ["bmm", "3d_2d", "2d_1d", "1d_1d", "1d_2d", "batch_broadcast"]
    ) { _, x in
      ["y": try #require(x["a"]).matmul(try #require(x["b"]))]
    }
  }

  @Test("linear layers")
  func linear() throws {
    try OperationFixture.check("linear") { _, x in
      ["y": try #require(x["x"]).linear(try #require(x["w"]), bias: x["b"])]
    }
  }

  @Test("softmax and its logarithm", arguments: ["softmax", "log_softmax"])
  func softmax(name: String) throws {
    try OperationFixture.check(name) { test, x in
      let (x, axis) = (try #require(x["x"]), try #require(test.integer("axis")))
      return ["y": name == "softmax" ? x.softmax(axis: axis) : x.logSoftmax(axis: axis)]
    }
  }

  @Test("cross entropy: weights, smoothing, reductions")
  func crossEntropy() throws {
    try OperationFixture.check(
      "cross_entropy",
      except: [
        "fastai_smooth_mean", "fastai_smooth_sum", "fastai_smooth_weights_mean", "ignore_index",
        "probability_targets", "spatial",
      ]
    ) { test, x in
      let reduction: LossReduction =
        switch test.attributes["reduction"] as? String {
        case "sum": .sum
        case "none": .none
        default: .mean
        }
      return [
        "y": try #require(x["x"]).crossEntropy(
          try #require(x["target"]), weights: x["weight"],
          labelSmoothing: try #require(test.double("label_smoothing")), reduction: reduction)
      ]
    }
  }

  @Test("convolutions, direct and with Winograd allowed")
  func convolutions() throws {
    try OperationFixture.check("conv2d") { test, x in
      let geometry = ConvolutionGeometry(
        stride: try #require(test.extent("stride")), padding: try #require(test.extent("padding")),
        dilation: try #require(test.extent("dilation")),
        groups: try #require(test.integer("groups")))
      return [
        "y": try #require(x["x"]).conv2d(try #require(x["w"]), bias: x["b"], geometry: geometry)
      ]
    }
  }

  @Test("batch norm with the batch's and with given statistics")
  func batchNorm() throws {
    // A channel of one value everywhere has no spread, so rounding alone decides its gradient.
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

  @Test("blurred strides")
  func blurPool() throws {
    try OperationFixture.check("blur_pool2d") { test, x in
      [
        "y": try #require(x["x"]).blurPool2d(
          filterSize: try #require(test.integer("filter")),
          stride: try #require(test.integer("stride")))
      ]
    }
  }

  @Test("maxima over windows")
  func maxPool() throws {
    try OperationFixture.check("max_pool2d") { test, x in
      ["y": try #require(x["x"]).maxPool2d(try geometry(test))]
    }
  }

  @Test("means over windows")
  func avgPool() throws {
    try OperationFixture.check("avg_pool2d") { test, x in
      ["y": try #require(x["x"]).avgPool2d(try geometry(test))]
    }
  }

  private func geometry(_ test: OperationCase) throws -> PoolingGeometry {
    PoolingGeometry(
      kernelSize: try #require(test.extent("kernel")), stride: test.extent("stride"),
      padding: test.extent("padding") ?? 0, ceilMode: test.flag("ceil_mode"),
      countsPadding: test.attributes["count_include_pad"] == nil || test.flag("count_include_pad"))
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

  @Test("the mean of each channel")
  func globalAverage() throws {
    try OperationFixture.check("global_avg_pool2d") { _, x in
      ["y": try #require(x["x"]).adaptiveAvgPool2d().flattened()]
    }
  }
}
