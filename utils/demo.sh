#!/usr/bin/env bash
# The question's CNN in four placements of its penalty: says what each model
# penalises, compiles all four, links them into one C program and runs it.
#
#   utils/demo.sh
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

kregc_prepare
kregc_build release kregc kreg-opt kreg-lsp-server
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
