import Hooks
import Layers
import Synchronization
import Tensors
import TestSupport
import Testing

private func images(_ seed: UInt64 = 1) -> Tensor {
  var random = RandomSource(seed: seed)
  return Tensor((0..<(4 * 3 * 64)).map { _ in Float(random.normal()) }, shape: [4, 3, 8, 8])
}

/// A stem, two parts with batch norm and dropout, and a head.
private func net(recomputing paths: [String]) throws -> Sequential {
  let part = {
    Sequential(
      Conv2D(16, 16, kernelSize: 3, padding: 1), BatchNorm(16), ReLU(), Dropout(0.3),
      Conv2D(16, 16, kernelSize: 3, padding: 1))
  }
  let net = Sequential(
    Sequential(Conv2D(3, 16, kernelSize: 3, padding: 1), BatchNorm(16), ReLU()),
    Sequential(part(), part()), Flatten(), Linear(16 * 64, 3))
  net.initialize(seed: 5)
  net.seedRandomness(seed: 8, step: 0)
  for path in paths { try #require(net[path]).recomputesInBackward = true }
  return net
}

/// The outputs, gradients and buffers of two training steps.
private struct Trace: Equatable {
  var outputs: [[Float]] = []
  var gradients: [[Float]?] = []
  var buffers: [[Float]] = []
  var batches: [[Int64]] = []
  var input: [Float] = []

  init(_ net: Sequential, retainGraph: Bool = false) {
    for step in 0..<2 {
      let tape = Tape()
      let x = tape.watch(images(UInt64(step)))
      let y = net(x)
      outputs.append(y.floatScalars)
      let loss = (y * y).sum()
      if retainGraph {
        input = tape.gradients(of: loss, withRespectTo: [x], retainGraph: true)[0].floatScalars
      }
      loss.backward()
    }
    gradients = net.parameters.map { $0.gradient?.floatScalars }
    for (_, buffer) in net.namedBuffers {
      if buffer.value.dtype == .int64 {
        batches.append(buffer.value.scalars(as: Int64.self))
      } else {
        buffers.append(buffer.value.floatScalars)
      }
    }
  }
}

@Suite("Recomputation in backward (gradient checkpointing)")
struct RecomputationTests {
  @Test(
    "outputs, gradients, running statistics and dropout masks are equal bit for bit",
    arguments: [["0"], ["1"], ["1.0", "1.1"], ["0", "1", "1.0", "1.1.3"], ["3"], [""]])
  func same(paths: [String]) throws {
    let plain = Trace(try net(recomputing: []))
    #expect(plain.gradients.allSatisfy { $0 != nil })
    #expect(plain.batches == [[2], [2], [2]])
    #expect(Trace(try net(recomputing: paths)) == plain)
  }

  @Test("two backward passes are possible, one of them for the gradient of the input")
  func twice() throws {
    let plain = Trace(try net(recomputing: []), retainGraph: true)
    #expect(!plain.input.isEmpty && plain.input.contains { $0 != 0 })
    #expect(Trace(try net(recomputing: ["0", "1", "1.1"]), retainGraph: true) == plain)
  }

  @Test("trainable parameters of the stem get gradients, frozen ones do not")
  func stem() throws {
    func gradients(_ paths: [String], freezing: String) throws -> [[Float]?] {
      let net = try net(recomputing: paths)
      for parameter in try #require(net[freezing]).parameters { parameter.requiresGradient = false }
      net(Tape().record(images())).sum().backward()
      return net.parameters.map { $0.gradient?.floatScalars }
    }
    for freezing in ["0.0", "1", "0"] {
      let plain = try gradients([], freezing: freezing)
      #expect(plain.contains(nil) && plain.contains { $0 != nil })
      #expect(try gradients(["0", "1"], freezing: freezing) == plain)
    }
  }

  @Test("a gradient can be computed for a single parameter; a frozen model is not recorded")
  func recorded() throws {
    let net = try net(recomputing: ["0", "1"])
    let tape = Tape()
    let x = tape.record(images())
    let weight = try #require(net["0.0"] as? Conv2D).weight
    let leaf = weight.watched(with: x)
    let loss = net(x).sum()
    let gradient = tape.gradients(of: loss, withRespectTo: [leaf])[0]
    #expect(weight.gradient == nil)
    #expect(gradient.floatScalars.contains { $0 != 0 })
    for parameter in net.parameters { parameter.requiresGradient = false }
    let frozen = Tape()
    #expect(!net(frozen.record(images())).needsGradient)
    #expect(frozen.count == 0)
  }

  @Test("a forward hook inside is called once; a backward hook sees the same gradient")
  func hooks() throws {
    func seen(_ paths: [String], frozen: Bool) throws -> (calls: Int, [Float], [Float]) {
      let net = try net(recomputing: paths)
      for parameter in net.parameters { parameter.requiresGradient = !frozen }
      let layer = try #require(net["1.0.2"])
      let calls = Mutex(0)
      let number = layer.registerForwardHook { _, _, _ in calls.withLock { $0 += 1 } }
      defer { layer.removeHook(number) }
      return try withHook(on: layer) { hook in
        try withHookBwd(on: layer) { gradients in
          net(Tape().record(images())).sum().backward()
          return (
            calls.withLock { $0 }, try #require(hook.stored).floatScalars,
            try #require(gradients.stored).floatScalars
          )
        }
      }
    }
    for frozen in [false, true] {
      let plain = try seen([], frozen: frozen)
      #expect(plain.calls == 1)
      for paths in [["1"], ["0", "1", "1.0"]] {
        let found = try seen(paths, frozen: frozen)
        #expect(found.calls == 1)
        #expect(found.1 == plain.1)
        #expect(found.2 == plain.2)
      }
    }
  }

  @Test("there is no effect in evaluation mode and off the tape")
  func evaluation() throws {
    let net = try net(recomputing: ["0", "1"]).eval()
    let plain = try RecomputationTests.evaluated()
    #expect(net(images()).floatScalars == plain)
    let tape = Tape()
    _ = net(tape.record(images()))
    #expect(tape.count > 15)
  }

  private static func evaluated() throws -> [Float] {
    try net(recomputing: []).eval()(images()).floatScalars
  }

  // In a separate process: the memory pool counts all threads.
  @Test("activations inside are not stored")
  func memory() async {
    await #expect(processExitsWith: .success) {
      func held(_ isWanted: Bool) -> Int {
        let layers = (0..<16).map { _ in ReLU() }
        let part = Sequential(layers)
        part.recomputesInBackward = isWanted
        let tape = Tape()
        let x = tape.watch(Tensor.ones([1 << 18]))
        let before = Compute.memory.inUse
        let y = part(x)
        let held = Compute.memory.inUse - before
        y.sum().backward()
        return held
      }
      #expect(held(false) >= 16 << 20)
      #expect(held(true) <= 2 << 20)
    }
  }
}
