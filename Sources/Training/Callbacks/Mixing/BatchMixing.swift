import DataBlocks
import Tensors

extension Learner {
  /// Replaces the inputs of the current batch by mixtures of its items, and its loss or targets accordingly.
  ///
  /// With class indices the loss is the mean of λ loss(output, target) + (1 − λ) loss(output, target of the partner);
  /// class weights and label smoothing are part of both losses. As in fastai, the mean divides by the number of items
  /// even with class weights. Other targets, such as probabilities or numbers, are blended themselves.
  ///
  /// - Parameters:
  ///   - inputs: The mixtures.
  ///   - partners: The other item of each mixture.
  ///   - lambdas: The share of each item itself.
  func mixBatch(_ inputs: Tensor, partners: [Int], lambdas: [Float]) {
    guard let targets = batch?.targets else {
      batch?.inputs = inputs
      return
    }
    batch?.inputs = inputs
    guard targets.dtype == .int64 else {
      batch?.targets = targets.mixed(with: partners, lambdas)
      return
    }
    let others = targets.indexSelect(axis: 0, Tensor(partners.map(Int64.init)))
    batchLoss = { [lossFunction] output, targets in
      let own = lossFunction(output, targets, reduction: .none)
      let other = lossFunction(output, others, reduction: .none)
      precondition(
        own.rank > 0 && own.shape[0] == lambdas.count,
        "MixUp and CutMix need one loss per item from `reduction: .none`, not a tensor of \(own.shape)"
      )
      let shape = [lambdas.count] + [Int](repeating: 1, count: own.rank - 1)
      let share = Tensor(lambdas, shape: shape)
      let rest = Tensor(lambdas.map { 1 - $0 }, shape: shape)
      return (own * share + other * rest).mean()
    }
  }
}
