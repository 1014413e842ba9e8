"""A lit test format: a test per model file, in four folders.

cases/NAME/ has a real model of Keras with the numbers that Keras recorded for
it (check-case.py); training/NAME/ has one with the steps that Keras recorded
(check-training.py); pairs/NAME/ has two models with the truth about them
(check-pair.py); bad/FILE is malformed or hostile (check-bad.py).

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import json
import os

import lit.formats
import lit.Test
import lit.util


class RecordedCases(lit.formats.TestFormat):
    def __init__(self, python, kregc):
        self.python, self.kregc = python, kregc

    def getTestsInDirectory(self, suite, path_in_suite, lit_config, local_config):
        folder = suite.getSourcePath(path_in_suite)
        if os.path.basename(folder) == "bad":
            with open(os.path.join(folder, "index.json")) as stream:
                names = [row["file"] for row in json.load(stream)]
        elif os.path.basename(folder) in ("cases", "training"):
            names = [n for n in sorted(os.listdir(folder)) if os.path.exists(os.path.join(folder, n, "case.json"))]
        elif os.path.basename(folder) == "pairs":
            names = sorted(os.listdir(folder))
        else:
            return
        for name in names:
            yield lit.Test.Test(suite, path_in_suite + (name,), local_config)

    def execute(self, test, lit_config):
        if "numpy" not in test.config.available_features:
            return lit.Test.UNSUPPORTED, "needs a Python with NumPy"
        script = {"bad": "check-bad.py", "pairs": "check-pair.py", "training": "check-training.py"}.get(test.path_in_suite[-2], "check-case.py")
        out, err, status = lit.util.executeCommand(
            [self.python, os.path.join(os.path.dirname(__file__), script), self.kregc, test.getSourcePath()],
            env=test.config.environment, timeout=lit_config.maxIndividualTestTime)
        return (lit.Test.PASS if status == 0 else lit.Test.FAIL), out + err
