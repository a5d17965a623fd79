// Times training steps (forward, loss, backward) on random pictures; prints the seconds of each behind the first.
//
//     TrainingStepBenchmark ARCHITECTURE THREADS STEPS

import Foundation
import Layers
import Models
import Tensors

let arguments = CommandLine.arguments
let name = arguments.count > 1 ? arguments[1] : "resnet50"
Compute.threads = arguments.count > 2 ? Int(arguments[2]) ?? Compute.cores : Compute.cores
let steps = arguments.count > 3 ? Int(arguments[3]) ?? 3 : 3

let batch = 16
let model = try Architecture.named(name).makeModel()
var random = RandomSource(seed: 1)
let x = Tensor(
  (0..<(batch * 3 * 224 * 224)).map { _ in Float(random.normal()) }, shape: [batch, 3, 224, 224])
let targets = Tensor((0..<batch).map { Int64($0) })

for step in 0...steps {
  let start = DispatchTime.now().uptimeNanoseconds
  let loss = model(Tape().record(x)).crossEntropy(targets)
  loss.backward()
  model.zeroGradients()
  let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
  guard loss.item.isFinite else { fatalError("the loss is \(loss.item)") }
  if step > 0 { print(seconds) }
}
