#!/usr/bin/env bash
# Creates the Python environment of the benchmark peers (about 6 GB on disk). Does nothing if it is complete.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=${LIGHTBOX_BENCH_VENV:-.venv-bench}
python=$venv/bin/python
if [ ! -x "$python" ]; then
  command -v python3 >/dev/null || { echo "bench: python3 with venv is required (Debian: python3-venv)" >&2; exit 1; }
  echo "bench: creating $venv" >&2
  python3 -m venv "$venv"
fi
# Compare versions here, because pip takes seconds to find that nothing is missing.
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
  echo "bench: installing the peers into $venv (several GB, once)" >&2
  "$python" -m pip install --quiet --disable-pip-version-check -r Benchmarks/requirements.txt
fi
