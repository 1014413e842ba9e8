#!/usr/bin/env python3
"""Holds the law table of docs/proof.md to dialect/Proof/Laws.def, and both to checker/.

usage: check-proof-laws.py [SOURCE_FOLDER [--write]]

Each row of Laws.def must stand in the table and have an implementation of its
own in the checker. --write makes the table. Prints a line per breach; exit
status 1 if there is one.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import re
import sys
from pathlib import Path

ROW = re.compile(r'^(VALUE|MOVE)_LAW\(\w+, "([^"]*)", "([^"]*)", "([^"]*)", "([^"]*)"\)', re.M)
BEGIN, END = "<!-- proof laws -->\n", "<!-- end of proof laws -->"


def table(rows):
    text = "| law | of | equation | where | modes |\n|---|---|---|---|---|\n"
    for kind, name, *cells in rows:
        cells = [cell.replace("|", "\\|") for cell in cells]
        text += f"| `{name}` | {'values' if kind == 'VALUE' else 'penalties'} | {' | '.join(cells)} |\n"
    return text


def main():
    source = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    rows = ROW.findall((source / "dialect/Proof/Laws.def").read_text())
    page = source / "docs/proof.md"
    before, rest = page.read_text().split(BEGIN)
    present, after = rest.split(END)
    if "--write" in sys.argv:
        page.write_text(before + BEGIN + table(rows) + END + after)
        present = table(rows)
    problems = [] if rows else ["dialect/Proof/Laws.def: no law was found"]
    if present != table(rows):
        problems.append("docs/proof.md: the table is not that of Laws.def; run utils/check-proof-laws.py . --write")
    for kind, name, *_ in rows:
        file = source / "checker" / ("ValueLaws.cpp" if kind == "VALUE" else "Penalties.cpp")
        if f'{{"{name}",' not in file.read_text():
            problems.append(f"{file}: no law '{name}'")
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
