import Foundation
import Layers
import Models
import Tensors

let name = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "resnet50"
let batch = 16
let model = try Architecture.named(name).makeModel()
var random = RandomSource(seed: 1)
let x = Tensor((0..<(batch * 3 * 224 * 224)).map { _ in Float(random.uniform(-1, 1)) }, shape: [batch, 3, 224, 224])
let targets = Tensor((0..<batch).map { Int64($0) })
func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }
for i in 0..<6 {
  let before = Compute.reorders
  let t0 = now()
  let loss = model(Tape().record(x)).crossEntropy(targets)
  let t1 = now()
  loss.backward()
  let t2 = now()
  model.zeroGradients()
  let after = Compute.reorders
  print(i, loss.item, "forward", t1 - t0, "backward", t2 - t1, "sum", t2 - t0, "reorders", after.count - before.count, (after.bytes - before.bytes) >> 20, "MiB; peak", Compute.memory.peak >> 20)
}
