#!/usr/bin/env python3
"""Holds the arrows between folders to docs/architecture.md.

usage: check-layers.py [SOURCE_FOLDER]

Reads every #include "…" and every LINK list. ARROWS says for each folder what
it may see besides itself; the longest matching prefix counts. Halide's headers
belong to compiler/Halide alone, MLIR's and LLVM's are kept from the folders of
NO_MLIR and NO_LLVM. Prints a line per breach; exit status 1 if there is one.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import re
import sys
from pathlib import Path

PLAIN = ["compiler/Plan", "compiler/Target"]
ARROWS = {
    "runtime": [],
    "frontends/Container": [],
    "frontends/Keras": ["frontends/Container"],
    "frontends/Import": ["frontends/Container", "frontends/Keras", "dialect/IR"],
    "dialect": ["dialect"],
    "compiler/Target": [],
    "compiler/Plan": ["compiler/Target"],
    "compiler/Halide": PLAIN,
    "compiler/Conversion": ["compiler/Conversion", "compiler/Transforms", "dialect", *PLAIN],
    "compiler/Transforms": ["compiler/Conversion", "compiler/Transforms", "dialect", *PLAIN],
    "compiler/Host": ["dialect", "runtime", *PLAIN],
    "compiler/Emit": ["compiler/Host", "dialect", "frontends/Container", "frontends/Keras", "runtime", *PLAIN],
    "compiler/Pipelines": ["compiler/Conversion", "compiler/Transforms", "dialect", *PLAIN],
    "checker": [],
    "compiler/Driver": ["checker", "compiler", "dialect", "frontends", "runtime"],
    "compiler/tools": ["checker", "compiler", "dialect", "frontends"],
}
# What makes an #include one of these libraries'.
HALIDE = re.compile(r"^Halide")
MLIR = re.compile(r"^mlir/")
LLVM = re.compile(r"^(llvm|llvm-c|clang)/")
NO_MLIR = ["runtime", "checker", "frontends/Container", "frontends/Keras", "compiler/Target", "compiler/Plan", "compiler/Halide"]
NO_LLVM = ["runtime", "compiler/Plan", "compiler/Halide"]
# A target's name says its folder, but for these.
TARGETS = {"KregChecker": "checker", "KregRegistry": "compiler/tools", "KregIR": "dialect/IR", "KregTransforms": "dialect/Transforms"}
SOURCES = ("runtime", "frontends", "dialect", "checker", "compiler")


def under(path, folders):
    return any(path == f or path.startswith(f + "/") for f in folders)


def owner(path):
    """The folder of ARROWS that `path` belongs to."""
    return max((f for f in ARROWS if under(path, [f])), key=len, default=None)


def breaches_of_include(folder, included):
    if HALIDE.match(included) and folder != "compiler/Halide":
        yield f"sees Halide ('{included}'), which is for compiler/Halide alone"
    if MLIR.match(included) and under(folder, NO_MLIR):
        yield f"sees MLIR ('{included}'), and must not"
    if LLVM.match(included) and under(folder, NO_LLVM):
        yield f"sees LLVM ('{included}'), and must not"
    if included.startswith(tuple(s + "/" for s in SOURCES)):
        if not under(included, [folder, *ARROWS[folder]]):
            yield f"sees '{included}'; it may see {', '.join(ARROWS[folder]) or 'nothing'}"


def check_sources(root):
    for top in SOURCES:
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in (".h", ".cpp", ".c", ".def", ".td"):
                continue
            name = path.relative_to(root).as_posix()
            folder = owner(name)
            if folder is None:
                yield f"{name}: its folder has no row in ARROWS"
                continue
            for number, line in enumerate(path.read_text().splitlines(), 1):
                match = re.match(r'\s*#?\s*include\s+["<]([^">]+)[">]', line)
                for breach in breaches_of_include(folder, match.group(1)) if match else ():
                    yield f"{name}:{number}: {breach}"


def link_lists(text):
    """(names linked) of every kregc_add_library; generator expressions dropped."""
    for call in re.findall(r"kregc_add_library\(([^)]*)\)", text):
        found = re.search(r"\bLINK\b(.*?)(?:\bDEPENDS\b|\bSOURCES\b|$)", call, re.S)
        yield call.split()[0], re.findall(r"\bKreg\w+", found.group(1)) if found else []


def check_links(root):
    lists = [(p.parent.relative_to(root).as_posix(), p) for t in SOURCES for p in (root / t).rglob("CMakeLists.txt")]
    places = dict(TARGETS)
    for folder, path in lists:
        for target, _ in link_lists(path.read_text()):
            places[target] = folder
    for folder, path in lists:
        for _, links in link_lists(path.read_text()):
            for link in links:
                at = places.get(link)
                if at and owner(folder) and not under(at, [owner(folder), *ARROWS[owner(folder)]]):
                    yield f"{folder}/CMakeLists.txt: links {link} of {at}; it may link {', '.join(ARROWS[owner(folder)]) or 'nothing'}"


def check_components(root):
    """Only the shared libraries: a component would bring static copies."""
    for path in sorted(root.rglob("CMakeLists.txt")):
        if "build" in path.relative_to(root).parts:
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for name in re.findall(r"\bMLIR[A-Z]\w+", line.split("#")[0]):
                if not name.endswith("IncGen") and name != "MLIRHeaders":
                    yield f"{path.relative_to(root)}:{number}: names '{name}'; link MLIR, the shared library"


def main(root):
    breaches = [*check_sources(root), *check_links(root), *check_components(root)]
    for breach in breaches:
        print(breach)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()))
