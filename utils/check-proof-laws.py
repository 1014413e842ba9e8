#!/usr/bin/env python3
"""Holds the law table of docs/proof.md to dialect/Proof/Laws.def, and both to checker/.

usage: check-proof-laws.py [SOURCE_FOLDER [--write]]

Each row of Laws.def must stand in the table, have rows of its own in
checker/Laws.cpp that name its conditions, a test of what it proves, and one of
what its conditions keep away. --write makes the table. Prints a line per
breach; exit status 1 if there is one.
SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import re
import sys
from pathlib import Path

STRING = r'"([^"]*)"'
ROW = re.compile(rf"^(?:(VALUE|MOVE)_LAW\((\w+), {STRING}, {STRING}, {STRING}\)|CONDITION\((\w+), \w+, {STRING}, {STRING}\))", re.M)
BEGIN, END = "<!-- proof laws -->\n", "<!-- end of proof laws -->"


class Law:
    def __init__(self, kind, ident, name, equation, modes):
        self.of_penalties, self.ident, self.name = kind == "MOVE", ident, name
        self.equation, self.modes, self.conditions = equation, modes, []

    def row(self):
        conditions = "; ".join(f"`{name}`: {text}" for name, text in self.conditions)
        cells = [f"`{self.name}`", "penalties" if self.of_penalties else "values", self.equation, conditions, self.modes]
        return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"

    def breaches(self, source, checker):
        """What is missing of the law outside of its row."""
        parts = checker.partition("Laws::penaltyLaws()")
        own = "".join(re.findall(rf'^  {{"{self.name}",.*?^(?=  {{"|  }};|  // |\n|\Z)', parts[2 if self.of_penalties else 0], re.M | re.S))
        if not own:
            yield f"checker: no law '{self.name}'"
        for condition, _ in self.conditions:
            if own and condition not in own:
                yield f"checker: law '{self.name}' has no condition '{condition}'"
        test = f"{'penalty-' if self.of_penalties else ''}{self.name}"
        for name in [test, *([f"{test}-bad"] if self.conditions else [])]:
            if not (source / f"test/dialect/Proof/{name}.mlir").exists():
                yield f"test/dialect/Proof: no {name}.mlir"


def laws_of(text):
    laws = []
    for kind, ident, name, equation, modes, of, condition, words in ROW.findall(text):
        if kind:
            laws.append(Law(kind, ident, name, equation, modes))
        elif not laws or laws[-1].ident != of:
            sys.exit(f"dialect/Proof/Laws.def: condition '{condition}' does not follow its law '{of}'")
        else:
            laws[-1].conditions.append((condition, words))
    return laws


def table(laws):
    return "| law | of | equation | conditions | modes |\n|---|---|---|---|---|\n" + "".join(law.row() for law in laws)


def main():
    source = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    laws = laws_of((source / "dialect/Proof/Laws.def").read_text())
    checker = (source / "checker/Laws.cpp").read_text()
    page = source / "docs/proof.md"
    before, rest = page.read_text().split(BEGIN)
    present, after = rest.split(END)
    if "--write" in sys.argv:
        page.write_text(before + BEGIN + table(laws) + END + after)
        present = table(laws)
    problems = [] if laws else ["dialect/Proof/Laws.def: no law was found"]
    if present != table(laws):
        problems.append("docs/proof.md: the table is not that of Laws.def; run utils/check-proof-laws.py . --write")
    for law in laws:
        problems += law.breaches(source, checker)
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
