#!/usr/bin/env bash
# From nothing to boxes on the image: makes SIIM-like films, trains, measures, explains. `make demo` calls it.
set -euo pipefail
cd "$(dirname "$0")/.."
lightbox=.build/release/lightbox
out=demo
rm -rf "$out"
mkdir -p "$out"
started=$(date +%s)

echo "== films: $out/siim"
"$lightbox" data synth "$out/siim" --count 400 --size 1024 --seed 7

echo "== training: $out/run"
"$lightbox" train "$out/siim" --arch resnet18 --size 160 --epochs 12 --lr 2e-3 --batch-size 32 --seed 42 --out "$out/run"

echo "== the test films, which training never saw"
"$lightbox" evaluate "$out/run" "$out/siim" --split test

echo "== why: maps and boxes of the test films with a pneumothorax"
mapfile -t films < <(awk -F, -v folder="$out/siim/" '$3 == "test" && $2 == "Pneumothorax" { print folder $1 }' "$out/siim/labels.csv")
"$lightbox" interpret "$out/run" "${films[@]}" --layer layer4 --boxes --color lime --masks "$out/siim/masks.csv" --out "$out/figures" | tail -n 1

image=$(ls "$out"/figures/*.png | head -n 1)
echo
echo "$(($(date +%s) - started)) s without the build. Open $image"
