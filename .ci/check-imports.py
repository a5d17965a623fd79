#!/usr/bin/env python3
"""Holds the sources to Package.swift: a target imports exactly what its row lists.

SwiftPM itself lets a target import whatever it reaches through a dependency.
"""
import json
import pathlib
import re
import subprocess
import sys

SYSTEM = {"Foundation", "Synchronization", "Glibc", "Musl", "Dispatch", "Testing", "PackageDescription"}
WITHOUT_FOUNDATION = {"Console", "Tensors", "Layers", "Models", "Hooks"}
IMPORT = re.compile(r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public |package |internal |private |fileprivate )?import (?:(?:struct|class|enum|func|protocol|var|let|typealias) )?(\w+)", re.M)

root = pathlib.Path(__file__).resolve().parent.parent
package = json.loads(subprocess.run(["swift", "package", "describe", "--type", "json"], cwd=root, check=True, capture_output=True, text=True).stdout)
faults = []
for target in package["targets"]:
    allowed = set(target.get("target_dependencies", [])) | set(target.get("product_dependencies", [])) | SYSTEM
    if target["name"] in WITHOUT_FOUNDATION:
        allowed.discard("Foundation")
    for name in target["sources"]:
        path = root / target["path"] / name
        if path.suffix != ".swift":
            continue
        for module in IMPORT.findall(path.read_text()):
            if module not in allowed:
                faults.append(f"{path.relative_to(root)}: {target['name']} imports {module}, which is not in its room")
    # One front door: nobody but Module runs forward itself.
    if target["name"] in {"Layers", "Models", "Hooks", "Training", "Vision", "Interpret"}:
        for name in target["sources"]:
            path = root / target["path"] / name
            if path.name != "Module.swift" and re.search(r"\w\.forward\(", path.read_text()):
                if "func forward()" not in path.read_text():
                    faults.append(f"{path.relative_to(root)}: calls .forward( past the hooks; call the module itself")
print("\n".join(faults) or "imports: every target stays in its room")
sys.exit(1 if faults else 0)
