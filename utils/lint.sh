#!/usr/bin/env bash
# Looks at the form of the sources; exits with 1 where something is to be done.
#
#   utils/lint.sh [FILE…]          clang-format (of all files, in a second)
#   utils/lint.sh --tidy [FILE…]   then also clang-tidy, of sources that
#                                  build/release has built (all: 25 minutes)
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

tidy=0
if [ "${1:-}" = --tidy ]; then
  tidy=1
  shift
fi
files=("$@")
if [ $# -eq 0 ]; then
  cd "$kregc_source"
  mapfile -t files < <(git ls-files '*.cpp' '*.h' '*.c' 2>/dev/null ||
    find . -path ./build -prune -o \( -name '*.cpp' -o -name '*.[hc]' \) -print)
fi
status=0
clang-format-22 --dry-run -Werror "${files[@]}" || status=1
if [ "$tidy" = 1 ]; then
  kregc_install_packages clang-tidy-22
  for file in "${files[@]}"; do
    # Headers come with what includes them; tests have names of their own style.
    case $file in
      test/* | *.h | *.c) continue ;;
    esac
    clang-tidy-22 -p "$kregc_source/build/release" --quiet "$file" 2>/dev/null || status=1
  done
fi
exit "$status"
