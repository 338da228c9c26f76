#!/usr/bin/env bash
# Replays the corpus of one fuzz target, then looks for new inputs for a while. Fails when an input
# breaks a property, takes longer than a second, or takes more memory than an input may.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: run.sh path/to/fuzz_NAME [more folders of seeds]
Environment: CRMSYNC_FUZZ_SECONDS (default 20; 0: only replay), CRMSYNC_FUZZ_FINDINGS (folder for
inputs that fail, default .), CRMSYNC_FUZZ_CORPUS (keeps what is found in a folder per target;
default: nothing is kept).
USAGE
}
[[ $# -ge 1 && $1 != -* ]] || { usage >&2 && exit 64; }

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$1
name=${target##*/fuzz_}
shift
seeds=("$here/corpus/$name" "$@")
findings=${CRMSYNC_FUZZ_FINDINGS:-.}
mkdir -p "$findings"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
found=${CRMSYNC_FUZZ_CORPUS:-$scratch/found}/$name
mkdir -p "$found" "$scratch/none"

# Freed memory is held back only a little, so that the limit is about what is in use.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=2
export ASAN_OPTIONS=$ASAN_OPTIONS:thread_local_quarantine_size_kb=64

# Most of what the process takes is the sanitizer's; inputs may add 64 MiB.
base_mb=$("$target" -runs=1 "$scratch/none" 2>&1 |
  sed -n 's/.*DONE.*rss: \([0-9]*\)Mb.*/\1/p')
options=(-timeout=1 "-rss_limit_mb=$((${base_mb:-64} + 64))" -malloc_limit_mb=64
  "-artifact_prefix=$findings/$name-" -print_final_stats=1)
[[ ! -f $here/dictionaries/$name.dict ]] || options+=("-dict=$here/dictionaries/$name.dict")

[[ -d ${seeds[0]} ]] || seeds=("${seeds[@]:1}")
[[ ${#seeds[@]} -eq 0 ]] || "$target" "${options[@]}" -runs=0 "${seeds[@]}"
seconds=${CRMSYNC_FUZZ_SECONDS:-20}
[[ $seconds -eq 0 ]] ||
  "$target" "${options[@]}" "-max_total_time=$seconds" "$found" "${seeds[@]}"
