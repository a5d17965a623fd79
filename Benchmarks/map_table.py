#!/usr/bin/env python3
"""The tables of maps in Docs/Interpretation.md: measures configurations of `lightbox interpret --evaluate`.

    Benchmarks/map_table.py LIGHTBOX RUN MASKS
"""
import json
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


def row(name, measures):
    precision = measures["averagePrecision"]
    values = [measures["hit"]["value"], measures["hitNear"]["value"], precision["value"]]
    numbers = [f"{value:.2f}" for value in values]
    numbers[2] += f" ({precision['low']:.2f}–{precision['high']:.2f})"
    numbers.append(f"{measures['energyInside']['value']:.2f}")
    overlap = measures.get("intersectionOverUnion")
    numbers.append(f"{overlap['value']:.2f}" if overlap else "")
    return f"| {name} | " + " | ".join(numbers) + " |"


def main(lightbox, run, masks):
    print("| method, layers | hit | @15 | AP (95 %) | energy | IoU |\n|---|---|---|---|---|---|")
    for index, (name, options) in enumerate(CONFIGURATIONS):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                [lightbox, "interpret", run, "--split", "test", "--evaluate", masks, "--out", folder, *options],
                check=True, stdout=subprocess.DEVNULL)
            with open(f"{folder}/evaluation.json") as file:
                rows = json.load(file)["rows"]
        print(row(name, rows[0]), flush=True)
        if index == 0:
            for baseline in rows[1:]:
                print(row(baseline["name"], baseline), flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
