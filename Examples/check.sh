#!/usr/bin/env bash
# Runs the examples and the command-line program on a small data set and checks their output. CI runs it.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$PWD/.build/release
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "check: $*" >&2; exit 1; }

# The examples.
"$bin/lightbox" doctor
"$bin/lightbox" data synth films --count 60 --size 256 --seed 7
"$bin/lightbox" data scan films | grep -q "60 DICOM images" || fail "data scan does not find 60 images"
# The documents as programs: their figures, and the differences that they print between maps by hand and the library's.
bounded() { # file, words of the line, bound of its last number
  awk -v words="$2" -v bound="$3" 'index($0, words) {
      found = 1
      if ($NF !~ /^[0-9.]+(e-?[0-9]+)?$/ || $NF + 0 > bound + 0) wrong = 1
    } END { exit !(found && !wrong) }' "$1" || { cat "$1"; fail "no number up to $3: $2"; }
}
figures() { # folder, names
  local name
  for name in "${@:2}"; do
    [ "$(head -c 4 "$1/$name.png" | tail -c 3)" = PNG ] || fail "$1: no figure $name.png"
  done
}
"$bin/SIIMPneumothorax" --films 24 --batch-size 4 --epochs 2 --weight-epochs 1 --weight-size 64 --out siim | tee siim.txt
grep -qE "^PatientSplitter +[0-9]+ +[0-9]+ +0 +0$" siim.txt || fail "SIIMPneumothorax: patients are shared"
grep -qE "^epoch +train_loss +valid_loss +accuracy +time" siim.txt || fail "SIIMPneumothorax: no table"
grep -q "^Better model found at epoch 0 with accuracy value: " siim.txt || fail "SIIMPneumothorax: no better model"
grep -qx "map \[8, 8\]" siim.txt || fail "SIIMPneumothorax: the map has not 8 x 8 cells"
# The box is the cell of the peak, 128 pixels wide.
awk '/^peak/ { gsub(",", ""); row = $5; column = $7 }
  /^box/ { gsub(/[][,]/, ""); exit !($2 == 128 * column && $3 == 128 * row && $4 == $2 + 128 && $5 == $3 + 128) }' siim.txt ||
  fail "SIIMPneumothorax: the box is not the peak's cell"
bounded siim.txt "between the map by hand and getCmaps" 1e-6
! grep -q "between the box by hand" siim.txt || bounded siim.txt "between the box by hand and getBoxes" 1
grep -qE "^the box overlaps the true mask: (yes|no)$" siim.txt || fail "SIIMPneumothorax: the true mask"
figures siim training cam-map cmaps cmaps-over-film box boxes truth
[ -s siim/models/siim_small_best.safetensors ] || fail "SIIMPneumothorax saved no weights"
"$bin/FastbookCAM" --pets 40 --size 64 --batch-size 8 --weight-size 64 --weight-epochs 1 --out fastbook | tee fastbook.txt
grep -q "^vocab \[\"False\", \"True\"\]" fastbook.txt || fail "FastbookCAM: the classes"
bounded fastbook.txt "between the mean of the map and the score" 1e-4
bounded fastbook.txt "between hook as object and as scope" 0
bounded fastbook.txt "between Grad-CAM by hand and Explainer" 1e-6
grep -q "second-to-last group \[256, 4, 4\]" fastbook.txt || fail "FastbookCAM: the second-to-last group"
[ "$(grep -cE "^ ?[0-9]+ " fastbook.txt)" -ge 10 ] || fail "FastbookCAM answers fewer than 10 questions"
figures fastbook cam activations
"$bin/ImageNetCAM" --pets 32 --size 64 --weight-epochs 1 --out imagenet | tee imagenet.txt
grep -qE "weights \[1, 2048, 1, 1\], activations \[1, 2048, 8, 7\], map \[1, 8, 7\]" imagenet.txt || fail "ImageNetCAM: shapes"
bounded imagenet.txt "between the map by hand and Explainer" 1e-4
bounded imagenet.txt "between the mean of the map with the bias and the score" 1e-3
figures imagenet cam
"$bin/DenseNetCAM" --films 24 --weight-size 64 --weight-epochs 1 --size 128 --finding Pneumothorax --out densenet | tee densenet.txt
grep -q "base \[1024, 4, 4\], maps \[4, 4\], class Pneumothorax" densenet.txt || fail "DenseNetCAM: shapes"
bounded densenet.txt "between the mean of the class's map with the bias and the score" 1e-3
bounded densenet.txt "between the class's map by hand and Explainer" 1e-4
figures densenet cam
[ -s densenet/densenet.pth.tar ] || fail "DenseNetCAM saved no checkpoint"

