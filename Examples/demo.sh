#!/usr/bin/env bash
# Generates synthetic SIIM-like images, trains a model, evaluates it, and draws activation maps with boxes.
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
"$lightbox" train "$out/siim" --arch resnet18 --size 160 --epochs 12 --lr 2e-3 --batch-size 32 --seed 42 --out "$out/run"

echo "== Evaluate on the test set"
"$lightbox" evaluate "$out/run" "$out/siim" --split test

echo "== Explain: maps and boxes of the test images with a pneumothorax"
mapfile -t images < <(awk -F, -v folder="$out/siim/" '$3 == "test" && $2 == "Pneumothorax" { print folder $1 }' "$out/siim/labels.csv")
"$lightbox" interpret "$out/run" "${images[@]}" --layer layer4 --boxes --color lime --masks "$out/siim/masks.csv" --out "$out/figures" | tail -n 2

figure=$(ls "$out"/figures/*.png | head -n 1)
echo
echo "Finished in $(($(date +%s) - started)) s (without the build). Open $figure"
