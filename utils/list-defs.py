#!/usr/bin/env python3
"""Writes the reference pages that are lists: phases, exit codes, diagnostics, warnings, gradients.

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


def table(heading, lines):
    def cell(word):
        return word.replace("|", "\\|").replace("\\n", " ")
    result = ["| " + " | ".join(heading) + " |", "|" + "---|" * len(heading)]
    return result + ["| " + " | ".join(map(cell, line)) + " |" for line in lines]


def page(path, notice, title, text, *blocks):
    path.write_text("\n".join([notice, "", f"# {title}", "", text, "", *sum(blocks, []), ""]))


def spelled(name):
    """ConvTranspose as it is in the IR: conv_transpose."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def gradients(path, notice):
    rules = rows("dialect/Training/Gradients.def", "KREG_GRADIENT")
    functions = re.findall(r"^KREG_DERIVATIVE\((\w+), (.*)\)$",
                           Path("dialect/Training/Derivatives.def").read_text(), re.M)
    page(path, notice, "Gradient rules",
         "What `kreg-differentiate` knows; what the rules are used for is in\n"
         "[differentiation.md](../differentiation.md). dx is the gradient of the scalar with respect to x, y the\n"
         "result of the op.",
         table(["op", "rule"], [[f"`kreg.{spelled(name.removesuffix('Op'))}`", text] for name, text in rules]),
         ["", "## Functions of one number", "",
          "`p(i)` are the parameters of the function; `step(x)` is 1 for x > 0, else 0.", ""],
         table(["function", "f'(x)"], [[f"`{spelled(kind)}`", f"`{formula}`"] for kind, formula in functions]))


def main(out, notice):
    gradients(out / "gradients.md", notice)
    phases = list(rows("compiler/Pipelines/Phases.def", "PHASE"))
    page(out / "phases.md", notice, "Phases",
         "`kregc compile --emit PHASE` stops after a phase and writes what it made; `--dump-phases DIR` writes\n"
         "every one up to there, numbered. The levels themselves are described in\n"
         "[architecture.md](../architecture.md).",
         table(["phase", "file of `--dump-phases`", "what it shows"],
               [[f"`{name}`", f"`{n:02}-{name}{suffix}`", what] for n, (_, name, suffix, what) in enumerate(phases, 1)]))
    page(out / "exit-codes.md", notice, "Exit codes", "Every verb of `kregc` ends with one of these.",
         table(["status", "when"],
               [[value, when] for _, value, when in rows("compiler/Driver/ExitCodes.def", "EXIT_CODE")]))
    page(out / "diagnostics.md", notice, "Diagnostics of model files",
         "What `kregc` says of a file that it refuses; `{0}`, `{1}` … stand for what was found and wanted. The\n"
         "place in the file comes before the message. *Malformed* ends with status 2, *unsupported* with 3.",
         table(["name", "kind", "message"],
               [[f"`{name}`", kind.lower(), text]
                for name, kind, text in rows("frontends/Container/Diagnostics.def", "DIAGNOSTIC")]))
    page(out / "warnings.md", notice, "Warnings of `kregc inspect`",
         "What `inspect` says of a sound model whose regularizers may not do what was meant. A *note* is worth\n"
         "knowing where the model goes to another Keras or another size; `{0}`, `{1}` … stand for names and numbers.",
         table(["id", "kind", "when", "what it says", "what to do"],
               [[f"`{name}`", severity.lower(), when, what, instead]
                for _, name, severity, when, what, instead in rows("frontends/Keras/Warnings.def", "WARNING")]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
