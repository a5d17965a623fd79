#!/usr/bin/env python3
"""Compares Lightbox with its peers and prints a table. Called by `make bench`.

README.md describes the workloads and the method. Environment variables:

LIGHTBOX_BIN         the program (default: .build/release/lightbox)
LIGHTBOX_AVX2_BIN    the program without AVX-512 (default: .build/lightbox-avx2)
LIGHTBOX_BENCH_VENV  the Python environment of the peers (default: .venv-bench)
LIGHTBOX_BENCH_WORK  cache of images, models and runs (default: .build/bench)
ROUNDS, THREADS      defaults of --rounds and --threads
"""
import argparse
import json
import os
import re
import sys
import textwrap
import time

from harness import machine, report, workloads
from harness.processes import Unavailable

CHECKOUT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# A subset of the rows that takes a few minutes.
QUICK = r"^((memory )?train|infer) resnet(18|50) (float32|bfloat16)$|^latency|predict"


def options():
    parser = argparse.ArgumentParser(
        description="Time Lightbox and its peers alternately and print the ratios.",
        epilog="The ratio is the value of the peer divided by the value of Lightbox: above 1, Lightbox is faster or "
        "uses less memory.",
    )
    parser.add_argument("--rows", metavar="PATTERN", help="run only the rows that match this regular expression")
    parser.add_argument("--list", action="store_true", help="print the names of the rows and exit")
    parser.add_argument("--quick", action="store_true", help="one round, a third of the steps, fewer rows")
    parser.add_argument("--rounds", type=int, help="number of rounds (default: ROUNDS or 3; 1 with --quick)")
    parser.add_argument("--threads", type=int, help="number of threads of both sides (default: THREADS or all cores)")
    parser.add_argument("--json", metavar="FILE", help="write all measurements to this file")
    parser.add_argument("--markdown", metavar="FILE", help="insert the table into this file, above older ones")
    parser.add_argument("--check", action="store_true", help="exit with status 1 unless every target is met")
    chosen = parser.parse_args()
    if chosen.rounds is None:
        chosen.rounds = 1 if chosen.quick else int(os.environ.get("ROUNDS", 3))
    if chosen.threads is None:
        chosen.threads = int(os.environ.get("THREADS", len(os.sched_getaffinity(0))))
    if chosen.rounds < 1 or chosen.threads < 1:
        parser.error("--rounds and --threads must be 1 or more")
    return chosen


def setting(chosen):
    def path(variable, default):
        return os.path.abspath(os.path.join(CHECKOUT, os.environ.get(variable) or default))

    lightbox = path("LIGHTBOX_BIN", ".build/release/lightbox")
    avx2 = path("LIGHTBOX_AVX2_BIN", ".build/lightbox-avx2")
    python = os.path.join(path("LIGHTBOX_BENCH_VENV", ".venv-bench"), "bin", "python")
    for needed, remedy in ((lightbox, "make build"), (python, "Benchmarks/setup.sh")):
        if not os.access(needed, os.X_OK):
            sys.exit(f"bench: {needed} does not exist; create it with: {remedy}")
    folder = path("LIGHTBOX_BENCH_WORK", ".build/bench")
    os.makedirs(folder, exist_ok=True)
    return workloads.Setting(lightbox, avx2, python, folder, chosen.threads, chosen.quick)


def select(experiments, pattern):
    """Returns the experiments that have matching rows, reduced to these rows."""
    wanted = re.compile(pattern or "", re.IGNORECASE)
    found = []
    for experiment in experiments:
        rows = [row for row in experiment.rows if wanted.search(row.id)]
        if rows:
            found.append(experiment.only(rows))
    return found


class Progress:
    """A progress line on the standard error."""

    def __init__(self):
        self.live = sys.stderr.isatty()
        self.started = time.monotonic()

    def __call__(self, what):
        minutes, seconds = divmod(int(time.monotonic() - self.started), 60)
        text = f"{minutes}:{seconds:02}  {what}"[:79]
        sys.stderr.write(f"\r{text:<79}" if self.live else text + "\n")
        sys.stderr.flush()

    def clear(self):
        if self.live:
            sys.stderr.write("\r" + " " * 79 + "\r")
            sys.stderr.flush()


def main():
    chosen = options()
    pattern = chosen.rows or (QUICK if chosen.quick else "")
    try:
        re.compile(pattern)
    except re.error as error:
        sys.exit(f"bench: --rows {pattern}: {error}")
    if chosen.list:
        setting_without_paths = workloads.Setting("", "", "", "", chosen.threads, chosen.quick)
        for experiment in select(workloads.experiments(setting_without_paths), pattern):
            for row in experiment.rows:
                print(row.id)
        return 0

    shared = setting(chosen)
    experiments = select(workloads.experiments(shared), pattern)
    if not experiments:
        sys.exit(f"bench: no row matches {pattern}; --list prints all names")
    packages = ["torch", "torchvision", "timm", "onnxruntime", "openvino", "fastai", "pydicom", "pillow", "grad-cam"]
    facts = {
        "date": machine.now(),
        "machine": machine.describe(),
        "versions": machine.versions(shared.python, shared.lightbox, packages),
        "settings": {"threads": chosen.threads, "rounds": chosen.rounds, "quick": chosen.quick, "rows": pattern},
    }
    print_facts(facts)
    progress, load = Progress(), machine.ExternalLoad()
    results, interrupted = [], False
    print(report.header())
    for number, experiment in enumerate(experiments, 1):
        name = experiment.rows[0].id
        try:
            experiment.measure(
                chosen.rounds, lambda what: progress(f"{number}/{len(experiments)}  {name}: {what}")
            )
        except KeyboardInterrupt:
            interrupted = True
        except (Unavailable, OSError) as error:
            experiment.problems["Lightbox"] = str(error)
        progress.clear()
        for result in experiment.results():
            results.append(result)
            print(report.text(result), flush=True)
        if interrupted:
            break
    facts["externalLoad"] = load.shares()
    print(report.header().splitlines()[1])
    print(textwrap.fill(("interrupted; " if interrupted else "") + report.summary(results), 80))
    if chosen.json:
        runs = [
            {"rows": [row.id for row in experiment.rows], "rounds": experiment.rounds, "problems": experiment.problems}
            for experiment in experiments
        ]
        with open(chosen.json, "w") as file:
            json.dump(dict(facts, rows=results, runs=runs), file, indent=1)
    if chosen.markdown and not interrupted:
        report.insert(chosen.markdown, report.markdown(facts, results))
    if interrupted:
        return 130
    unmet = any(result["target"] is not None and not result["met"] for result in results)
    return 1 if chosen.check and unmet else 0


def print_facts(facts):
    described, versions, settings = facts["machine"], facts["versions"], facts["settings"]
    names = ["Lightbox", "commit", "Python", "torch", "torchvision", "timm", "onnxruntime", "openvino", "fastai", "grad-cam"]
    paragraphs = [
        f"{described['processor']} (family, model, stepping: {described['family, model, stepping']}), "
        f"{described['cores']} cores, {described['memory']}, {described['instruction sets']}",
        ", ".join(f"{name} {versions[name]}" for name in names if name in versions),
        f"{facts['date']}, {settings['threads']} threads, {settings['rounds']} "
        f"round{'s' * (settings['rounds'] > 1)}; default: batch size 16, 224 x 224",
    ]
    for paragraph in paragraphs:
        print(textwrap.fill(paragraph, 80))
    print()


if __name__ == "__main__":
    sys.exit(main())
