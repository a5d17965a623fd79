#!/usr/bin/env bash
# Lightbox against PyTorch, in turn: medians and their ratio. `make bench` calls it.
set -euo pipefail
cd "$(dirname "$0")/.."
threads=${THREADS:-$(nproc)}
rounds=${ROUNDS:-3}
swift build -c release --product TrainingStepBenchmark
if [ ! -x .venv-bench/bin/python ]; then
  echo "bench: installing PyTorch into .venv-bench (some GB)"
  python3 -m venv .venv-bench
  .venv-bench/bin/pip install -q torch torchvision
fi
median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
grep -m 1 "model name" /proc/cpuinfo | cut -d: -f2
echo "$threads threads, batch 16, 224 x 224, float32; PyTorch $(.venv-bench/bin/python -c 'import torch; print(torch.__version__)'), channels-last"
for arch in ${ARCHS:-resnet18 resnet50}; do
  ours=() theirs=()
  for _ in $(seq "$rounds"); do
    ours+=($(.build/release/TrainingStepBenchmark "$arch" "$threads" 3))
    theirs+=($(.venv-bench/bin/python Benchmarks/pytorch_step.py "$arch" "$threads" 3))
  done
  a=$(printf '%s\n' "${ours[@]}" | median) b=$(printf '%s\n' "${theirs[@]}" | median)
  awk -v n="$arch" -v a="$a" -v b="$b" 'BEGIN { printf "%-10s Lightbox %.3f s  PyTorch %.3f s  ratio %.2f\n", n, a, b, b / a }'
done
