import Foundation
import Lightbox

/// The questions of the chapter that code can answer, each in a short function.
struct Questionnaire {
  let learn: VisionLearner
  let dls: DataLoaders
  let batch: Batch
  let stats: ActivationStats

  private var x: Tensor { batch.inputs }
  private var body: Module { learn.visionModel.model[0] }

  func answer() throws {
    print("\nQuestionnaire")
    print(
      " 4 ActivationStats has hooks on \(stats.names.count) layers, for \(stats.steps.count) steps")
    print(" 5 a hook of your own stores \(storedActivations().map { "\($0.shape)" } ?? "nothing")")
    print(" 6 two passes differ by \(differenceOfTwoPasses(isTraining: false)) in evaluation mode,")
    print("   by \(differenceOfTwoPasses(isTraining: true)) in training mode (dropout)")
    print(
      " 7 the dog's score is highest at cell \(bestCell(of: 0)), the cat's at \(bestCell(of: 1))")
    print(" 8 \(categories().joined(separator: ", "))")
    print(" 9 the input is from \(range()), the decoded image from 0 to 255")
    print(
      "10 a hook stores \(storesAfterItsScope() ? "on" : "nothing more") when its scope has ended")
    print("11 the last weights fit \(channels())")
    print("12 the gradient is \(gradientBeforeBackward()) before backward, and there after it")
    print("13 the output has \(learn.model.eval()(x).count) numbers, output[0, 1] one")
    print(
      "   without keepdim the weights are \(shapeWithoutKeepdim()), and do not fit the activations")
  }

  /// 5. Write a hook that stores the activations of a given layer in a model.
  func storedActivations() -> Tensor? {
    var stored: Tensor?
    let number = body.registerForwardHook { _, _, output in stored = output.detached }
    defer { body.removeHook(number) }
    _ = learn.model.eval()(x)
    return stored
  }

  /// 6. Why do we call `eval`? (`no_grad`: nothing is recorded here unless a tape or a hook asks for it.)
  func differenceOfTwoPasses(isTraining: Bool) -> Float {
    learn.model.train(isTraining)
    // A batch norm needs more than one value per channel.
    let two = Tensor.concatenated([x, x], axis: 0)
    // The head has the dropout; its running statistics are put back.
    let before = learn.model.stateDictionary
    let spread = difference(learn.model(two).detached, learn.model(two).detached)
    learn.model.load(before)
    learn.model.eval()
    return spread
  }

  /// 7. Use einsum to compute the score of each of the locations in the last activation of the body.
  func bestCell(of cls: Int) -> String {
    guard let act = storedActivations()?[0], let last = learn.visionModel.layer("1.-1") as? Linear,
      let scores = try? chapterCAM(last.weight.value, act)
    else { return "none" }
    let place = scores[cls].flattened(from: 0).argmax(axis: 0).scalars(as: Int64.self)[0]
    return "(\(Int(place) / act.shape[2]), \(Int(place) % act.shape[2]))"
  }

  /// 8. How do you check which order the categories are in?
  func categories() -> [String] { dls.vocab.enumerated().map { "\($0) is \($1)" } }

  /// 9. Why are we using `decode` when displaying the input image? It is normalized.
  func range() -> String { "\(fixed(x.amin().item)) to \(fixed(x.amax().item))" }

  /// 10. What is a context manager? Here a function with a closure; `defer` does what `__exit__` does.
  func storesAfterItsScope() -> Bool {
    let hook = withHook(on: body) { $0 }
    _ = learn.model.eval()(x)
    return hook.stored != nil
  }

  /// 11. Why can't we use plain CAM for the inner layers of a network?
  func channels() -> String {
    guard let last = learn.visionModel.layer("1.-1") as? Linear,
      let inner = (body as? Sequential)?[-2]
    else { return "no" }
    let act = withHook(on: inner) { hook in
      _ = learn.model.eval()(x)
      return hook.stored
    }
    return "\(last.weight.value.shape[1]) channels, not the \(act?.shape[1] ?? 0) of an inner layer"
  }

  /// 12. Why do we need to register a hook on the backward pass in order to do Grad-CAM? Gradients of activations are not kept.
  func gradientBeforeBackward() -> String {
    withHookBwd(on: body) { hook in
      let output = learn.model.eval()(x)
      let before = hook.stored == nil ? "missing" : "there"
      output[0, 1].backward()
      return before
    }
  }

  /// Further research 1: what `keepdim` is for.
  func shapeWithoutKeepdim() -> [Int] { (storedActivations() ?? x)[0].mean(axes: [1, 2]).shape }
}
