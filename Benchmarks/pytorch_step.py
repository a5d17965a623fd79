"""One process of PyTorch training steps: prints the seconds of each step behind the first."""
import sys
import time

import torch
import torchvision

name, threads, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
model = getattr(torchvision.models, name)().to(memory_format=torch.channels_last)
x = torch.randn(16, 3, 224, 224).to(memory_format=torch.channels_last)
y = torch.arange(16)
for step in range(steps + 1):
    start = time.perf_counter()
    torch.nn.functional.cross_entropy(model(x), y).backward()
    model.zero_grad()
    if step:
        print(time.perf_counter() - start)
