"""Runs both sides alternately in rounds and computes ratios."""
import statistics

from harness.machine import ExternalLoad
from harness.processes import Unavailable

# Peers that are slower than the fastest one by more than this factor do not run again.
CLEARLY_SLOWER = 1.05


class Row:
    """A row of the table: the compared value, the peers, and the target ratio.

    The ratio is the value of the peer divided by the value of Lightbox: above 1, Lightbox is faster or uses less
    memory.
    """

    def __init__(self, id, title, precision, peers, target=None, value="seconds", peer_value=None, unit="s"):
        self.id = id
        self.title = title
        self.precision = precision
        self.peers = peers
        self.target = target
        self.value = value
        self.peer_value = peer_value or value
        self.unit = unit


class Experiment:
    """Runs of both sides that provide the values of one or more rows.

    `lightbox` and the values of `peers` (keys are names) are functions that run a process and return a dictionary of
    numbers. `prepare` is called once before the first round.
    """

    def __init__(self, rows, lightbox, peers, prepare=None):
        self.rows = rows
        self.lightbox = lightbox
        self.peers = peers
        self.prepare = prepare
        self.rounds = []
        self.problems = {}
        # Share of the processor time that other programs and virtual machines used during the runs.
        self.external_load = 0.0

    def only(self, rows):
        """Returns the same experiment for some of its rows, without the peers that none of them uses."""
        named = {name for row in rows for name in row.peers}
        kept = {name: side for name, side in self.peers.items() if name in named}
        return Experiment(rows, self.lightbox, kept, self.prepare)

    def measure(self, rounds, progress):
        """Runs all rounds and measures the external load."""
        load = ExternalLoad()
        try:
            self.run(rounds, progress)
        finally:
            self.external_load = sum(load.shares())

    def run(self, rounds, progress):
        """Runs all rounds. A side that fails is recorded in `problems` and does not run again."""
        try:
            if self.prepare:
                progress("preparing")
                self.prepare()
        except (Unavailable, OSError) as error:
            self.problems["Lightbox"] = str(error)
            return
        candidates = list(self.peers)
        for number in range(rounds):
            measured = {}
            # Lightbox runs first in one round and last in the next.
            order = ["Lightbox"] + candidates if number % 2 == 0 else candidates + ["Lightbox"]
            for name in order:
                progress(f"round {number + 1} of {rounds}, {name}")
                side = self.lightbox if name == "Lightbox" else self.peers[name]
                try:
                    measured[name] = side()
                except (Unavailable, OSError) as error:
                    self.problems[name] = str(error)
                    if name == "Lightbox":
                        return
            # An interrupted round is not recorded.
            self.rounds.append(measured)
            candidates = [name for name in candidates if name in measured and self.wanted(name)]
            if not candidates:
                return

    def wanted(self, name):
        """Returns whether this peer may still be the fastest one of a row."""
        for row in self.rows:
            medians = self.medians(row)
            if name in row.peers and name in medians and medians[name] <= min(medians.values()) * CLEARLY_SLOWER:
                return True
        return False

    def values(self, name, value):
        """Returns the values of a side, one per round; None if the side did not run."""
        return [measured.get(name, {}).get(value) for measured in self.rounds]

    def medians(self, row):
        """Returns the median seconds of each peer that ran in all rounds. Memory rows also select the fastest peer."""
        value = "seconds" if row.unit == "bytes" else row.peer_value
        found = {name: self.values(name, value) for name in row.peers}
        return {name: statistics.median(seconds) for name, seconds in found.items() if seconds and None not in seconds}

    def results(self):
        """Returns a dictionary per row. A reason that equals that of the row above is shortened to "as above"."""
        found = [self.result(row) for row in self.rows]
        for above, row in reversed(list(zip(found, found[1:]))):
            if row["reason"] and row["reason"] == above["reason"]:
                row["reason"] = "as above"
        return found

    def result(self, row):
        found = {
            "id": row.id, "title": row.title, "precision": row.precision, "unit": row.unit, "target": row.target,
            "lightbox": None, "peer": None, "peerName": None, "ratio": None, "ratios": [], "met": None, "reason": None,
            "externalLoad": None,
        }
        ours = self.values("Lightbox", row.value)
        if any(value is not None for value in ours):
            found["lightbox"] = statistics.median(value for value in ours if value is not None)
        elif "Lightbox" in self.problems:
            found["reason"] = self.problems["Lightbox"]
            return found
        medians = self.medians(row)
        if not medians:
            problems = [f"{name}: {self.problems[name]}" for name in row.peers if name in self.problems]
            found["reason"] = "; ".join(problems) or "not measured"
            return found
        name = min(medians, key=medians.get)
        theirs = self.values(name, row.peer_value)
        pairs = [(a, b) for a, b in zip(ours, theirs) if a is not None and b is not None]
        if not pairs:
            found["reason"] = "not measured"
            return found
        found["externalLoad"] = self.external_load
        found["peerName"] = name
        found["peer"] = statistics.median(b for _, b in pairs)
        found["ratios"] = [b / a for a, b in pairs]
        found["ratio"] = statistics.median(found["ratios"])
        if row.target is not None:
            found["met"] = found["ratio"] >= row.target
        if self.problems:
            found["reason"] = "; ".join(f"{name}: {text}" for name, text in self.problems.items() if name in row.peers)
        return found
