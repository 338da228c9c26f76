#!/usr/bin/env bash
# Sets everything up and runs the main job: a SQLite shop of 1,000 customers and a simulated CRM
# that holds 400 of them and 100 contacts of its own are brought into step and kept there.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'USAGE'
usage: quickstart.sh [--once]
  (nothing)  on a terminal: leaves shop, CRM and daemon running and prints what to try
  --once     stops everything at the end (also without a terminal)
Environment: DEMO (folder for the demo, default ./demo, emptied first), BIN (folder with programs
that are built already), JOBS.
USAGE
}

once=false
[[ -t 1 ]] || once=true
case "${1:-}" in
  '') ;;
  --once) once=true ;;
  --help | -h) usage && exit 0 ;;
  *) usage >&2 && exit 64 ;;
esac

demo=${DEMO:-$PWD/demo}
heading() { printf '\n\033[1m== %s\033[0m\n' "$1"; }
[[ -t 1 && -z ${NO_COLOR:-} ]] || heading() { printf '\n== %s\n' "$1"; }

build_programs() {
  if [[ -n ${BIN:-} ]]; then return; fi
  heading "packages"
  packaging/install-deps.sh --build
  heading "build"
  mkdir -p build
  export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 # what run-tests.sh compiled is not compiled again
  export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
  cmake --preset release -DCRMSYNC_TESTS=OFF -B build/quickstart >build/quickstart.log 2>&1 ||
    { cat build/quickstart.log; exit 1; }
  cmake --build build/quickstart -j "${JOBS:-$(nproc)}"
  BIN=$PWD/build/quickstart/bin
}

# An earlier demo is ended first, so that this can be run again.
stop_demo() {
  local file pid
  for file in "$demo"/crmsyncd.pid "$demo"/simulator.pid; do
    [[ -f $file ]] || continue
    pid=$(<"$file")
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 1 300); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    rm -f "$file"
  done
}

write_config() {
  local file
  cp -r packaging/demo/config "$demo/config"
  for file in "$demo"/config/*.yaml "$demo"/config/*/*.yaml; do
    sed -i "s|@DEMO@|$demo|g; s|@CRM@|$crm_url|g; s|@HOOKS@|$hooks_port|g" "$file"
  done
}

start_crm() {
  heading "a simulated CRM with 500 contacts"
  head -c 24 /dev/urandom | base64 | tr -d '=+/\n' >"$demo/webhook.secret"
  chmod 600 "$demo/webhook.secret"
  hooks_port=$((20000 + RANDOM % 20000))
  : >"$demo/simulator.out" # it may be looked for before the shell behind & has made it
  "$BIN/crmsync-simulator" hubspot --listen 127.0.0.1:0 --seed 7 --search-lag 2s \
    --webhook "http://127.0.0.1:$hooks_port/hooks/hubspot" \
    --webhook-secret-file "$demo/webhook.secret" >"$demo/simulator.out" 2>"$demo/simulator.log" &
  echo $! >"$demo/simulator.pid"
  for _ in $(seq 1 100); do
    crm_url=$(sed -n 's/^ready \(http[^ ]*\).*/\1/p' "$demo/simulator.out")
    [[ -z $crm_url ]] || break
    sleep 0.1
  done
  if [[ -z ${crm_url:-} ]]; then
    cat "$demo/simulator.log"
    echo "the simulator did not start"
    exit 1
  fi
  (umask 077 && sed -n 's/^ready .*token=//p' "$demo/simulator.out" >"$demo/crm.token")
  sqlite3 "$demo/shop.db" <packaging/demo/crm_records.sql >"$demo/crm_records.json"
  crm POST /_sim/records --data-binary @"$demo/crm_records.json" >/dev/null
  echo "$crm_url"
}

crm() { # METHOD PATH [curl options]
  local method=$1 path=$2
  shift 2
  curl -sSf -X "$method" -H @- -H 'Content-Type: application/json' "$crm_url$path" "$@" \
    <<<"Authorization: Bearer $(<"$demo/crm.token")"
}

ask() { "$BIN/crmsync" --socket "$demo/control.sock" "$@"; }
status_value() { ask --json status | jq -r "$1"; }
contact_of() { ask --json explain customers "$1" | jq -r .crm_id; }
contact_field() {
  crm GET "/crm/v3/objects/contacts/$1?properties=$2" | jq -r ".properties.$2"
}

