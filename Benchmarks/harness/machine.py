"""What the numbers were measured on."""
import datetime
import os
import platform
import re
import subprocess


def output(*command):
    """A command's output, or nothing if it cannot be run."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.decode(errors="replace").strip()


def describe():
    """Facts about the machine, by name."""
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
        "has": " ".join(flag for flag in wanted if flag in flags),
        "has not": " ".join(flag for flag in wanted if flag not in flags),
        "memory": f"{kilobytes / 2**20:.1f} GiB",
        "virtual": processor.get("Hypervisor vendor", "no"),
        "kernel": platform.release(),
    }


def versions(python, lightbox, names):
    """Versions of both sides."""
    program = (
        "import importlib.metadata as m, platform, sys\n"
        "print('Python', platform.python_version())\n"
        "for name in sys.argv[1:]:\n"
        "    try: print(name, m.version(name))\n"
        "    except m.PackageNotFoundError: pass\n"
    )
    found = {"Lightbox": output(lightbox, "--version") or "unknown"}
    # "dirty": the working tree holds changes that are not in this commit.
    commit = output("git", "-C", os.path.dirname(lightbox), "describe", "--always", "--dirty", "--exclude", "*")
    if commit:
        found["commit"] = commit
    for line in output(python, "-c", program, *names).splitlines():
        name, _, version = line.partition(" ")
        found[name] = version
    return found


def now():
    """The time, UTC."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


class Disturbance:
    """How much of the processor's time others took, since this was made: programs here, and other machines on the host."""

    def __init__(self):
        self.start = self.read()

    @staticmethod
    def read():
        """Seconds since the start of the machine: of all cores, busy, stolen by the host; and busy for our processes."""
        with open("/proc/stat") as file:
            ticks = [int(part) for part in file.readline().split()[1:9]]
        hertz = os.sysconf("SC_CLK_TCK")
        user, nice, system, idle, waiting, interrupts, soft, stolen = (tick / hertz for tick in ticks)
        return sum(ticks) / hertz, user + nice + system + interrupts + soft, stolen, sum(os.times()[:4])

    def shares(self):
        """(others on this machine, other machines on the host), of all cores' time."""
        total, busy, stolen, own = (b - a for a, b in zip(self.start, self.read()))
        if total <= 0:
            return 0.0, 0.0
        return max(0.0, busy - own) / total, stolen / total
