"""The table, for a terminal of 80 columns and as Markdown."""
import os
import textwrap

# Rows during which others took a larger share of the processor are marked.
NOTABLE = 0.05
SHORT = {"float32": "f32", "bfloat16": "bf16"}


def amount(value, unit):
    """A value as people read it."""
    if value is None:
        return ""
    if unit == "bytes":
        return f"{value / 2**20:.0f} MiB"
    if value < 0.1:
        return f"{value * 1000:.1f} ms"
    return f"{value:.3f} s" if value < 10 else f"{value:.1f} s"


def disturbed(result):
    """Whether others took a notable share of the processor while the row was measured."""
    return (result["disturbed"] or 0) > NOTABLE


def met(result):
    """Whether the bar is met, in a word; ~: others kept the processor busy meanwhile."""
    return {True: "yes", False: "no", None: ""}[result["met"]] + "~" * disturbed(result)


def line(*cells):
    return "{:<26} {:<4} {:>8} {:>8} {:<13} {:>6} {:>4} {:<4}".format(*cells).rstrip()


def header():
    """The table's head."""
    return line("", "", "Lightbox", "peer", "", "ratio", "bar", "met") + "\n" + "-" * 80


def text(result):
    """A row for the terminal."""
    precision = SHORT.get(result["precision"], "")
    if result["ratio"] is None:
        head = f"{result['title']:<26} {precision:<4} "
        if result["lightbox"] is not None:
            head += f"{amount(result['lightbox'], result['unit']):>8} "
        said = f"not available: {result['reason']}"
        return "\n".join(textwrap.wrap(head + said, 80, subsequent_indent=" " * 32, drop_whitespace=True))
    return line(
        result["title"], precision, amount(result["lightbox"], result["unit"]), amount(result["peer"], result["unit"]),
        result["peerName"], f"{result['ratio']:.2f}", "" if result["bar"] is None else f"{result['bar']:.2f}", met(result),
    )


def summary(results):
    """How many bars are met, and how far to trust that."""
    barred = [result for result in results if result["bar"] is not None]
    measured = [result for result in barred if result["met"] is not None]
    said = f"{sum(result['met'] for result in measured)} of {len(barred)} bars met"
    if len(measured) < len(barred):
        said += f", {len(barred) - len(measured)} not measured"
    doubtful = sum(disturbed(result) for result in results)
    if doubtful:
        said += (
            f"; ~ ({doubtful} row{'s' * (doubtful > 1)}): other programs or machines took more than "
            f"{NOTABLE * 100:.0f} % of the processor meanwhile, so do not trust the row"
        )
    return said


def markdown(facts, results):
    """A section for RESULTS.md."""
    versions, settings = facts["versions"], facts["settings"]
    of = f"Lightbox {versions.get('Lightbox', '')} ({versions.get('commit', 'no commit')})"
    lines = [f"## {facts['date']}, {of}", ""]
    lines += [f"- {name}: {value}" for name, value in facts["machine"].items() if value]
    lines.append("- peers: " + ", ".join(f"{k} {v}" for k, v in versions.items() if k not in ("Lightbox", "commit")))
    lines.append(
        f"- {settings['threads']} threads, rounds: {settings['rounds']}"
        + (", quick: a third of the steps" if settings["quick"] else "")
        + (f", only rows `{settings['rows']}`" if settings["rows"] else "")
    )
    others, host = facts["disturbance"]
    lines.append(
        f"- taken meanwhile by other programs: {others * 100:.1f} % of the processor's time, "
        f"by other machines on the host: {host * 100:.1f} %"
    )
    lines += ["", "| workload | precision | Lightbox | peer | | ratio | lowest, highest | bar | met |"]
    lines.append("|---|---|--:|--:|---|--:|---|--:|---|")
    for result in results:
        bar = "" if result["bar"] is None else f"{result['bar']:.2f}"
        ours, theirs = (amount(result[key], result["unit"]) for key in ("lightbox", "peer"))
        name, ratio, spread = result["peerName"], "", ""
        if result["ratio"] is None:
            name = f"not available: {result['reason']}".replace("|", "\\|")
        else:
            ratio = f"{result['ratio']:.2f}"
            spread = f"{min(result['ratios']):.2f}, {max(result['ratios']):.2f}"
        title = result["title"].replace("  ", "… ", 1) if result["title"].startswith(" ") else result["title"]
        cells = [title, result["precision"], ours, theirs, name, ratio, spread, bar, met(result)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines + ["", summary(results) + ".", ""])


def insert(path, section):
    """Puts a section above the older ones: behind the file's marker, or at the end of a file without one."""
    mark = "<!-- newest first -->\n"
    old = ""
    if os.path.exists(path):
        with open(path) as file:
            old = file.read()
    head, found, tail = old.partition(mark)
    new = head + mark + "\n" + section + tail if found else old + "\n" * bool(old) + section
    with open(path + ".new", "w") as file:
        file.write(new)
    os.replace(path + ".new", path)