# Those of your own.
"$bin/OwnModule" films | tee own.txt
tail -n 1 own.txt | grep -q "explained in 2 maps" || fail "OwnModule did not finish"
"$bin/OwnTraining" | tee training.txt
tail -n 1 training.txt | grep -q "own loss, metric and callback: best g_mean 0\.[6-9]" || fail "OwnTraining did not finish"

# Every command prints its help, and no line of it or of a table is longer than 80 columns.
fits() { # file
  ! LC_ALL=C.UTF-8 grep -nE '^.{81,}' "$1" >&2 || fail "lines longer than 80 columns: $1"
}
helps() { # command
  "$bin/lightbox" $1 --help >help.txt || fail "no help: $1"
  fits help.txt
  local name
  for name in $(sed -n '/^SUBCOMMANDS:/,/^  See/s/^  \([a-z][a-z-]*\)\( .*\)\{0,1\}$/\1/p' help.txt); do
    helps "$1 $name"
  done
}
helps ""
for program in SIIMPneumothorax FastbookCAM ImageNetCAM DenseNetCAM; do
  "$bin/$program" --help >help.txt && fits help.txt
done
[ "$("$bin/lightbox" models --json | grep -c '"mapLayer"')" -ge 42 ] || fail "models lists fewer than 42 architectures"
"$bin/lightbox" models >models.txt && fits models.txt
"$bin/lightbox" models show resnet50 --size 224 >resnet50.txt && fits resnet50.txt
grep -q "parameters: 25,557,032" resnet50.txt || fail "models show resnet50: number of parameters"
"$bin/lightbox" models show chexnet --channels 1 --classes 2 --size 64 >/dev/null || fail "models show with options"

# Training, evaluation, prediction, interpretation.
"$bin/lightbox" train films --arch resnet18 --size 64 --epochs 1 --batch-size 8 --out run
[ "$(sqlite3 run/metrics.sqlite 'select count(*) from epochs where train_loss is not null and valid_loss is not null')" = 1 ] ||
  fail "the database does not contain the epoch"
