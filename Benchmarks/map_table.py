#!/usr/bin/env python3
"""The table of maps in Docs/Interpretation.md: means of `lightbox interpret --evaluate` over runs on the same films.

    Benchmarks/map_table.py LIGHTBOX MASKS RUN...
"""
import json
import statistics
import subprocess
import sys
import tempfile

GRID_LOGIT = ["--placement", "grid", "--target", "logit"]
STAGES = ["layer1", "layer2", "layer3", "layer4"]


def last_layer(method, *options):
    return ["--method", method, "--layer", "layer4", *options]


CONFIGURATIONS = [
    ("Layer-CAM, product of layers 1–4 (default)", []),
    ("the same, of the logit instead of the margin", ["--target", "logit"]),
    ("the same, cells on an even grid", ["--placement", "grid"]),
    ("Layer-CAM, mean of layers 1–4", ["--fusion", "mean"]),
    ("Layer-CAM, mean of layers 2–4", ["--layer", "layer2,layer3,layer4", "--fusion", "mean"]),
    *[(f"Layer-CAM, {stage}", ["--layer", stage]) for stage in STAGES],
    ("HiResCAM, product of layers 1–4", ["--method", "hirescam"]),
    ("Grad-CAM, layer4, logit, even grid, as other tools draw it", last_layer("grad-cam", *GRID_LOGIT)),
    ("Grad-CAM, layer4, logit, receptive fields", last_layer("grad-cam", "--target", "logit")),
    ("Grad-CAM, layer4, margin, receptive fields", last_layer("grad-cam")),
    ("Grad-CAM++, layer4", last_layer("grad-cam++")),
    ("XGrad-CAM, layer4", last_layer("xgrad-cam")),
    ("Ablation-CAM, layer4", last_layer("ablation-cam")),
    ("Eigen-CAM, layer4", last_layer("eigen-cam")),
    ("EigenGrad-CAM, layer4", last_layer("eigengrad-cam")),
    ("Finer-CAM, layer4", last_layer("finer-cam")),
    ("FullGrad", ["--method", "fullgrad"]),
    ("SmoothGrad", ["--method", "smoothgrad"]),
    ("integrated gradients", ["--method", "integrated-gradients"]),
    ("guided backprop", ["--method", "guided-backprop"]),
    ("guided Grad-CAM", ["--method", "guided-grad-cam"]),
    ("occlusion", ["--method", "occlusion"]),
]


def measures(lightbox, masks, run, options):
    """The rows of an evaluation by name; the map's own row is first."""
    with tempfile.TemporaryDirectory() as folder:
        command = [lightbox, "interpret", run, "--split", "test", "--evaluate", masks, "--out", folder]
        subprocess.run(command + options, check=True, stdout=subprocess.DEVNULL)
        with open(f"{folder}/evaluation.json") as file:
            return json.load(file)["rows"]


def row(name, runs):
    """A row of Markdown: means over the runs, and the range of the average precision."""

    def values(key):
        return [run[key]["value"] for run in runs]

    def mean(key):
        return f"{statistics.mean(values(key)):.2f}"

    precisions = values("averagePrecision")
    precision = mean("averagePrecision")
    if len(runs) > 1:
        precision += f" ({min(precisions):.2f}–{max(precisions):.2f})"
    numbers = [mean("hit"), mean("hitNear"), precision, mean("energyInside"), mean("intersectionOverUnion")]
    return f"| {name} | " + " | ".join(numbers) + " |"


def main(lightbox, masks, *runs):
    print("| method, layers | hit | @15 | AP | energy | IoU |\n|---|---|---|---|---|---|")
    for index, (name, options) in enumerate(CONFIGURATIONS):
        found = [measures(lightbox, masks, run, options) for run in runs]
        print(row(name, [rows[0] for rows in found]), flush=True)
        if index == 0:
            for place in range(1, len(found[0])):
                print(row(found[0][place]["name"], [rows[place] for rows in found]), flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
