"""Times the map of one class of one image with pytorch-grad-cam.

The counterpart of `lightbox bench maps`, with the same options and the same keys in the JSON output.

    maps.py --arch resnet50 --method grad-cam --layer layer4 --threads 2 --steps 20

Image and weights are random.
"""
import argparse
import json
import os
import resource
import statistics
import time
import warnings

METHODS = {
    "grad-cam": "GradCAM", "layer-cam": "LayerCAM", "score-cam": "ScoreCAM", "ablation-cam": "AblationCAM",
}  # fmt: skip

parser = argparse.ArgumentParser(description="Time a map in pytorch-grad-cam.")
parser.add_argument("--arch", default="resnet50", help="resnet18, resnet34, resnet50")
parser.add_argument("--method", choices=sorted(METHODS), default="grad-cam")
parser.add_argument("--layer", default="layer4", help="an attribute of the network")
parser.add_argument("--mode", choices=["corrected", "reference"], help="ignored: this is the reference")
parser.add_argument("--size", type=int, default=224)
parser.add_argument("--threads", type=int, default=os.cpu_count())
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--warm-up", type=int, default=2)
parser.add_argument("--layout", choices=["channels_last", "contiguous"], default="contiguous")
parser.add_argument("--json", action="store_true", help="ignored: the output is always JSON")
args = parser.parse_args()

# The libraries read these variables when they are loaded.
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(args.threads)
# Forward and backward pass run on two pools of threads. Where one waits actively, the other takes twice to ten times as
# long on a machine with as many cores as threads.
os.environ["OMP_WAIT_POLICY"] = "passive"
os.environ["TQDM_DISABLE"] = "1"
warnings.filterwarnings("ignore")

import cv2
import pytorch_grad_cam
import torch
import torchvision
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

cv2.setNumThreads(args.threads)
torch.set_num_threads(args.threads)
torch.manual_seed(0)
layout = torch.channels_last if args.layout == "channels_last" else torch.contiguous_format
model = getattr(torchvision.models, args.arch)(weights=None).eval().to(memory_format=layout)
x = torch.randn(1, 3, args.size, args.size).to(memory_format=layout)
method = getattr(pytorch_grad_cam, METHODS[args.method])(model=model, target_layers=[getattr(model, args.layer)])
targets = [ClassifierOutputTarget(0)]
seconds = []
for step in range(args.warm_up + args.steps):
    start = time.perf_counter()
    method(input_tensor=x, targets=targets)
    if step >= args.warm_up:
        seconds.append(time.perf_counter() - start)
print(
    json.dumps(
        {
            "arch": args.arch, "method": args.method, "layer": args.layer, "size": args.size,
            "threads": args.threads, "layout": args.layout, "seconds": statistics.median(seconds),
            "allSeconds": seconds, "peakResidentBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        }  # fmt: skip
    )
)
