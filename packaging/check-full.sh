#!/usr/bin/env bash
# What takes too long for every commit: ThreadSanitizer, coverage and fuzzing. By hand, before a
# release.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'USAGE'
usage: check-full.sh [tsan] [coverage] [fuzz]   (nothing named: all three)
Environment: FUZZ_SECONDS per target (default 60), JOBS (default: number of processors).
Leaves build/coverage.txt and, for an input that fuzzing found, build/fuzz/fuzz-findings/.
USAGE
}

jobs=${JOBS:-$(nproc)}
heading() { printf '\n== %s (%d s) ==\n' "$1" "$SECONDS"; }

build() {
  heading "$1: build"
  cmake --preset "$1"
  cmake --build --preset "$1" -j "$jobs"
}

check_tsan() {
  build tsan
  heading "tsan: tests"
  TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1:second_deadlock_stack=1} \
    ctest --preset tsan -j "$jobs" --no-tests=error
}

check_coverage() {
  build coverage
  heading "coverage: tests"
  ctest --test-dir build/coverage -j "$jobs" --output-on-failure --no-tests=error
  # Counters of threads may end up negative; gcovr refuses a file for one such line.
  gcovr --root . --object-directory build/coverage --exclude 'tests/.*' --exclude 'build/.*' \
    --exclude-throw-branches --gcov-ignore-parse-errors --sort-uncovered >build/coverage.txt
  tail -n 4 build/coverage.txt
}

# Longer than in the suite, and what is found is kept, so that the next time goes on from there.
check_fuzz() {
  local seconds=${FUZZ_SECONDS:-60}
  build fuzz
  heading "fuzz: $seconds s each"
  CRMSYNC_FUZZ_SECONDS=$seconds CRMSYNC_FUZZ_CORPUS=$PWD/build/fuzz-corpus \
    ctest --test-dir build/fuzz -j "$jobs" --timeout $((seconds + 300)) --output-on-failure \
    --no-tests=error
}

parts=("$@")
[[ $# -gt 0 ]] || parts=(tsan coverage fuzz)
for part in "${parts[@]}"; do
  case $part in
    tsan | coverage | fuzz) ;;
    --help | -h) usage && exit 0 ;;
    *) usage >&2 && exit 64 ;;
  esac
done

heading "packages"
packaging/install-deps.sh --full
for part in "${parts[@]}"; do "check_$part"; done
heading "all checks passed"
