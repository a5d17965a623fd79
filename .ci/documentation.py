#!/usr/bin/env python3
"""Makes the reference of `import Lightbox` (DocC) from the modules of a release build; a warning is an error.

The targets that Sources/Lightbox re-exports become one module, as a user sees them. Their symbols are extracted from
the built modules, which takes seconds; `swift package dump-symbol-graph` would build all targets again, in debug, and
DocC's plugin would be a dependency that users of the package fetch.
Fails if DocC warns (a broken link, an unknown parameter), or if a public symbol has no doc comment. Two kinds of
symbols are excluded: those that the compiler synthesizes (`init(from:)`, `init(rawValue:)`), which are left out of the
reference, and those without a comment of their own that implement a requirement, which have its comment.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build" / "release"
GRAPHS = ROOT / ".build" / "symbol-graphs"
RESULT = ROOT / ".build" / "documentation"
CATALOG = ROOT / "Sources" / "Lightbox" / "Lightbox.docc"


def reexported():
    sources = (ROOT / "Sources" / "Lightbox").glob("*.swift")
    return sorted(name for source in sources for name in re.findall(r"^@_exported import (\w+)$", source.read_text(), re.M))


def extract(modules):
    """Writes the symbol graph of Lightbox with the public symbols of the modules."""
    shutil.rmtree(GRAPHS, ignore_errors=True)
    GRAPHS.mkdir(parents=True)
    # What the modules import must be there, although it is not public: C targets of this package, system libraries.
    maps = [*BUILD.glob("*.build/module.modulemap"), *ROOT.glob("Sources/*/module.modulemap"),
            ROOT / ".build" / "checkouts" / "GRDB.swift" / "Sources" / "GRDBSQLite" / "module.modulemap"]
    target = json.loads(subprocess.run(
        ["swiftc", "-print-target-info"], check=True, capture_output=True, text=True).stdout)["target"]
    subprocess.run(
        ["swift-symbolgraph-extract", "-module-name", "Lightbox", "-I", BUILD / "Modules", "-output-dir", GRAPHS,
         "-target", target["unversionedTriple"], "-minimum-access-level", "public", "-skip-synthesized-members",
         "-experimental-allowed-reexported-modules=" + ",".join(modules),
         *(flag for path in maps for flag in ("-Xcc", f"-fmodule-map-file={path}"))],
        check=True)


def check(modules):
    """Prepares the symbol graph for DocC, and returns the faults of the symbols."""
    path = GRAPHS / "Lightbox.symbols.json"
    graph = json.loads(path.read_text())
    synthesized = {symbol["identifier"]["precise"] for symbol in graph["symbols"] if "location" not in symbol}
    graph["symbols"] = [
        symbol for symbol in graph["symbols"] if symbol["identifier"]["precise"] not in synthesized]
    graph["relationships"] = [
        relation for relation in graph["relationships"] if relation["source"] not in synthesized]
    faults, found = [], set()
    for symbol in graph["symbols"]:
        file, place = symbol["location"]["uri"].removeprefix(f"file://{ROOT}/"), symbol["location"]["position"]
        found.add(file)
        if "docComment" not in symbol:
            name = ".".join(symbol["pathComponents"])
            faults.append(f"{file}:{place['line'] + 1}: error: the public symbol '{name}' has no doc comment")
        elif symbol["docComment"].get("module") in modules:
            # DocC does not report faults of comments that come from another module.
            symbol["docComment"]["module"] = "Lightbox"
    link_types(graph["symbols"])
    path.write_text(json.dumps(graph))
    if not any(file.startswith("Sources/Tensors/") for file in found):
        faults.append("error: the symbol graph has no symbols of the re-exported modules")
    return len(graph["symbols"]), faults


def link_types(symbols):
    """Turns the names of public types in comments, such as `Learner`, into links."""
    kinds = {f"swift.{kind}" for kind in ("class", "struct", "enum", "protocol", "typealias")}
    names = [symbol["names"]["title"] for symbol in symbols
             if len(symbol["pathComponents"]) == 1 and symbol["kind"]["identifier"] in kinds]
    name = re.compile("(?<!`)`(" + "|".join(map(re.escape, names)) + ")`(?!`)")
    for symbol in symbols:
        for line in symbol.get("docComment", {"lines": []})["lines"]:
            # Indented lines are code.
            if not line["text"].startswith("    "):
                line["text"] = name.sub(r"``\1``", line["text"])


def convert():
    shutil.rmtree(RESULT, ignore_errors=True)
    process = subprocess.run(
        ["docc", "convert", CATALOG, "--additional-symbol-graph-dir", GRAPHS, "--output-path", RESULT,
         "--fallback-display-name", "Lightbox", "--fallback-bundle-identifier", "Lightbox",
         "--fallback-default-module-kind", "Swift library", "--warnings-as-errors", "--ide-console-output"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if process.returncode:
        lines = process.stdout.replace(f"{ROOT}/", "").splitlines()
        print("\n".join(line for line in lines if line and ": fixit: " not in line), file=sys.stderr)
    return process.returncode


def main():
    modules = reexported()
    extract(modules)
    count, faults = check(modules)
    print("".join(fault + "\n" for fault in faults), end="", file=sys.stderr, flush=True)
    if convert() or faults:
        return 1
    page = json.loads((RESULT / "data" / "documentation" / "lightbox.json").read_text())
    rest = [name.rpartition("/")[2] for section in page["topicSections"] if section.get("generated")
            for name in section["identifiers"]]
    if rest:
        print(f"documentation: in no topic of {CATALOG.relative_to(ROOT)}: {', '.join(rest)}")
    print(f"documentation: {count} symbols, in {RESULT.relative_to(ROOT)}")
    return 0


sys.exit(main())
