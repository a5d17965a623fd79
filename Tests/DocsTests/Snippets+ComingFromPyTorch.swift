// swift-format-ignore-file
// Made from Docs/ComingFromPyTorch.md by .ci/snippets.py; do not edit.

import Lightbox

// Tensors
func snippetComingFromPyTorch1() async throws {
  let x = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])   // torch.tensor([[1., 2, 3], [4, 5, 6]])
  let y = x * 2 + 1                                              // x * 2 + 1
  let mean = y.mean(axes: [1])                                   // y.mean(dim=1)
  let row = x[0]                                                 // x[0]
  let product = x.matmul(x.transposed())                         // x @ x.T
  print(mean.floatScalars, row.shape, product.shape)             // mean.tolist(), row.shape, product.shape
  _ = x
  _ = y
  _ = mean
  _ = row
  _ = product
}

// Automatic differentiation
func snippetComingFromPyTorch2() async throws {
  let tape = Tape()
  let x = tape.watch(Tensor([1, 2, 3] as [Float]))               // x.requires_grad_()
  let y = (x * x).sum()
  print(tape.gradients(of: y, withRespectTo: [x])[0])            // torch.autograd.grad(y, x)

  let model = Sequential(Linear(3, 8), ReLU(), Linear(8, 2))
  model.initialize(seed: 1)
  let images = Tensor.ones([4, 3])
  let labels = Tensor([0, 1, 0, 1] as [Int64])
  let loss = model(Tape().record(images)).crossEntropy(labels)
  loss.backward()                                                // loss.backward()
  for (name, parameter) in model.namedParameters {
    guard let gradient = parameter.gradient else { continue }
    parameter.value = parameter.value - gradient * 0.1           // a step of SGD
    parameter.gradient = nil                                     // optimizer.zero_grad()
    print(name, parameter.shape)
  }
  _ = tape
  _ = x
  _ = y
  _ = model
  _ = images
  _ = labels
  _ = loss
}

// Hooks
func snippetComingFromPyTorch3(_ model: Module, _ images: Tensor) async throws {
  let layer = model["layer4"] ?? model
  let (logits, activation) = withHook(on: layer) { hook in        // layer.register_forward_hook(…)
    (model.eval()(images), hook.stored)
  }
  let gradient = withHookBwd(on: layer) { hook in                 // layer.register_full_backward_hook(…)
    model.eval()(images)[0, 1].backward()
    return hook.stored
  }
  print(logits.shape, activation?.shape ?? [], gradient?.shape ?? [])
  _ = layer
  _ = logits
  _ = activation
  _ = gradient
}

// Data, training
func snippetComingFromPyTorch4(_ network: Module, _ loaders: DataLoaders) async throws {
  let optimizer = Optimizer(TorchAdamW(), groups: [network.namedParameters])
  optimizer.set(.learningRate, 1e-3)
  network.train()
  for epoch in 0..<3 {
    var batches = loaders.train.batches(epoch: epoch)
    while let batch = try batches.next(), let targets = batch.targets {
      let loss = network(Tape().record(batch.inputs)).crossEntropy(targets)
      loss.backward()
      optimizer.step()
      print(epoch, loss.item)
    }
  }
  _ = optimizer
}

// Weights
func snippetComingFromPyTorch5(_ path: String) async throws {
  let network = try Architecture.named("resnet18").makeModel(classCount: 1000)
  let report = network.load(try Checkpoint(contentsOf: path).stateDictionary())
  print(report.isComplete, report.missing, report.unexpected)
  try Checkpoint.write(network.stateDictionary, to: "copy.safetensors")
  _ = network
  _ = report
}
