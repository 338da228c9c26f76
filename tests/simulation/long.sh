#!/usr/bin/env bash
# The long profile: seeds for as long as there is time, each crash followed by another one, every
# known bug. By hand; ends with one summary, also as JSON.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

usage() {
  cat <<'USAGE'
usage: long.sh [--minutes N] [--first SEED]
  --minutes N    for the seeds (default 60); crashes and known bugs take some 20 more
  --first SEED   where the seeds begin (default 1)
Environment: JOBS (processes at a time, default: number of processors).
Leaves build/simulation.json, and the tapes of violations in build/tapes/.
USAGE
}

minutes=60
first=1
while [[ $# -gt 0 ]]; do
  case $1 in
    --minutes) minutes=${2:?a number of minutes} && shift 2 ;;
    --first) first=${2:?a seed} && shift 2 ;;
    --help | -h) usage && exit 0 ;;
    *) usage >&2 && exit 64 ;;
  esac
done

jobs=${JOBS:-$(nproc)}
mkdir -p build
cmake --preset release >build/release.configure.log
cmake --build --preset release -j "$jobs" --target crmsync-sim
exec build/release/bin/crmsync-sim --seeds "$first..999999999" --minutes "$minutes" \
  --rerun 200 --every-fault --crash-twice --mutants --workers "$jobs" \
  --tapes build/tapes --json build/simulation.json
