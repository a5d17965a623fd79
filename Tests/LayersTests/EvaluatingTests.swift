import Layers
import Tensors
import Testing

@Suite("Temporary evaluation mode")
struct EvaluatingTests {
  private struct Stop: Error, Equatable {}

  /// A training model with a batch norm and a dropout layer in evaluation mode.
  private func model() -> Sequential {
    let model = Sequential(Linear(3, 4), BatchNorm(4), Sequential(BatchNorm(4), Dropout()))
    model[1].eval()
    model["2.1"]?.eval()
    return model
  }

  private let modes = [true, true, false, true, true, false]

  @Test("the body runs in evaluation mode; every module's own mode is restored")
  func restores() {
    let model = model()
    #expect(model.modules.map(\.isTraining) == modes)
    let shape = model.evaluating {
      #expect(model.modules.allSatisfy { !$0.isTraining })
      return model(Tensor.ones([1, 3])).shape
    }
    #expect(shape == [1, 4])
    #expect(model.modules.map(\.isTraining) == modes)
    let statistics = model.namedBuffers.filter { $0.name.hasSuffix("num_batches_tracked") }
    #expect(statistics.map { $0.buffer.value.scalars(as: Int64.self) } == [[0], [0]])
  }

  @Test("modes are restored when the body throws, and when it changes modes itself")
  func throwing() {
    let model = model()
    #expect(throws: Stop()) {
      try model.evaluating {
        model.train()
        throw Stop()
      }
    }
    #expect(model.modules.map(\.isTraining) == modes)
    model.eval()
    model.evaluating { _ = model.train() }
    #expect(model.modules.allSatisfy { !$0.isTraining })
  }

  @Test("the type of the body's error is kept")
  func typed() {
    func run() throws(Stop) { try model().evaluating { () throws(Stop) in throw Stop() } }
    #expect(throws: Stop()) { try run() }
  }
}
