#!/usr/bin/env python3
"""Holds names to the house rules: passes, header guards, licence lines, pages.

usage: check-names.py [SOURCE_FOLDER]

* A pass has five names that follow from one another: record <Verb><Object>Pass,
  flag kreg-<verb>-<object> (or convert-…), file <Verb><Object>.cpp in the
  folder of its Passes.td, a summary, and a test: an .mlir file of the same
  folder below test/ that has its name or runs its flag.
* A header's guard is its path. Every source file says what it is for in its
  first line and has the licence line near the top.
* Every folder of the first and second level has a README.md.
Exit status 1 if something is amiss.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import re
import sys
from pathlib import Path

SOURCES = ("runtime", "frontends", "dialect", "compiler")
LICENCE = "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"


def kebab(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


def runs_pass(test, flag):
    """Whether a test is about the pass: by its name or by its RUN lines."""
    runs = [line for line in test.read_text().splitlines() if "RUN:" in line]
    return test.stem.startswith(flag.removeprefix("kreg-")) or any(re.search(rf"{re.escape(flag)}(?![\w-])", run) for run in runs)


def check_passes(root):
    for table in sorted(p for top in SOURCES for p in (root / top).rglob("Passes.td")):
        folder, where = table.parent, table.relative_to(root)
        for record, flag, rest in re.findall(r'def\s+(\w+)\s*:\s*Pass<\s*"([^"]+)"([^{]*\{.*?\n\})', table.read_text(), re.S):
            verb = record[: -len("Pass")]
            if not record.endswith("Pass"):
                yield f"{where}: record '{record}' does not end in 'Pass'"
                continue
            if flag not in (kebab(verb), "kreg-" + kebab(verb)):
                yield f"{where}: flag '{flag}' of {record}; wanted '{kebab(verb)}' or 'kreg-{kebab(verb)}'"
            if "let summary" not in rest:
                yield f"{where}: {record} has no summary"
            if not any(folder.rglob(f"{verb}.cpp")):
                yield f"{where}: {record} has no file '{verb}.cpp'"
            tests = root / "test" / folder.relative_to(root)
            if not any(runs_pass(test, flag) for test in tests.rglob("*.mlir")):
                yield f"{where}: {record} has no test in {tests.relative_to(root)}: no .mlir file there is named '{kebab(verb)}' or runs '--{flag}'"


def check_files(root):
    for path in sorted(p for top in SOURCES for p in (root / top).rglob("*") if p.suffix in (".h", ".cpp", ".c", ".td", ".def")):
        name, lines = path.relative_to(root).as_posix(), path.read_text().splitlines()
        if LICENCE not in "\n".join(lines[:25]):
            yield f"{name}: no line '{LICENCE}' near its top"
        if not lines or not lines[0].startswith(("//", "/*")):
            yield f"{name}: its first line does not say what the file is for"
        if path.suffix == ".h":
            # runtime.h is what generated headers are made of: it has its own guard.
            guard = "KREGC_" + re.sub(r"\W", "_", name).upper()
            if not name.startswith("runtime/") and f"#ifndef {guard}" not in lines:
                yield f"{name}: guard '{guard}' wanted"


def check_pages(root):
    folders = [root / top for top in (*SOURCES, "test", "utils", "cmake", "bench", "examples", "docs")]
    folders += [f for top in SOURCES[1:] for f in (root / top).glob("*") if f.is_dir()]
    for folder in folders:
        if folder.is_dir() and any(folder.iterdir()) and not (folder / "README.md").exists():
            yield f"{folder.relative_to(root)}: no README.md"


def main(root):
    amiss = [*check_passes(root), *check_files(root), *check_pages(root)]
    print("\n".join(amiss) or "every name is as agreed")
    return 1 if amiss else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()))