"$bin/lightbox" evaluate run films --split test --json | grep -q '"auc"' || fail "evaluate prints no AUC"
"$bin/lightbox" evaluate run films --split test --predictions p.csv >evaluate.txt && fits evaluate.txt
[ "$(wc -l <p.csv)" = 13 ] || fail "evaluate --predictions does not write 12 rows"
"$bin/lightbox" predict run films/test/*.dcm >predict.txt && fits predict.txt
[ "$(wc -l <predict.txt)" = 13 ] || fail "predict does not print 12 rows"
"$bin/lightbox" evaluate run films --split test --figures report >report.txt && fits report.txt
[ -s report/roc.png ] || fail "evaluate --figures draws no ROC curve"
"$bin/lightbox" interpret run films/test/*.dcm --boxes --masks films/masks.csv --out figures --contact-sheet sheet.svg | tee interpret.txt
grep -q "average precision of the pixels" interpret.txt || fail "interpret --masks measures nothing"
[ -s sheet.svg ] || fail "interpret draws no contact sheet"
"$bin/lightbox" interpret run --choose films/masks.csv >choose.txt && fits choose.txt
"$bin/lightbox" interpret run --evaluate films/masks.csv --measures all --out report >maps.txt && fits maps.txt
grep -q "mean mask" maps.txt || fail "interpret --evaluate prints no baselines"
[ "$(find figures -name '*.png' | wc -l)" = 12 ] || fail "interpret does not write 12 figures"
"$bin/lightbox" runs list . | tee runs.txt && fits runs.txt
"$bin/lightbox" runs show run | tee show.txt && fits show.txt
grep -q "  Rotate maximumDegrees=10 probability=0.75" show.txt || fail "runs show does not list the transforms"

# Files of weights.
best=run/checkpoints/best.safetensors
"$bin/lightbox" weights convert $best best.pth
"$bin/lightbox" weights diff $best best.pth | grep -qx "132 same" || fail "weights diff after weights convert"
"$bin/lightbox" weights inspect best.pth >inspect.txt && fits inspect.txt
"$bin/lightbox" weights check $best --arch resnet18 >check.txt && fits check.txt

# Invalid input: the message contains the given words, the exit code is not 0, and the program does not crash.
rejects() { # words, command...
  local words=$1 code=0
  shift
  "$@" >out.txt 2>&1 || code=$?
  [ "$code" -ne 0 ] || fail "accepted: $*"
  [ "$code" -lt 126 ] || { cat out.txt; fail "crashed: $*"; }
  grep -q -- "$words" out.txt || { cat out.txt; fail "no message \"$words\": $*"; }
}
rejects "labels.csv: the table cannot be opened" "$bin/OwnModule" nowhere
rejects "nowhere does not exist" "$bin/SIIMPneumothorax" nowhere
rejects "--batch-size 0: use 1 or more" "$bin/SIIMPneumothorax" --batch-size 0 --out nothing
rejects "is a file: name a folder" "$bin/DenseNetCAM" --out films/labels.csv
rejects "use a ResNet" "$bin/ImageNetCAM" --arch densenet121 --out nothing
rejects "OwnTraining: " "$bin/OwnTraining" /dev/null
rejects "nowhere" "$bin/FastbookCAM" --data nowhere --out nothing
rejects "nowhere.pth" "$bin/ImageNetCAM" films/labels.csv --weights nowhere.pth --out nothing
rejects "there is no finding Flu" "$bin/DenseNetCAM" --weights densenet/densenet.pth.tar --finding Flu --films 8 --out nothing
train=("$bin/lightbox" train films --size 64 --epochs 1 --batch-size 8)
cp -r films broken
first=$(awk -F, 'NR == 2 { print $1 }' films/labels.csv)
head -c 3000 "films/$first" >"broken/$first"
rejects "$first" "$bin/lightbox" train broken --size 64 --epochs 1 --batch-size 8 --workers 0 --out r1
[ ! -e r1 ] || fail "a run that failed before its first epoch was not removed"
echo "just text" >"broken/$first"
rejects "$first" "$bin/lightbox" predict run "broken/$first"
rm "broken/$first"
rejects "does not exist; check the data folder" "$bin/lightbox" train broken --size 64 --epochs 1 --out r2
awk -F, 'NR == 1 || $2 == "Pneumothorax"' films/labels.csv >films/one.csv
rejects "two classes" "${train[@]}" --labels one.csv --out r3
rejects "there is no column" "${train[@]}" --label-column finding --out r4
tr ',' ';' <films/labels.csv >films/semicolons.csv
rejects "give --separator semicolon" "${train[@]}" --labels semicolons.csv --out r4
sed 's/$/\r\r/' films/labels.csv >films/crcrlf.csv
"${train[@]}" --labels crcrlf.csv --out crcrlf 2>&1 | grep -q "columns file, label, split, patient" || fail "CR CR LF: the split is lost"
rejects "did you mean" "${train[@]}" --arch resnet19 --out r5
rejects "did you mean" "$bin/lightbox" models show resnet5O
rejects "densenet121 needs 29" "$bin/lightbox" train films --arch densenet121 --size 28 --out r4
rejects "use 32 to 4096" "$bin/lightbox" models show resnet50 --size 31
echo "no weights" >w.safetensors
rejects "w.safetensors" "${train[@]}" --weights w.safetensors --out r6
rejects "the weights do not fit the model: 104 matched" "${train[@]}" --arch resnet50 --weights $best --out r7
rejects "not usable as resnet50" "$bin/lightbox" weights check $best --arch resnet50
rejects "the run is finished" "${train[@]}" --out run
rejects "no layer" "$bin/lightbox" interpret run "films/$first" --layer layer9 --out x
rejects "no method" "$bin/lightbox" interpret run "films/$first" --method gradcam --out x
rejects "resolution of densenet121 cannot be changed" "${train[@]}" --arch densenet121 --output-stride 16 --out r8

# A full disk, simulated by a limit of 60 MB per file: the weights are smaller, the state of the training is larger. The
# checkpoints of the first epoch are kept and can be read, and the run can be continued.
code=0
(trap '' XFSZ; ulimit -f 60000; "${train[@]}" --epochs 3 --set checkpoint.every_steps=6 --out full) >out.txt 2>&1 || code=$?
[ "$code" -eq 1 ] && grep -q "state.safetensors: it cannot be written" out.txt || { cat out.txt; fail "full disk: no message"; }
grep -q "lightbox train --resume full" out.txt || { cat out.txt; fail "full disk: no way on"; }
[ -z "$(find full -name '*.part' -o -name '*.tmp*')" ] || fail "full disk: an incomplete checkpoint was not removed"
"$bin/lightbox" evaluate full films --split test >/dev/null || fail "full disk: the best checkpoint cannot be read"

# Killed during an epoch: the run can be shown, and its last checkpoint can be loaded.
"$bin/lightbox" train films --size 64 --epochs 50 --batch-size 8 --out killed >/dev/null 2>&1 &
victim=$!
for _ in $(seq 200); do [ -s killed/checkpoints/last.safetensors ] && break; sleep 0.1; done
sleep 0.5
kill -9 $victim
wait $victim 2>/dev/null || true
[ "$(sqlite3 killed/metrics.sqlite 'select count(*) > 0 from epochs')" = 1 ] || fail "killed run: no epoch in the database"
"$bin/lightbox" runs show killed >/dev/null || fail "killed run: runs show"
"$bin/lightbox" evaluate killed films --checkpoint last --split test >/dev/null || fail "killed run: the last checkpoint cannot be loaded"
echo "examples and command line: all checks passed"
