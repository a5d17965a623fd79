#!/usr/bin/env bash
# Makes the Python environment that the benchmarks compare with (about 6 GB on disk). Does nothing when it is complete.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=${LIGHTBOX_BENCH_VENV:-.venv-bench}
python=$venv/bin/python
if [ ! -x "$python" ]; then
  command -v python3 >/dev/null || { echo "bench: python3 is needed, with venv (Debian: python3-venv)" >&2; exit 1; }
  echo "bench: making $venv" >&2
  python3 -m venv "$venv"
fi
# pip takes seconds to find that nothing is missing; this takes a tenth of one.
if ! "$python" - Benchmarks/requirements.txt <<'PYTHON'
import importlib.metadata, sys
for line in open(sys.argv[1]):
    name, separator, version = line.strip().partition("==")
    if separator and not name.startswith("#"):
        try:
            if importlib.metadata.version(name) != version:
                sys.exit(1)
        except importlib.metadata.PackageNotFoundError:
            sys.exit(1)
PYTHON
then
  echo "bench: installing the peers into $venv (some GB; once)" >&2
  "$python" -m pip install --quiet --disable-pip-version-check -r Benchmarks/requirements.txt
fi
