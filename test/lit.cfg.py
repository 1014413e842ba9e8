# What lit needs to know: suffixes, tools, substitutions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
import os
import shutil

import lit.formats
import lit.util

config.name = "kregc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "CMakeLists.txt", "unit"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.kregc_build, "test")

config.environment["FILECHECK_OPTS"] = "-enable-var-scope --dump-input-filter=annotation"
# Colours and progress lines would get into what FileCheck reads.
config.environment["NO_COLOR"] = "1"
config.environment["PATH"] = os.path.pathsep.join(
    [config.kregc_tools, config.llvm_tools, config.environment["PATH"]]
)

config.substitutions.append(("%{inputs}", os.path.join(config.test_source_root, "Inputs")))
# Real Keras files with what Keras computed for them.
config.substitutions.append(("%{cases}", os.path.join(config.test_source_root, "e2e", "cases")))
# Pairs of real Keras files with the truth about them.
config.substitutions.append(("%{pairs}", os.path.join(config.test_source_root, "e2e", "pairs")))
config.substitutions.append(("%{question}", os.path.join(config.kregc_source, "examples", "question")))
config.substitutions.append(("%{source}", config.kregc_source))
config.substitutions.append(("%{tools}", config.kregc_tools))
config.substitutions.append(("%{build}", config.kregc_build))
# Randomised tests read these.
for variable in ("KREGC_RANDOM_ROUNDS", "KREGC_RANDOM_SEED"):
    if variable in os.environ:
        config.environment[variable] = os.environ[variable]
# A Python that has NumPy; tests that want it say `REQUIRES: numpy`.
config.substitutions.append(("%{python}", config.python))
config.substitutions.append(("%{cc}", config.host_cc))
if config.have_numpy:
    config.available_features.add("numpy")
if shutil.which("z3"):
    config.available_features.add("z3")
# What the page of `inspect --format html` is drawn with and looked at.
for program, feature in (("dot", "graphviz"), ("chromium", "chromium")):
    if shutil.which(program):
        config.available_features.add(feature)
if config.sanitize:
    config.available_features.add("sanitizer")
    # The shared MLIR, LLVM and Halide are built without a sanitizer: their
    # allocators' poison, their containers and what they never free are no news.
    config.environment["ASAN_OPTIONS"] = (
        "detect_leaks=0:allow_user_poisoning=0:detect_container_overflow=0"
    )
if config.fuzz:
    config.available_features.add("fuzz")
if lit_config.params.get("slow"):
    config.available_features.add("slow")
