#!/usr/bin/env python3
"""Writes the reference pages that are lists: phases, exit codes, diagnostics.

usage: list-defs.py FOLDER NOTICE     (from the source folder; see gen-docs.sh)
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import re
import sys
from pathlib import Path

STRING = r'"((?:[^"\\]|\\.)*)"'


def rows(path, macro):
    """The arguments of each MACRO(…) of a .def file; adjacent strings joined."""
    text = re.sub(r"//.*", "", Path(path).read_text())
    text = re.sub(r'"\s*\n\s*"', "", text)
    for call in re.finditer(r"^" + macro + r"\(((?:[^()\"]|" + STRING + r")*)\)", text, re.M):
        yield [a[1] or a[0] for a in re.findall(r'(' + STRING + r'|[^\s,"]+)', call.group(1))]


def page(path, notice, title, text, heading, lines):
    def cell(word):
        return word.replace("|", "\\|").replace("\\n", " ")
    table = ["| " + " | ".join(heading) + " |", "|" + "---|" * len(heading)]
    table += ["| " + " | ".join(map(cell, line)) + " |" for line in lines]
    path.write_text("\n".join([notice, "", f"# {title}", "", text, "", *table, ""]))


def main(out, notice):
    phases = list(rows("compiler/Pipelines/Phases.def", "PHASE"))
    page(out / "phases.md", notice, "Phases",
         "`kregc compile --emit PHASE` stops after a phase and writes what it made; `--dump-phases DIR` writes\n"
         "every one up to there, numbered. The levels themselves are described in\n"
         "[architecture.md](../architecture.md).",
         ["phase", "file of `--dump-phases`", "what it shows"],
         [[f"`{name}`", f"`{n:02}-{name}{suffix}`", what] for n, (_, name, suffix, what) in enumerate(phases, 1)])
    page(out / "exit-codes.md", notice, "Exit codes", "Every verb of `kregc` ends with one of these.",
         ["status", "when"], [[value, when] for _, value, when in rows("compiler/Driver/ExitCodes.def", "EXIT_CODE")])
    page(out / "diagnostics.md", notice, "Diagnostics of model files",
         "What `kregc` says of a file that it refuses; `{0}`, `{1}` … stand for what was found and wanted. The\n"
         "place in the file comes before the message. *Malformed* ends with status 2, *unsupported* with 3.",
         ["name", "kind", "message"],
         [[f"`{name}`", kind.lower(), text] for name, kind, text in rows("frontends/Container/Diagnostics.def", "DIAGNOSTIC")])


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
