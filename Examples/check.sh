#!/usr/bin/env bash
# Runs the examples and the command line on small films and holds them to what they promise. CI calls it.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/.build/release
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "check: $*" >&2; exit 1; }

"$bin/lightbox" doctor
"$bin/lightbox" data synth films --count 60 --size 256 --seed 7
"$bin/lightbox" data scan films | grep -q "60 DICOM images" || fail "the scan does not find the films"
"$bin/SIIMPneumothorax" films resnet18 1 64 | tee example.txt
tail -n 1 example.txt | grep -q "agree; figure" || fail "the example did not finish"
[ -s siim-pneumothorax.png ] || fail "the example drew no figure"

"$bin/OwnModule" films | tee own.txt
tail -n 1 own.txt | grep -q "explained in 2 maps" || fail "the example with a network of its own did not finish"

[ "$("$bin/lightbox" models --json | grep -c '"mapLayer"')" -ge 39 ] || fail "models lists too few networks"
"$bin/lightbox" models show resnet50 --size 224 | grep -q "parameters: 25,557,032" || fail "models show"
"$bin/lightbox" models show chexnet --channels 1 --classes 2 --size 64 >/dev/null || fail "models show with choices"

"$bin/lightbox" train films --arch resnet18 --size 64 --epochs 1 --batch-size 8 --out run
[ "$(sqlite3 run/metrics.sqlite 'select count(*) from epochs where train_loss is not null and valid_loss is not null')" = 1 ] ||
  fail "the database does not hold the epoch"
"$bin/lightbox" evaluate run films --split test --json | grep -q '"auc"' || fail "evaluate prints no auc"
"$bin/lightbox" predict run films/test/*.dcm >/dev/null || fail "predict"
"$bin/lightbox" interpret run "$(ls films/test/*.dcm | head -n 1)" --boxes --out figures
ls figures/*.png >/dev/null || fail "interpret drew no figure"
"$bin/lightbox" runs list . && "$bin/lightbox" runs show run

# Bad input: a message that names the file, an exit code, nothing half-made.
refuses() { # words, command…
  local words=$1 code=0
  shift
  "$@" >out.txt 2>&1 || code=$?
  [ "$code" -ne 0 ] || fail "was accepted: $*"
  [ "$code" -lt 126 ] || { cat out.txt; fail "crashed: $*"; }
  grep -q -- "$words" out.txt || { cat out.txt; fail "does not say \"$words\": $*"; }
}
train=("$bin/lightbox" train films --size 64 --epochs 1 --batch-size 8)
cp -r films broken
first=$(awk -F, 'NR == 2 { print $1 }' films/labels.csv)
head -c 3000 "films/$first" >"broken/$first"
refuses "$first" "$bin/lightbox" train broken --size 64 --epochs 1 --batch-size 8 --workers 0 --out r1
[ ! -e r1 ] || fail "a run that learned nothing was left behind"
echo "just text" >"broken/$first"
refuses "$first" "$bin/lightbox" predict run "broken/$first"
rm "broken/$first"
refuses "is not there" "$bin/lightbox" train broken --size 64 --epochs 1 --out r2
awk -F, 'NR == 1 || $2 == "Pneumothorax"' films/labels.csv >films/one.csv
refuses "two classes" "${train[@]}" --labels one.csv --out r3
refuses "there is no column" "${train[@]}" --label-column finding --out r4
refuses "did you mean" "${train[@]}" --arch resnet19 --out r5
refuses "did you mean" "$bin/lightbox" models show resnet5O
refuses "densenet121 needs 29" "$bin/lightbox" train films --arch densenet121 --size 28 --out r4
refuses "use 32 to 4096" "$bin/lightbox" models show resnet50 --size 31
echo "no weights" >w.safetensors
refuses "w.safetensors" "${train[@]}" --weights w.safetensors --out r6
refuses "do not fit" "${train[@]}" --arch resnet50 --weights run/checkpoints/best.safetensors --out r7
refuses "not empty" "${train[@]}" --out run
refuses "no layer" "$bin/lightbox" interpret run "films/$first" --layer layer9 --out x

# A full disk (here: no file may grow past 60 MB): what was learned before stays, and reads.
code=0
(trap '' XFSZ; ulimit -f 60000; "${train[@]}" --out full) >out.txt 2>&1 || code=$?
[ "$code" -eq 1 ] && grep -q "last.safetensors: it cannot be written" out.txt || { cat out.txt; fail "a full disk"; }
[ -z "$(find full -name '*.tmp*')" ] || fail "half a checkpoint was left behind"
"$bin/lightbox" evaluate full films --split test >/dev/null || fail "the best weights are gone with the disk"

# Killed in the middle of an epoch: the folder reads, the last checkpoint loads.
"$bin/lightbox" train films --size 64 --epochs 50 --batch-size 8 --out killed >/dev/null 2>&1 &
victim=$!
for _ in $(seq 200); do [ -s killed/checkpoints/last.safetensors ] && break; sleep 0.1; done
sleep 0.5
kill -9 $victim
wait $victim 2>/dev/null || true
[ "$(sqlite3 killed/metrics.sqlite 'select count(*) > 0 from epochs')" = 1 ] || fail "no epoch survived the kill"
"$bin/lightbox" runs show killed >/dev/null || fail "a killed run cannot be shown"
"$bin/lightbox" evaluate killed films --checkpoint last --split test >/dev/null || fail "the last checkpoint does not load"
echo "examples and command line: as promised"
