"""A lit test format: one test per folder of cases/, real models of Keras with
the numbers that Keras recorded for them. The work is in check-case.py.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import os

import lit.formats
import lit.Test
import lit.util


class RecordedCases(lit.formats.TestFormat):
    """Folders with a case.json under the folder `cases`."""

    def __init__(self, python, kregc):
        self.python, self.kregc = python, kregc

    def getTestsInDirectory(self, suite, path_in_suite, lit_config, local_config):
        folder = os.path.join(suite.getSourcePath(path_in_suite), "cases")
        if not os.path.isdir(folder):
            return
        for name in sorted(os.listdir(folder)):
            if os.path.exists(os.path.join(folder, name, "case.json")):
                yield lit.Test.Test(suite, path_in_suite + ("cases", name), local_config)

    def execute(self, test, lit_config):
        if "numpy" not in test.config.available_features:
            return lit.Test.UNSUPPORTED, "needs a Python with NumPy"
        script = os.path.join(os.path.dirname(__file__), "check-case.py")
        out, err, status = lit.util.executeCommand(
            [self.python, script, self.kregc, test.getSourcePath()],
            env=test.config.environment, timeout=lit_config.maxIndividualTestTime)
        return (lit.Test.PASS if status == 0 else lit.Test.FAIL), out + err
