/// The nested stages of `fit`: the events around each, and the interruption that ends it.
enum LoopStage {
  case fit, epoch, train, validate, batch, backward, step

  var interruption: Interruption {
    switch self {
    case .fit: .cancelFit
    case .epoch: .cancelEpoch
    case .train: .cancelTrain
    case .validate: .cancelValidate
    case .batch: .cancelBatch
    case .backward: .cancelBackward
    case .step: .cancelStep
    }
  }

  func before(_ callback: any Callback, _ learner: Learner) throws {
    switch self {
    case .fit: try callback.beforeFit(learner)
    case .epoch: try callback.beforeEpoch(learner)
    case .train: try callback.beforeTrain(learner)
    case .validate: try callback.beforeValidate(learner)
    case .batch: try callback.beforeBatch(learner)
    case .backward: try callback.beforeBackward(learner)
    case .step: try callback.beforeStep(learner)
    }
  }

  func afterCancel(_ callback: any Callback, _ learner: Learner) throws {
    switch self {
    case .fit: try callback.afterCancelFit(learner)
    case .epoch: try callback.afterCancelEpoch(learner)
    case .train: try callback.afterCancelTrain(learner)
    case .validate: try callback.afterCancelValidate(learner)
    case .batch: try callback.afterCancelBatch(learner)
    case .backward: try callback.afterCancelBackward(learner)
    case .step: try callback.afterCancelStep(learner)
    }
  }

  func after(_ callback: any Callback, _ learner: Learner) throws {
    switch self {
    case .fit: try callback.afterFit(learner)
    case .epoch: try callback.afterEpoch(learner)
    case .train: try callback.afterTrain(learner)
    case .validate: try callback.afterValidate(learner)
    case .batch: try callback.afterBatch(learner)
    case .backward: try callback.afterBackward(learner)
    case .step: try callback.afterStep(learner)
    }
  }
}
