#!/usr/bin/env python3
"""Checks the sources against Package.swift: a target imports exactly the dependencies that it lists.

SwiftPM itself accepts an import of any module that is reached through a dependency, and dependencies that
are never imported.
"""
import json
import pathlib
import re
import subprocess
import sys

SYSTEM = {"Foundation", "Synchronization", "Glibc", "Musl", "Dispatch", "Testing"}
WITHOUT_FOUNDATION = {"Console", "Tensors", "Layers", "Models", "Hooks"}
IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*"  # attributes, such as @_exported
    r"(?:(?:public|package|internal|private|fileprivate)\s+)?import\s+"
    r"(?:(?:struct|class|enum|func|protocol|var|let|typealias)\s+)?(\w+)", re.M)
# Targets in which only Module.swift calls `forward`, since a call of the module itself runs the hooks.
USE_MODULES = {"Layers", "Models", "Hooks", "Training", "Vision", "Interpret"}

root = pathlib.Path(__file__).resolve().parent.parent
package = json.loads(subprocess.run(
    ["swift", "package", "describe", "--type", "json"],
    cwd=root, check=True, capture_output=True, text=True).stdout)

faults = []
for target in package["targets"]:
    name = target["name"]
    if target["module_type"] != "SwiftTarget":
        continue  # C and C++ targets list no dependencies
    listed = set(target.get("target_dependencies", [])) | set(target.get("product_dependencies", []))
    system = SYSTEM - {"Foundation"} if name in WITHOUT_FOUNDATION else SYSTEM
    imported, calls = set(), False
    for source in target["sources"]:
        path = root / target["path"] / source
        text = path.read_text()
        modules = set(IMPORT.findall(text))
        imported |= modules
        calls = calls or bool(re.search(r"\bprecondition(?:Failure)?\(", text))
        for module in sorted(modules - listed - system):
            faults.append(f"{path.relative_to(root)}: imports {module}, which {name} does not list in Package.swift")
        if name in USE_MODULES and path.name != "Module.swift" and re.search(r"\w\.forward\(", text):
            faults.append(f"{path.relative_to(root)}: calls .forward(, which skips the hooks; call the module itself")
    # The standard library's have no message in optimized builds.
    if calls and not target["path"].startswith("Tests/") and name != "Preconditions" and "Preconditions" not in listed:
        faults.append(f"Package.swift: {name} calls precondition and does not list Preconditions")
    for module in sorted(listed - imported):
        faults.append(f"Package.swift: {name} lists {module}, but no file of it imports {module}")
print("\n".join(faults) or "imports: every target imports exactly what it lists")
sys.exit(1 if faults else 0)
