"""Runs one side of a comparison: a process, its time, its peak memory, its answer."""
import json
import os
import re
import subprocess
import tempfile
import threading
import time


class Unavailable(Exception):
    """A side that cannot do what was asked; the text says why."""


class Finished:
    """What a process left behind."""

    def __init__(self, seconds, peak_bytes, output):
        self.seconds = seconds
        self.peak_bytes = peak_bytes
        self.output = output

    def json(self):
        """The JSON object on the output: the whole of it, or its last line."""
        text = self.output.strip()
        for candidate in (text, text.splitlines()[-1] if text else ""):
            try:
                return json.loads(candidate)
            except ValueError:
                continue
        raise Unavailable("it printed no JSON")


def run(command, environment=None, limit=900):
    """Runs a command to its end. Peak memory is the kernel's figure for the process, the same gauge for both sides."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        try:
            child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=environment
            )
        except OSError as error:
            raise Unavailable(f"{command[0]}: {error.strerror}")
        timer = threading.Timer(limit, child.kill)
        timer.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            child.kill()
            child.wait()
            raise
        finally:
            late = not timer.is_alive()
            timer.cancel()
        seconds = time.perf_counter() - start
        child.returncode = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
        output.seek(0)
        errors.seek(0)
        printed = output.read().decode(errors="replace")
        if child.returncode:
            said = errors.read().decode(errors="replace") or printed
            raise Unavailable(f"not done in {limit} s" if late else reason(said, child.returncode))
        return Finished(seconds, usage.ru_maxrss * 1024, printed)


def reason(text, code):
    """The line that says why: the last one that speaks of an error, else the last one."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if code < 0:
        lines.append(f"ended by signal {-code}")
    telling = [line for line in lines if "error" in line.lower()] or lines
    said = telling[-1] if telling else f"exit code {code}"
    return re.sub(r"^error:\s*", "", said, flags=re.IGNORECASE)[:300]
