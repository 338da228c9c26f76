#!/usr/bin/env bash
# Starts a simulator and runs the vendor's client library against it. Exit 77: not possible here.
# usage: run.sh SIMULATOR FOLDER_WITH_NODE_MODULES
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

simulator=$1
folder=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

skip() {
  echo "skipped: $1"
  exit 77
}

command -v node >/dev/null || skip "node is not installed"
[[ -d $folder/node_modules/@hubspot/api-client ]] ||
  skip "the client library is not installed: build the target hubspot_client_modules once"
cp "$here/client_check.mjs" "$folder/"

output=$(mktemp)
"$simulator" hubspot --listen 127.0.0.1:0 --token client-check --search-lag 500ms \
  --search-quota 0 >"$output" &
pid=$!
trap 'kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; rm -f "$output"' EXIT
for _ in $(seq 100); do
  grep -q '^ready ' "$output" && break
  kill -0 "$pid" 2>/dev/null || { echo "the simulator ended at once"; exit 1; }
  sleep 0.1
done
url=$(awk '/^ready /{print $2}' "$output")
[[ -n $url ]] || { echo "the simulator did not become ready"; exit 1; }
node "$folder/client_check.mjs" "$url" client-check
