"""Formats the table for a terminal with 80 columns and as Markdown."""
import os
import textwrap

# Rows with a larger external load are marked with ~.
MAXIMUM_LOAD = 0.05
SHORT = {"float32": "f32", "bfloat16": "bf16"}


def amount(value, unit):
    """Formats a value with its unit."""
    if value is None:
        return ""
    if unit == "bytes":
        return f"{value / 2**20:.0f} MiB"
    if unit == "x":
        return f"{value:.3f}"
    if value < 0.1:
        return f"{value * 1000:.1f} ms"
    return f"{value:.3f} s" if value < 10 else f"{value:.1f} s"


def is_unreliable(result):
    """Returns whether the external load was high while the row was measured."""
    return (result["externalLoad"] or 0) > MAXIMUM_LOAD


def met(result):
    """Returns "yes" or "no", with ~ if the row is unreliable; empty without a target."""
    return {True: "yes", False: "no", None: ""}[result["met"]] + "~" * is_unreliable(result)


def line(*cells):
    return "{:<25} {:<4} {:>8} {:>8} {:<13} {:>5} {:>6} {:<4}".format(*cells).rstrip()


def header():
    """Returns the header of the table."""
    return line("", "", "Lightbox", "peer", "", "ratio", "target", "met") + "\n" + "-" * 80


def text(result):
    """Formats a row for the terminal."""
    precision = SHORT.get(result["precision"], "")
    if result["ratio"] is None:
        head = f"{result['title']:<25} {precision:<4} "
        if result["lightbox"] is not None:
            head += f"{amount(result['lightbox'], result['unit']):>8} "
        reason = f"not available: {result['reason']}"
        return "\n".join(textwrap.wrap(head + reason, 80, subsequent_indent=" " * 31, drop_whitespace=True))
    return line(
        result["title"], precision, amount(result["lightbox"], result["unit"]), amount(result["peer"], result["unit"]),
        result["peerName"], f"{result['ratio']:.2f}", "" if result["target"] is None else f"{result['target']:.2f}",
        met(result),
    )


def summary(results):
    """Returns how many targets are met and how many rows are unreliable."""
    with_target = [result for result in results if result["target"] is not None]
    measured = [result for result in with_target if result["met"] is not None]
    text = f"{sum(result['met'] for result in measured)} of {len(with_target)} targets met"
    if len(measured) < len(with_target):
        text += f", {len(with_target) - len(measured)} not measured"
    unreliable = sum(is_unreliable(result) for result in results)
    if unreliable:
        text += (
            f"; ~ ({unreliable} row{'s' * (unreliable > 1)}): not reliable, because other programs or virtual machines "
            f"used more than {MAXIMUM_LOAD * 100:.0f} % of the processor time"
        )
    return text


def markdown(facts, results):
    """Returns a section for RESULTS.md."""
    versions, settings = facts["versions"], facts["settings"]
    version = f"Lightbox {versions.get('Lightbox', '')} ({versions.get('commit', 'no commit')})"
    lines = [f"## {facts['date']}, {version}", ""]
    lines += [f"- {name}: {value}" for name, value in facts["machine"].items() if value]
    lines.append("- peers: " + ", ".join(f"{k} {v}" for k, v in versions.items() if k not in ("Lightbox", "commit")))
    lines.append(
        f"- threads: {settings['threads']}, rounds: {settings['rounds']}"
        + (", quick: a third of the steps" if settings["quick"] else "")
        + (f", rows: `{settings['rows']}`" if settings["rows"] else "")
    )
    others, host = facts["externalLoad"]
    lines.append(
        f"- processor time used by other programs: {others * 100:.1f} %, "
        f"by other virtual machines on the host: {host * 100:.1f} %"
    )
    lines += ["", "| workload | precision | Lightbox | peer | | ratio | lowest, highest | target | met |"]
    lines.append("|---|---|--:|--:|---|--:|---|--:|---|")
    for result in results:
        target = "" if result["target"] is None else f"{result['target']:.2f}"
        ours, theirs = (amount(result[key], result["unit"]) for key in ("lightbox", "peer"))
        name, ratio, spread = result["peerName"], "", ""
        if result["ratio"] is None:
            name = f"not available: {result['reason']}".replace("|", "\\|")
        else:
            ratio = f"{result['ratio']:.2f}"
            spread = f"{min(result['ratios']):.2f}, {max(result['ratios']):.2f}"
        title = result["title"].replace("  ", "… ", 1) if result["title"].startswith(" ") else result["title"]
        cells = [title, result["precision"], ours, theirs, name, ratio, spread, target, met(result)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines + ["", summary(results) + ".", ""])


def insert(path, section):
    """Inserts a section after the marker of the file, or at its end if there is no marker."""
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
