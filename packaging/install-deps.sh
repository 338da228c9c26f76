#!/usr/bin/env bash
# Installs the Debian 12 packages that crmsync needs. Asks nothing, changes nothing when all is
# there. As root, or with a sudo that needs no password.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: install-deps.sh [--build | --test | --full]
  --build   what building and running the programs needs (configure with -DCRMSYNC_TESTS=OFF)
  --test    also what the tests, the fuzz targets and the style checks need (default)
  --full    also what packaging/check-full.sh needs
USAGE
}

build_packages=(
  build-essential cmake ninja-build ccache mold pkg-config git ca-certificates
  libboost1.81-dev libssl-dev rapidjson-dev libyaml-cpp-dev liblmdb-dev libcli11-dev
  libfmt-dev libspdlog-dev libsystemd-dev libsqlite3-dev libxxhash-dev libicu-dev
  sqlite3 curl jq openssl
)
test_packages=(
  libgtest-dev libgmock-dev librapidcheck-dev python3 python3-jsonschema python3-yaml
  clang clang-format clang-tidy libclang-rt-14-dev shellcheck
)

as_root() {
  if [[ $(id -u) -eq 0 ]]; then
    "$@" </dev/null
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo -n "$@" </dev/null
  else
    printf 'install-deps: this needs root. Run once:\n  sudo %s\n' "$*" >&2
    return 1
  fi
}

# Prints those of its arguments that are not installed.
missing_of() {
  local package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      printf '%s\n' "$package"
  done
}

packages=("${build_packages[@]}")
case "${1:---test}" in
  --build) ;;
  --test | --full)
    packages+=("${test_packages[@]}")
    [[ ${1:---test} == --test ]] || packages+=(gcovr)
    # Debian's npm conflicts with a Node.js from elsewhere, so an existing one is kept.
    command -v node >/dev/null || packages+=(nodejs)
    command -v npm >/dev/null || packages+=(npm)
    ;;
  --help | -h) usage && exit 0 ;;
  *) usage >&2 && exit 64 ;;
esac

if ! command -v apt-get >/dev/null; then
  echo "install-deps: no apt-get here; Debian 12 packages needed: ${packages[*]}" >&2
  exit 1
fi
mapfile -t missing < <(missing_of "${packages[@]}")
if [[ ${#missing[@]} -gt 0 ]]; then
  echo "install-deps: installing ${missing[*]}" >&2
  apt_options=(-qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  as_root apt-get "${apt_options[@]}" update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get "${apt_options[@]}" install -y \
    --no-install-recommends "${missing[@]}" >&2
fi

compiler=$(g++ -dumpfullversion)
if [[ ${compiler%%.*} -lt 12 ]]; then
  echo "install-deps: g++ $compiler is too old: 12 or newer is needed (Debian 12 has it)" >&2
  exit 1
fi
