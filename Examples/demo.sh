#!/usr/bin/env bash
# Generates synthetic SIIM-like images, trains a model, evaluates it, and shows by maps and boxes what it decides by.
# Called by `make demo`.
set -euo pipefail
cd "$(dirname "$0")/.."
lightbox=.build/release/lightbox
out=demo
rm -rf "$out"
mkdir -p "$out"
started=$(date +%s)

echo "== Generate images: $out/siim"
"$lightbox" data synth "$out/siim" --count 400 --size 1024 --seed 7

echo "== Train: $out/run"
"$lightbox" train "$out/siim" --arch resnet18 --output-stride 16 --size 160 --epochs 12 --batch-size 16 --lr 1e-3 --seed 42 --out "$out/run"

echo "== Evaluate on the test set"
"$lightbox" evaluate "$out/run" "$out/siim" --split test --figures "$out/report"

echo "== Measure the maps of the test images against their true masks"
"$lightbox" interpret "$out/run" --split test --evaluate "$out/siim/masks.csv" --out "$out/report"

echo "== Draw maps and boxes of the test images with a pneumothorax"
mapfile -t images < <(awk -F, -v folder="$out/siim/" '$3 == "test" && $2 == "Pneumothorax" { print folder $1 }' "$out/siim/labels.csv")
"$lightbox" interpret "$out/run" "${images[@]}" --boxes --masks "$out/siim/masks.csv" --out "$out/figures" --contact-sheet "$out/maps.png" | tail -n 2

echo
echo "Finished in $(($(date +%s) - started)) s (without the build). Open $out/maps.png, $out/figures and $out/report."
