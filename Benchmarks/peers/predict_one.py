"""Loads ResNet-50 weights and predicts one image with torchvision, or creates such weights.

    predict_one.py --make WEIGHTS     saves random weights as a state_dict
    predict_one.py WEIGHTS IMAGE
"""
import sys

import torch
import torchvision
from PIL import Image
from torchvision.transforms import v2

if sys.argv[1] == "--make":
    torch.manual_seed(0)
    torch.save(torchvision.models.resnet50(weights=None).state_dict(), sys.argv[2])
    sys.exit()

model = torchvision.models.resnet50(weights=None)
model.load_state_dict(torch.load(sys.argv[1], weights_only=True))
model.eval()
prepare = v2.Compose(
    [
        v2.Resize((224, 224)),
        v2.ToImage(),
        v2.ToDtype(torch.float32, scale=True),
        v2.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ]
)
with torch.inference_mode():
    probabilities = model(prepare(Image.open(sys.argv[2]).convert("RGB"))[None]).softmax(1)
value, index = probabilities[0].max(0)
print(int(index), float(value))
