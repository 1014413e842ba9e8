# The GoogleTests, one lit test per TEST().
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os

import lit.formats

config.name = "kregc-unit"
config.test_format = lit.formats.GoogleTest("bin", "Test")
config.suffixes = []
config.test_source_root = os.path.join(config.kregc_build, "test", "unit")
config.test_exec_root = config.test_source_root
if config.sanitize:
    # The shared MLIR, LLVM and Halide are built without a sanitizer: their
    # allocators' poison, their containers and what they never free are no news.
    config.environment["ASAN_OPTIONS"] = (
        "detect_leaks=0:allow_user_poisoning=0:detect_container_overflow=0"
    )
for variable in ("KREGC_RANDOM_ROUNDS", "KREGC_RANDOM_SEED", "RC_PARAMS"):
    if variable in os.environ:
        config.environment[variable] = os.environ[variable]
