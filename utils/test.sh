#!/usr/bin/env bash
# Sets up, builds and runs every test. The last line is `N passed, N failed`;
# tests that could not run are listed before it and counted in neither.
#
#   utils/test.sh          preset release
#   utils/test.sh --slow   then also preset asan, with the slow tests
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

slow=0
for argument in "$@"; do
  case $argument in
    --slow) slow=1 ;;
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) kregc_die "unknown argument '$argument'; there is --slow" ;;
  esac
done

# run_suite PRESET [lit argument…]: leaves the results in build/PRESET/results.json.
run_suite() {
  local preset=$1 build=$kregc_source/build/$1 status=0
  shift
  kregc_build "$preset"
  kregc_say "testing build/$preset"
  rm -f "$build/results.json"
  "$kregc_lit" -q -s --timeout 600 --output "$build/results.json" "$@" \
    "$build/test" "$build/test/unit" || status=$?
  # 1 means that tests failed, which the count below shows; more is lit's own trouble.
  [ "$status" -le 1 ] || kregc_die "lit ended with status $status"
}

kregc_prepare
(kregc_install_packages "${kregc_browser_packages[@]}") ||
  kregc_say "no browser: the test of pages will not run"
results=()
run_suite release
kregc_link_tools release
results+=("$kregc_source/build/release/results.json")
if [ "$slow" = 1 ]; then
  KREGC_RANDOM_ROUNDS=20 run_suite asan --param slow=1
  results+=("$kregc_source/build/asan/results.json")
fi
"$kregc_python" "$kregc_source/utils/count-tests.py" "${results[@]}"
