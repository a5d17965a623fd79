"""Runs a process and measures its time and its peak memory."""
import json
import os
import re
import subprocess
import tempfile
import threading
import time


class Unavailable(Exception):
    """A side failed; the message states the reason."""


class Finished:
    """The time, the peak memory and the output of a finished process."""

    def __init__(self, seconds, peak_bytes, output):
        self.seconds = seconds
        self.peak_bytes = peak_bytes
        self.output = output

    def json(self):
        """Returns the JSON object in the output: the whole output or its last line."""
        text = self.output.strip()
        for candidate in (text, text.splitlines()[-1] if text else ""):
            try:
                return json.loads(candidate)
            except ValueError:
                continue
        raise Unavailable("the output is not JSON")


def run(command, environment=None, limit=900):
    """Runs a command. The peak memory is the value that the kernel reports for the process (`ru_maxrss`)."""
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
            timed_out = not timer.is_alive()
            timer.cancel()
        seconds = time.perf_counter() - start
        child.returncode = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
        output.seek(0)
        errors.seek(0)
        printed = output.read().decode(errors="replace")
        if child.returncode:
            message = errors.read().decode(errors="replace") or printed
            raise Unavailable(f"timed out after {limit} s" if timed_out else reason(message, child.returncode))
        return Finished(seconds, usage.ru_maxrss * 1024, printed)


def reason(text, code):
    """Returns the last line that contains "error", or else the last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if code < 0:
        lines.append(f"terminated by signal {-code}")
    candidates = [line for line in lines if "error" in line.lower()] or lines
    message = candidates[-1] if candidates else f"exit code {code}"
    return re.sub(r"^error:\s*", "", message, flags=re.IGNORECASE)[:300]
