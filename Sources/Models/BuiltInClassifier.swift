package import Layers

/// A built-in network: what loading published weights and checking image sizes depend on.
package protocol BuiltInClassifier: ImageClassifier {
  /// The rule that adapts RGB filters to another number of input channels.
  var stemRule: StemRule { get }

  /// The smallest number of rows and columns for which every layer has an output.
  var smallestSize: Int { get }

  /// Rows and columns must be a multiple of this number.
  var sizeMultiple: Int { get }

  /// The head that belongs to the network; nil: fastai's head follows the body.
  var ownHead: Sequential? { get }

  /// Parameters of the body that published weights of a backbone lack; they are trained with the head.
  var newParameters: [Parameter] { get }

  /// Rules for names in files that were saved by earlier versions of the network, or by other libraries.
  var olderNames: [Renaming.Rule] { get }
}

extension BuiltInClassifier {
  package var stemRule: StemRule { .fastai }
  package var smallestSize: Int { 1 }
  package var sizeMultiple: Int { 1 }
  package var ownHead: Sequential? { nil }
  package var newParameters: [Parameter] { [] }
  package var olderNames: [Renaming.Rule] { [] }
}

extension ImageClassifier {
  /// The head that belongs to the network; nil: fastai's head follows the body.
  package var ownHead: Sequential? { (self as? any BuiltInClassifier)?.ownHead }

  /// Parameters of the body that are trained with the head.
  package var newParameters: [Parameter] {
    (self as? any BuiltInClassifier)?.newParameters ?? []
  }

  /// The output strides that the network can have; none if its stride is not known.
  package var outputStrideChoices: [Int] {
    (self as? any OutputStrideClassifier)?.outputStrides ?? []
  }

  /// The output stride; nil if it is not known.
  package var currentOutputStride: Int? {
    guard let network = self as? any OutputStrideClassifier else { return nil }
    return network.outputStride as Int
  }

  /// Sets the output stride.
  ///
  /// - Precondition: It is one of `outputStrideChoices`.
  package func setOutputStride(_ stride: Int) {
    (self as? any OutputStrideClassifier)?.outputStride = stride
  }

  /// The reason why square images of a size are rejected, as a clause; nil if they are accepted.
  package func refusal(ofSize size: Int) -> String? {
    guard let network = self as? any BuiltInClassifier else { return nil }
    let (smallest, multiple) = (network.smallestSize, network.sizeMultiple)
    if size < smallest { return "needs \(smallest) x \(smallest) or more" }
    return size % multiple == 0 ? nil : "needs a multiple of \(multiple)"
  }
}