start_daemon() {
  heading "crmsyncd"
  : >"$demo/crmsyncd.out"
  "$BIN/crmsyncd" --config "$demo/config" >"$demo/crmsyncd.out" 2>"$demo/crmsyncd.log" &
  echo $! >"$demo/crmsyncd.pid"
  for _ in $(seq 1 100); do
    if grep -q '^ready' "$demo/crmsyncd.out"; then return; fi
    sleep 0.1
  done
  cat "$demo/crmsyncd.log"
  echo "crmsyncd did not start"
  exit 1
}

wait_in_step() {
  local state linked waiting shown=''
  for _ in $(seq 1 1200); do
    read -r linked waiting state < <(
      status_value '.mappings[0] | "\(.linked) \(.waiting) \(.state)"' 2>/dev/null ||
        echo "0 0 starting")
    if [[ "$linked $waiting" != "$shown" ]]; then
      printf '  %s linked, %s waiting: %s\n' "$linked" "$waiting" "$state"
      shown="$linked $waiting"
    fi
    if [[ $state == 'in step' ]]; then return; fi
    sleep 0.5
  done
  ask status
  echo "not in step after 10 minutes; see $demo/crmsyncd.log"
  exit 1
}

# Waits until both sides hold the same value of one field of customer 1.
wait_equal() { # COLUMN PROPERTY
  for _ in $(seq 1 240); do
    shop_value=$(sqlite3 -cmd '.timeout 5000' "$demo/shop.db" \
      "SELECT $1 FROM customers WHERE id = 1")
    crm_value=$(contact_field "$contact" "$2")
    [[ $shop_value != "$crm_value" ]] || return 0
    sleep 0.5
  done
  echo "customer 1: $1 is '$shop_value' in the shop and '$crm_value' in the CRM"
  exit 1
}

edit_both_sides() {
  heading "edits on both sides of customer 1"
  contact=$(contact_of 1)
  ask pause customers >/dev/null # so that both sides have moved before anybody looks
  sqlite3 -cmd '.timeout 5000' "$demo/shop.db" \
    "UPDATE customers SET last_name = 'Lee-Novák', phone = '+49 30 777777' WHERE id = 1"
  crm POST /_sim/edit --data-binary "{\"object\":\"contacts\",\"id\":\"$contact\",\"properties\":
    {\"firstname\":\"Anna\",\"phone\":\"+49 40 888888\"}}" >/dev/null
  echo "shop: last_name = Lee-Novák, phone = +49 30 777777"
  echo "CRM:  firstname = Anna,      phone = +49 40 888888   (the same field on both sides)"
  sleep 3 # the CRM's search index lags by two seconds
  ask resume customers >/dev/null
  wait_equal first_name firstname
  wait_equal last_name lastname
  wait_equal phone phone
  wait_in_step
  heading "merged, per field"
  sqlite3 -header -column "$demo/shop.db" \
    "SELECT first_name, last_name, phone FROM customers WHERE id = 1"
  echo
  for property in firstname lastname phone; do
    printf 'CRM %s: %s\n' "$property" "$(contact_field "$contact" "$property")"
  done
  heading "crmsync explain customers 1 phone"
  ask explain customers 1 phone
  heading "crmsync status"
  ask status
}

stop_demo
rm -rf "$demo"
mkdir -p "$demo"
chmod 700 "$demo"
build_programs
heading "a shop with 1,000 customers"
sqlite3 "$demo/shop.db" <packaging/demo/shop.sql >/dev/null
sqlite3 "$demo/shop.db" "SELECT count(*) || ' customers in $demo/shop.db' FROM customers"
$once && trap stop_demo EXIT
start_crm
write_config
start_daemon
wait_in_step
edit_both_sides

if $once; then
  heading "done"
  exit 0
fi
cat <<TXT

Everything keeps running. Try:
  sqlite3 $demo/shop.db "UPDATE customers SET city = 'Wien' WHERE id = 2"
  $BIN/crmsync --socket $demo/control.sock status
  $BIN/crmsync --socket $demo/control.sock explain customers 2
  $BIN/crmsync --socket $demo/control.sock conflicts list
The rules are in $demo/config/mappings.d/customers.yaml; after an edit: crmsync reload.
Stop: kill \$(cat $demo/crmsyncd.pid $demo/simulator.pid)
TXT
