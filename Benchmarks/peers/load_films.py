"""Times loading DICOM images with pydicom and Pillow on one thread. Prints JSON.

    load_films.py FOLDER --size 224

Each file is decoded, resized to three channels as fastai does it (`convert("RGB")`, then bilinear), and normalized as
float32. `lightbox bench data` augments too.
"""
import argparse
import json
import os
import time

import numpy as np
import pydicom
from PIL import Image

parser = argparse.ArgumentParser(description="Time loading DICOM images with pydicom and Pillow.")
parser.add_argument("folder")
parser.add_argument("--size", type=int, default=224)
args = parser.parse_args()

paths = sorted(
    os.path.join(folder, name) for folder, _, names in os.walk(args.folder) for name in names if name.endswith(".dcm")
)
mean = np.array([0.485, 0.456, 0.406], np.float32).reshape(3, 1, 1)
deviation = np.array([0.229, 0.224, 0.225], np.float32).reshape(3, 1, 1)


def load(path):
    image = Image.fromarray(pydicom.dcmread(path).pixel_array).convert("RGB")
    pixels = np.asarray(image.resize((args.size, args.size), Image.BILINEAR), np.float32) / 255
    return (pixels.transpose(2, 0, 1) - mean) / deviation


def seconds():
    start = time.perf_counter()
    for path in paths:
        load(path)
    return (time.perf_counter() - start) / len(paths)


seconds()  # Warms up libraries and the page cache.
print(json.dumps({"seconds": seconds(), "images": len(paths)}))
