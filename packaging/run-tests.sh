#!/usr/bin/env bash
# Installs what is missing, builds and passes the tests: from a clean clone to a verdict with one
# command and no question asked.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'USAGE'
usage: run-tests.sh [--quick | --full]
  (nothing)  release build and all tests; with CI=true the same as --full
  --full     then the same tests under AddressSanitizer and UBSan
  --quick    release build and all tests, also with CI=true
Environment: CRMSYNC_TEST_DATA (folder of shared test data, default ../shared when it is there),
CCACHE_DIR, JOBS (default: number of processors).
USAGE
}

sanitizers=false
[[ ${CI:-false} == @(false|0) ]] || sanitizers=true
case "${1:-}" in
  '') ;;
  --full) sanitizers=true ;;
  --quick) sanitizers=false ;;
  --help | -h) usage && exit 0 ;;
  *) usage >&2 && exit 64 ;;
esac

jobs=${JOBS:-$(nproc)}
export CCACHE_DIR=${CCACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-$PWD/build}/.cache}/ccache}
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 # another clone finds what this one compiled
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
if [[ -z ${CRMSYNC_TEST_DATA:-} && -d ../shared ]]; then
  CRMSYNC_TEST_DATA=$(cd ../shared && pwd)
  export CRMSYNC_TEST_DATA
fi

heading() { printf '\n== %s (%d s) ==\n' "$1" "$SECONDS"; }

# HubSpot's own client library, for the test that runs it against the simulator: that skips when
# the library cannot be fetched.
vendor_client() {
  timeout 180 cmake --build --preset "$1" --target hubspot_client_modules \
    >"build/$1.vendor_client.log" 2>&1 ||
    echo "HubSpot's client library could not be fetched (build/$1.vendor_client.log): test skips"
}

build_and_test() {
  local preset=$1
  heading "$preset: configure and build"
  cmake --preset "$preset" >"build/$preset.configure.log" 2>&1 ||
    { cat "build/$preset.configure.log"; return 1; }
  cmake --build --preset "$preset" -j "$jobs"
  vendor_client "$preset"
  heading "$preset: tests"
  ctest --preset "$preset" -j "$jobs" --no-tests=error
}

heading "packages"
packaging/install-deps.sh --test
mkdir -p build
[[ -n ${CRMSYNC_TEST_DATA:-} ]] || echo "CRMSYNC_TEST_DATA is not set: tests on shared data skip"
build_and_test release
if [[ $sanitizers == true ]]; then
  export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:strict_string_checks=1}
  export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
  build_and_test asan
fi
heading "all tests passed"
