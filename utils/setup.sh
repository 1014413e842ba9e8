#!/usr/bin/env bash
# Makes a bare Debian 12 able to build kregc, and builds it: Debian's packages
# that are missing, Halide and NumPy from PyPI into build/deps, one CMake preset.
# What is there already is left alone. The other scripts source this file.
#
#   utils/setup.sh [release|dev|asan]
#
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
set -euo pipefail

kregc_source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
kregc_deps=$kregc_source/build/deps
kregc_python=$kregc_deps/python/bin/python3
kregc_lit=/usr/lib/llvm-22/bin/lit

kregc_halide_version=21.0.0
kregc_packages=(
  cmake ninja-build pkg-config
  clang-22 lld-22 clang-format-22 libclang-rt-22-dev
  llvm-22-dev llvm-22-tools libmlir-22-dev mlir-22-tools
  gcc g++ libc6-dev # `cc`, to link generated libraries as a user would
  libzip-dev libhdf5-dev libseccomp-dev nlohmann-json3-dev libcli11-dev
  libgmp-dev libflint-dev libflint-arb-dev
  graphviz # `dot`, for inspect --format html
  libgtest-dev librapidcheck-dev libbenchmark-dev
  z3 # the laws of the prover, proved over the reals
  git python3 python3-venv python3-psutil # lit: time limits
)

# A browser that looks at pages of kregc, for their test alone.
kregc_browser_packages=(chromium)

kregc_say() { printf '== %s\n' "$*"; }
kregc_die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# kregc_missing_packages PACKAGE…: those that dpkg does not know as installed.
kregc_missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null |
      grep -qx installed || echo "$package"
  done
}

# kregc_install_packages PACKAGE…
kregc_install_packages() {
  command -v dpkg-query >/dev/null ||
    kregc_die "this script knows Debian's packages only; install by hand: $*"
  local missing as_root=()
  mapfile -t missing < <(kregc_missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      kregc_die "not root, no sudo, and these packages are missing: ${missing[*]}"
    as_root=(sudo)
  fi
  kregc_say "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# A Python of our own, with NumPy for the tests; the system's stays as it is.
kregc_install_python() {
  "$kregc_python" -c 'import numpy' 2>/dev/null && return 0
  kregc_say "making a Python environment with NumPy in build/deps/python"
  rm -rf "$kregc_deps/python"
  /usr/bin/python3 -m venv "$kregc_deps/python"
  "$kregc_python" -m pip install -q --disable-pip-version-check numpy
}

# Halide's wheel, unpacked beside the environment: only include/ and lib64/ are used.
kregc_install_halide() {
  [ -e "$kregc_deps/halide/include/Halide.h" ] && return 0
  kregc_say "unpacking Halide $kregc_halide_version into build/deps/halide"
  local beside=$kregc_deps/halide.part
  rm -rf "$beside" "$kregc_deps/halide"
  "$kregc_python" -m pip install -q --disable-pip-version-check --no-deps \
    --target "$beside" "halide==$kregc_halide_version"
  mv "$beside/halide" "$kregc_deps/halide"
  rm -rf "$beside"
}

# kregc_build PRESET [target…]
kregc_build() {
  local preset=$1 build=$kregc_source/build/$1
  shift
  local launcher=()
  if command -v ccache >/dev/null; then
    export CCACHE_BASEDIR=$kregc_source
    export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    launcher=(-DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
  fi
  if [ ! -e "$build/build.ninja" ]; then
    kregc_say "configuring build/$preset"
    (cd "$kregc_source" && cmake --preset "$preset" "${launcher[@]}" >"$kregc_source/build/$preset.configure.log" 2>&1) ||
      { cat "$kregc_source/build/$preset.configure.log" >&2; kregc_die "CMake did not configure preset '$preset'"; }
  fi
  kregc_say "building build/$preset"
  NINJA_STATUS='[%f/%t] ' cmake --build "$build" "${@/#/--target=}"
}

# build/bin has links to the tools of the preset built last.
kregc_link_tools() {
  local tool
  mkdir -p "$kregc_source/build/bin"
  for tool in kregc kreg-opt kreg-lsp-server kreg-check; do
    ln -sfn "../$1/bin/$tool" "$kregc_source/build/bin/$tool"
  done
}

kregc_prepare() {
  mkdir -p "$kregc_deps"
  kregc_install_packages "${kregc_packages[@]}"
  kregc_install_python
  kregc_install_halide
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  preset=${1:-release}
  kregc_prepare
  kregc_build "$preset" kregc kreg-opt kreg-lsp-server kreg-check
  kregc_link_tools "$preset"
  kregc_say "tools are in build/bin"
fi
