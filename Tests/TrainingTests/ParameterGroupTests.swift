import Layers
import Models
import Tensors
import TestSupport
import Testing
import Training
import Vision

@Suite("Weight decay and training of parameter groups, against fastai")
struct ParameterGroupTests {
  private struct File: Decodable {
    struct Count: Decodable { let tensors: Int, elements: Int? }
    struct Case: Decodable {
      let arch: String, without_weight_decay: Count, force_train: Count
    }
    let cases: [Case]
  }

  @Test("which parameters do not decay, and which train in frozen groups")
  func decay() throws {
    let cases = try Fixture.json("training/param_groups.json", as: File.self).cases
    #expect(cases.count == 5)
    for test in cases {
      let name = test.arch.replacing("timm ", with: "")
      let vision = VisionModel(try Architecture.named(name), classCount: 2)
      let parameters = vision.model.namedParameters
      for (_, parameter) in parameters { parameter.value = .ones(parameter.shape) }
      let optimizer = Optimizer(SGD(weightDecay: 0.5), groups: [parameters])
      optimizer.setLearningRates(1)
      for (_, parameter) in parameters { parameter.gradient = .zeros(parameter.shape) }
      optimizer.step()
      let kept = parameters.map(\.parameter).filter { $0.value.sum().item == Float($0.elements) }
      #expect(kept.count == test.without_weight_decay.tensors, "\(name)")
      #expect(kept.reduce(0) { $0 + $1.elements } == test.without_weight_decay.elements, "\(name)")
      optimizer.freezeTo(1)
      #expect(parameters.count { $0.parameter.requiresGradient } == test.force_train.tensors)
    }
  }
}

extension Parameter {
  fileprivate var elements: Int { shape.reduce(1, *) }
}
