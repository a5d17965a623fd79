"""Runs both sides in turn, round by round, and makes rows of ratios."""
import statistics

from harness.machine import Disturbance
from harness.processes import Unavailable

# A candidate this much slower than the fastest is not run again.
CLEARLY_SLOWER = 1.05


class Row:
    """One line of the table: which value of which side, and the bar.

    The ratio is the peer's value over Lightbox's: above 1, Lightbox is faster or smaller.
    """

    def __init__(self, id, title, precision, peers, bar=None, value="seconds", peer_value=None, unit="s"):
        self.id = id
        self.title = title
        self.precision = precision
        self.peers = peers
        self.bar = bar
        self.value = value
        self.peer_value = peer_value or value
        self.unit = unit


class Experiment:
    """Runs that rows are made of.

    `lightbox` and each of `peers` (by name) are functions that run a process and return a dictionary of numbers.
    `prepare` is called once before.
    """

    def __init__(self, rows, lightbox, peers, prepare=None):
        self.rows = rows
        self.lightbox = lightbox
        self.peers = peers
        self.prepare = prepare
        self.rounds = []
        self.problems = {}
        # The share of the processor's time that others took meanwhile.
        self.disturbed = 0.0

    def only(self, rows):
        """The same experiment for some of its rows: peers that none of them names are left out."""
        named = {name for row in rows for name in row.peers}
        kept = {name: side for name, side in self.peers.items() if name in named}
        return Experiment(rows, self.lightbox, kept, self.prepare)

    def measure(self, rounds, progress):
        """Runs all rounds, and looks who else was busy."""
        disturbance = Disturbance()
        try:
            self.run(rounds, progress)
        finally:
            self.disturbed = sum(disturbance.shares())

    def run(self, rounds, progress):
        """Runs all rounds. A side that cannot do it is noted in `problems` and not asked again."""
        try:
            if self.prepare:
                progress("preparing")
                self.prepare()
        except (Unavailable, OSError) as error:
            self.problems["Lightbox"] = str(error)
            return
        candidates = list(self.peers)
        for number in range(rounds):
            done = {}
            # Lightbox first in one round, last in the next.
            order = ["Lightbox"] + candidates if number % 2 == 0 else candidates + ["Lightbox"]
            for name in order:
                progress(f"round {number + 1} of {rounds}, {name}")
                side = self.lightbox if name == "Lightbox" else self.peers[name]
                try:
                    done[name] = side()
                except (Unavailable, OSError) as error:
                    self.problems[name] = str(error)
                    if name == "Lightbox":
                        return
            # Only whole rounds count: an interrupted one does not.
            self.rounds.append(done)
            candidates = [name for name in candidates if name in done and self.wanted(name)]
            if not candidates:
                return

    def wanted(self, name):
        """Whether some row may yet be decided by this peer."""
        for row in self.rows:
            medians = self.medians(row)
            if name in row.peers and name in medians and medians[name] <= min(medians.values()) * CLEARLY_SLOWER:
                return True
        return False

    def values(self, name, value):
        """A side's values, round by round; None where there is none."""
        return [done.get(name, {}).get(value) for done in self.rounds]

    def medians(self, row):
        """The median seconds of each peer that ran in every round so far. Memory rows take the fastest peer too."""
        value = "seconds" if row.unit == "bytes" else row.peer_value
        found = {name: self.values(name, value) for name in row.peers}
        return {name: statistics.median(seconds) for name, seconds in found.items() if seconds and None not in seconds}

    def results(self):
        """A dictionary per row. A reason that the row above has given is not told again."""
        found = [self.result(row) for row in self.rows]
        for above, row in reversed(list(zip(found, found[1:]))):
            if row["reason"] and row["reason"] == above["reason"]:
                row["reason"] = "as above"
        return found

    def result(self, row):
        found = {
            "id": row.id, "title": row.title, "precision": row.precision, "unit": row.unit, "bar": row.bar,
            "lightbox": None, "peer": None, "peerName": None, "ratio": None, "ratios": [], "met": None, "reason": None,
            "disturbed": None,
        }
        ours = self.values("Lightbox", row.value)
        if any(value is not None for value in ours):
            found["lightbox"] = statistics.median(value for value in ours if value is not None)
        elif "Lightbox" in self.problems:
            found["reason"] = self.problems["Lightbox"]
            return found
        medians = self.medians(row)
        if not medians:
            told = [f"{name}: {self.problems[name]}" for name in row.peers if name in self.problems]
            found["reason"] = "; ".join(told) or "not measured"
            return found
        name = min(medians, key=medians.get)
        theirs = self.values(name, row.peer_value)
        pairs = [(a, b) for a, b in zip(ours, theirs) if a is not None and b is not None]
        if not pairs:
            found["reason"] = "not measured"
            return found
        found["disturbed"] = self.disturbed
        found["peerName"] = name
        found["peer"] = statistics.median(b for _, b in pairs)
        found["ratios"] = [b / a for a, b in pairs]
        found["ratio"] = statistics.median(found["ratios"])
        if row.bar is not None:
            found["met"] = found["ratio"] >= row.bar
        if self.problems:
            found["reason"] = "; ".join(f"{name}: {text}" for name, text in self.problems.items() if name in row.peers)
        return found
