#!/usr/bin/env bash
# The question's CNN in four placements of its penalty: says what each model
# penalises, compiles all four, links them into one C program and runs it; then
# which of them are the same, and why.
#
#   utils/demo.sh
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

kregc_prepare
kregc_build release kregc kreg-opt kreg-lsp-server kreg-check
kregc_link_tools release

cd "$kregc_source"
out=build/demo
rm -rf "$out"
mkdir -p "$out"
models=(attached after_conv after_dropout on_maxpool)

for model in "${models[@]}"; do
  echo
  kregc_say "examples/question/$model.keras"
  build/bin/kregc inspect "examples/question/$model.keras"
  build/bin/kregc compile "examples/question/$model.keras" -o "$out"
done

echo
kregc_say "one C program with the four libraries"
libraries=("${models[@]/#/$out/lib}")
cc -std=c11 -Wall -Wextra -O2 -I"$out" examples/question/main.c \
  "${libraries[@]/%/.a}" -lm -lpthread -o "$out/question"
ls -l "$out" | awk 'NR > 1 { print $5, $9 }'
echo
"$out/question"

# answer A B [option…]: the verdicts of a pair; "not equal" is an answer too.
answer() {
  local a=$1 b=$2
  shift 2
  echo
  kregc_say "kregc equiv $a.keras $b.keras $*"
  build/bin/kregc equiv "examples/question/$a.keras" "examples/question/$b.keras" "$@" || [ $? = 1 ]
}

echo
kregc_say "the answer: which of the four are the same"
build/bin/kregc equiv --table examples/question || [ $? = 1 ]
answer attached after_conv --certificate "$out/certificate.json"
build/bin/kreg-check "$out/certificate.json"
answer attached after_dropout --explain --counterexample "$out/counterexamples" \
  --write-repaired "$out/repaired.keras"
answer attached on_maxpool --counterexample "$out/counterexamples"
echo
kregc_say "the counterexample for inference, in the compiled models"
for model in attached on_maxpool; do
  build/bin/kregc run "examples/question/$model.keras" \
    --inputs "$out/counterexamples/inference.npz" --outputs "$out/$model.npz"
  "$kregc_python" - "$out/$model.npz" <<'PYTHON'
import sys, numpy
print("penalties", numpy.load(sys.argv[1])["penalties"].sum())
PYTHON
done
