"""Times epochs of fastai on DICOM images, as the counterpart of `lightbox train`. Prints JSON.

    fastai_epoch.py FOLDER --workers 0 --epochs 2

The folder contains a table with the columns file, label and split. `--transforms walkthrough` applies the transforms
of the fastai walk-through: Resize(size + 42), RandomResizedCropGPU(size), aug_transforms without flips. `--transforms
train` applies those of `lightbox train`: Resize(size) and the same aug_transforms. All layers are trained from random
weights. The seconds of an epoch are those of training and validation, as fastai's Recorder measures them. They do not
include saving checkpoints on either side.
"""
import argparse
import contextlib
import csv
import json
import os
import resource
import sys
import tempfile
import time
import warnings

parser = argparse.ArgumentParser(description="Time epochs of fastai on DICOM images.")
parser.add_argument("folder")
parser.add_argument("--labels", default="labels.csv", help="the table, relative to FOLDER (default: labels.csv)")
parser.add_argument("--arch", default="resnet18")
parser.add_argument("--size", type=int, default=224)
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--epochs", type=int, default=2)
parser.add_argument("--workers", type=int, default=0, help="num_workers of the data loaders (default: 0)")
parser.add_argument("--threads", type=int, default=os.cpu_count())
parser.add_argument("--transforms", choices=["walkthrough", "train"], default="walkthrough")
args = parser.parse_args()

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(args.threads)
warnings.filterwarnings("ignore")
started = time.perf_counter()

import torch
import torchvision.models
from fastai.medical.imaging import PILDicom
from fastai.vision.all import (
    Callback,
    CategoryBlock,
    DataBlock,
    ImageBlock,
    IndexSplitter,
    Normalize,
    RandomResizedCropGPU,
    Recorder,
    Resize,
    RocAucBinary,
    SaveModelCallback,
    accuracy,
    aug_transforms,
    imagenet_stats,
    set_seed,
    vision_learner,
)

imported = time.perf_counter() - started


class Stopwatch(Callback):
    """Measures the seconds of training and validation of each epoch, as fastai's Recorder does."""

    order = Recorder.order
    seconds = []

    def before_epoch(self):
        self.start = time.perf_counter()

    def after_epoch(self):
        self.seconds.append(time.perf_counter() - self.start)


def main():
    torch.set_num_threads(args.threads)
    set_seed(42)
    with open(os.path.join(args.folder, args.labels), newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["split"] != "test"]
    augmentations = aug_transforms(
        do_flip=False, flip_vert=False, max_rotate=10.0, min_zoom=1.0, max_zoom=1.1, max_lighting=0.2, max_warp=0.1
    )
    if args.transforms == "walkthrough":
        item, batch = Resize(args.size + 42), [RandomResizedCropGPU(args.size), *augmentations]
    else:
        item, batch = Resize(args.size), augmentations
    # fastai adds Normalize automatically only for pretrained weights. It converts grayscale images to three channels.
    block = DataBlock(
        blocks=(ImageBlock(cls=PILDicom), CategoryBlock),
        get_x=lambda row: os.path.join(args.folder, row["file"]),
        get_y=lambda row: row["label"],
        splitter=IndexSplitter([i for i, row in enumerate(rows) if row["split"] != "train"]),
        item_tfms=item,
        batch_tfms=[*batch, Normalize.from_stats(*imagenet_stats)],
    )
    loaders = block.dataloaders(rows, bs=args.batch_size, num_workers=args.workers)
    watch = Stopwatch()
    with tempfile.TemporaryDirectory() as models:
        learner = vision_learner(
            loaders,
            getattr(torchvision.models, args.arch),
            pretrained=False,
            metrics=[accuracy, RocAucBinary()],
            cbs=[SaveModelCallback(monitor="valid_loss", with_opt=True), watch],
            path=models,
        )
        learner.unfreeze()
        prepared = time.perf_counter() - started
        # Redirect the messages of SaveModelCallback: the standard output contains the JSON only.
        with learner.no_bar(), learner.no_logging(), contextlib.redirect_stdout(sys.stderr):
            learner.fit_one_cycle(args.epochs, 1e-3)
    print(
        json.dumps(
            {
                "engine": "fastai",
                "arch": args.arch,
                "size": args.size,
                "batchSize": args.batch_size,
                "threads": args.threads,
                "workers": args.workers,
                "transforms": args.transforms,
                "images": len(rows),
                "importSeconds": imported,
                "preparedSeconds": prepared,
                "epochs": watch.seconds,
                "losses": [float(row[1]) for row in learner.recorder.values],
                "peakResidentBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
