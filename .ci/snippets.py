#!/usr/bin/env python3
"""Makes Swift sources of the ```swift blocks in README.md, Docs/*.md and the page of Lightbox, which the tests compile.

Without arguments it writes Tests/DocsTests/Snippets+NAME.swift; --check compares and fails where they differ.

Each block is the body of a function of its own. An HTML comment in the line above a block changes that:

    <!-- snippet: continues -->                    the block goes on where the last one of the page ended
    <!-- snippet: given model: Module, x: Tensor --> the function has these parameters
    <!-- snippet: file -->                         the block is declarations at file scope

Lines with `import` go to the top of the file. Blocks that are not complete code are ```text, not ```swift.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = ROOT / "Tests" / "DocsTests"
BLOCK = re.compile(r"(?:^<!-- snippet: (?P<rule>[^\n]*?) -->\n)?^```swift\n(?P<code>.*?)^```$", re.S | re.M)
HEADING = re.compile(r"^#+ (.*)$", re.M)
DECLARED = re.compile(r"^(?:let|var) (?:\(([^)]*)\)|(\w+))", re.M)


def used(code):
    """The constants of a body, so that the compiler does not warn about those that the page only shows."""
    names = [name.strip() for pair in DECLARED.findall(code) for name in ",".join(pair).split(",")]
    names = [name for name in dict.fromkeys(names) if name and name != "_"]
    return "".join(f"  _ = {name}\n" for name in names)


def sources(page):
    text = page.read_text()
    imports, declarations, functions = {"import Lightbox"}, [], []
    for match in BLOCK.finditer(text):
        rule, lines = match["rule"] or "", []
        line = text[:match.start("code")].count("\n") + 1
        heading = ([""] + HEADING.findall(text[:match.start("code")]))[-1]
        for row in match["code"].splitlines():
            if re.match(r"import \w+$", row):
                imports.add(row)
            else:
                lines.append(row)
        code = "\n".join(lines).strip("\n") + "\n"
        if rule == "file":
            declarations.append(f"// {heading}\n{code}")
        elif rule == "continues":
            if not functions:
                sys.exit(f"{page.name}:{line}: there is no block that this one continues")
            functions[-1][1].append("\n" + code)
        elif not rule or rule.startswith("given "):
            functions.append((rule.removeprefix("given ") if rule else "", [code], heading))
        else:
            sys.exit(f"{page.name}:{line}: no rule \"{rule}\"; use continues, file, or given NAME: TYPE")
    if not declarations and not functions:
        return None
    name = page.stem
    out = [
        "// swift-format-ignore-file", f"// Made from {page.relative_to(ROOT)} by .ci/snippets.py; do not edit.", "",
        *sorted(imports), ""]
    out += [part for text in declarations for part in (text.rstrip("\n"), "")]
    for index, (parameters, parts, heading) in enumerate(functions, 1):
        labeled = ", ".join("_ " + parameter for parameter in split(parameters))
        body = "".join(parts)
        indented = "".join(f"  {row}\n" if row else "\n" for row in body.splitlines())
        out += [f"// {heading}", f"func {identifier(name)}{index}({labeled}) async throws {{",
                (indented + used(body)).rstrip("\n"), "}", ""]
    return "\n".join(out).rstrip("\n") + "\n"


def split(parameters):
    """Divides at commas outside of brackets."""
    return [part.strip() for part in re.findall(r"(?:[^,(\[<]|\([^)]*\)|\[[^\]]*\]|<[^>]*>)+", parameters)]


def identifier(name):
    return "snippet" + re.sub(r"\W", "", name[:1].upper() + name[1:])


def main():
    wanted = {}
    catalog = ROOT / "Sources" / "Lightbox" / "Lightbox.docc"
    for page in [ROOT / "README.md", *sorted((ROOT / "Docs").glob("*.md")), catalog / "Lightbox.md"]:
        if (text := sources(page)) is not None:
            wanted[f"Snippets+{page.stem}.swift"] = text
    there = {path.name: path for path in TARGET.glob("Snippets+*.swift")}
    stale = [name for name, text in wanted.items() if name not in there or there[name].read_text() != text]
    stale += [name for name in there if name not in wanted]
    if "--check" in sys.argv[1:]:
        for name in sorted(stale):
            print(f"{name}: it differs from the page; run make snippets")
        print(f"snippets: {len(wanted)} pages" + (f", {len(stale)} stale" if stale else ""))
        return 1 if stale else 0
    for name in there:
        if name not in wanted:
            there[name].unlink()
    for name, text in wanted.items():
        if name in stale:
            (TARGET / name).write_text(text)
    return 0


sys.exit(main())
