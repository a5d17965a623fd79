"""Describes the machine, the versions of both sides, and the external load."""
import datetime
import os
import platform
import re
import subprocess


def output(*command):
    """Returns the output of a command, or an empty string if it fails."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.decode(errors="replace").strip()


def describe():
    """Returns the properties of the machine by name."""
    processor = dict(re.findall(r"^([^:\n]+):\s*(.*)$", output("lscpu"), re.MULTILINE))
    flags = set(processor.get("Flags", "").split())
    wanted = ["avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16"]
    with open("/proc/meminfo") as memory:
        kilobytes = int(re.search(r"MemTotal:\s*(\d+)", memory.read()).group(1))
    return {
        "processor": processor.get("Model name", platform.processor()),
        "family, model, stepping": ", ".join(processor.get(k, "?") for k in ("CPU family", "Model", "Stepping")),
        "cores": len(os.sched_getaffinity(0)),
        "threads per core": processor.get("Thread(s) per core", "?"),
        "L3 cache": processor.get("L3 cache", "?"),
        "instruction sets": " ".join(flag for flag in wanted if flag in flags),
        "missing instruction sets": " ".join(flag for flag in wanted if flag not in flags),
        "memory": f"{kilobytes / 2**20:.1f} GiB",
        "hypervisor": processor.get("Hypervisor vendor", "none"),
        "kernel": platform.release(),
    }


def versions(python, lightbox, names):
    """Returns the versions of both sides."""
    program = (
        "import importlib.metadata as m, platform, sys\n"
        "print('Python', platform.python_version())\n"
        "for name in sys.argv[1:]:\n"
        "    try: print(name, m.version(name))\n"
        "    except m.PackageNotFoundError: pass\n"
    )
    found = {"Lightbox": output(lightbox, "--version") or "unknown"}
    # "dirty": the working tree has uncommitted changes.
    commit = output("git", "-C", os.path.dirname(lightbox), "describe", "--always", "--dirty", "--exclude", "*")
    if commit:
        found["commit"] = commit
    for line in output(python, "-c", program, *names).splitlines():
        name, _, version = line.partition(" ")
        found[name] = version
    return found


def now():
    """Returns the current time in UTC."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


class ExternalLoad:
    """The processor time used by other programs and by other virtual machines on the host since initialization."""

    def __init__(self):
        self.start = self.read()

    @staticmethod
    def read():
        """Returns seconds since boot: of all cores, busy, stolen by the host, and of this process and its children."""
        with open("/proc/stat") as file:
            ticks = [int(part) for part in file.readline().split()[1:9]]
        hertz = os.sysconf("SC_CLK_TCK")
        user, nice, system, idle, waiting, interrupts, soft, stolen = (tick / hertz for tick in ticks)
        return sum(ticks) / hertz, user + nice + system + interrupts + soft, stolen, sum(os.times()[:4])

    def shares(self):
        """Returns the shares of (other programs, other virtual machines on the host) in the time of all cores."""
        total, busy, stolen, own = (b - a for a, b in zip(self.start, self.read()))
        if total <= 0:
            return 0.0, 0.0
        return max(0.0, busy - own) / total, stolen / total
