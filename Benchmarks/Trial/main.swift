import DataBlocks
import Training
import Vision
import Tensors
import Dispatch

let root = CommandLine.arguments[1]
let items = try [Item](table: root + "/labels.csv", root: root)
let block = DataBlock<Item>(splitter: .byColumn, itemTransforms: [Resize(64)], batchTransforms: [.augTransforms(doFlip: false, maxRotate: 10, maxZoom: 1.1, maxWarp: 0.1)])
let dls = try block.dataLoaders(items, batchSize: 32)
let learner = try visionLearner(dls, "resnet18", metrics: [.accuracy, .rocAuc], callbacks: [ProgressCallback(interval: 10)])
let t0 = DispatchTime.now().uptimeNanoseconds
try learner.learner.fitOneCycle(6, learningRate: 1e-3)
print("seconds", Double(DispatchTime.now().uptimeNanoseconds - t0) * 1e-9)
let test = dls.testLoader(items: items.filter { $0.split == .test })
let v = try learner.learner.validate(test)
print("test", v)
