#!/usr/bin/env python3
"""Writes Docs/Commands.md from the parsers of the built program; --check compares and fails where they differ.

    .ci/command-reference.py .build/release/lightbox [--check]
"""
import json
import pathlib
import subprocess
import sys
import textwrap

PAGE = pathlib.Path(__file__).resolve().parent.parent / "Docs" / "Commands.md"
INTRODUCTION = """\
# Commands

All commands of the program with their arguments and options, made from its parsers by `make command-reference`. The
same text is in `lightbox help COMMAND`; [GettingStarted.md](GettingStarted.md) shows the commands at work. Every
command also has `--help` and `--version`. Exit codes: 0 success, 1 failure or a check that did not pass, 2 some files
failed, 64 a wrong command line, 128 and a signal's number.
"""


def wrapped(text):
    return "\n\n".join(
        # Indented parts are code.
        textwrap.indent(textwrap.dedent(part.strip("\n")), "    ") if part.startswith("  ") else textwrap.fill(
            " ".join(part.split()), 120, break_long_words=False, break_on_hyphens=False)
        for part in text.strip().split("\n\n"))


def cell(text):
    return " ".join((text or "").split()).replace("|", "\\|").replace("<", "&lt;")


def names(argument):
    if argument["kind"] == "positional":
        value = argument.get("valueName", "")
        return f"`<{value}>`" + (" …" if argument.get("isRepeating") else "")
    flags = [("--" if name["kind"] == "long" else "-") + name["name"] for name in argument.get("names", [])]
    value = f" <{argument['valueName']}>" if argument["kind"] == "option" and argument.get("valueName") else ""
    return ", ".join(f"`{flag}{value}`" for flag in flags)


def meaning(argument):
    text = cell(argument.get("abstract"))
    values = argument.get("allValues")
    if values and not all(value in text for value in values):
        text += f" One of {', '.join(values)}."
    if argument.get("defaultValue") and argument["kind"] == "option":
        text += f" Default: {cell(argument['defaultValue'])}."
    return text.strip()


def table(arguments, kind):
    rows = [a for a in arguments if a["kind"] != "positional"] if kind == "option" else [
        a for a in arguments if a["kind"] == "positional"]
    rows = [a for a in rows if a.get("shouldDisplay", True)
            and not {"help", "version"} & {name["name"] for name in a.get("names", [])}]
    if not rows:
        return []
    return ["", f"| {kind} | meaning |", "|---|---|", *(f"| {names(a)} | {meaning(a)} |" for a in rows)]


def sections(command, path, depth):
    path = f"{path} {command['commandName']}".strip()
    lines = ["", f"{'#' * min(depth + 1, 4)} {path}", "", wrapped(command.get("abstract", ""))]
    if command.get("discussion"):
        lines += ["", wrapped(command["discussion"])]
    arguments = command.get("arguments", [])
    lines += table(arguments, "argument") + table(arguments, "option")
    for child in command.get("subcommands", []):
        if child["commandName"] != "help" and child.get("shouldDisplay", True):
            lines += sections(child, path, depth + 1)
    return lines


def main():
    program = sys.argv[1]
    dump = subprocess.run([program, "--experimental-dump-help"], check=True, capture_output=True, text=True).stdout
    root = json.loads(dump)["command"]
    lines = [INTRODUCTION.rstrip("\n")]
    for child in root["subcommands"]:
        if child["commandName"] != "help" and child.get("shouldDisplay", True):
            lines += sections(child, root["commandName"], 1)
    text = "\n".join(lines) + "\n"
    if "--check" not in sys.argv[2:]:
        PAGE.write_text(text)
    elif not PAGE.exists() or PAGE.read_text() != text:
        sys.exit("Docs/Commands.md is not what the program has; run make command-reference")


main()
