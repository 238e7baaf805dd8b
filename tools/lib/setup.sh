#!/usr/bin/env bash
# What every tool needs before it starts: this repository's folder, a Swift that can build it and the C libraries.
# Sourced, not run: `. tools/lib/setup.sh; apus_setup`.

apus_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# pkg-config's name of each library, and the Debian package that brings its headers.
apus_libraries=(openssl:libssl-dev libwebsockets:libwebsockets-dev libarchive:libarchive-dev)

# apus_fail CODE MESSAGE: one line on standard error (what, where: what to do), and out with a sysexits code.
apus_fail() {
  local code=$1
  shift
  printf 'apus: %s\n' "$*" >&2
  exit "$code"
}

# Seconds since the epoch, for "built in 42 s".
apus_now() { date +%s; }

# The packages that are missing, one a line.
apus_missing_packages() {
  if ! command -v pkg-config >/dev/null 2>&1; then
    # Without it no library can be asked for: name them all, apt-get skips what is there.
    echo pkg-config
    printf '%s\n' "${apus_libraries[@]#*:}"
    return
  fi
  local library
  for library in "${apus_libraries[@]}"; do
    pkg-config --exists "${library%%:*}" || echo "${library#*:}"
  done
}

# Installs packages, asking for all of them once; says exactly what to type where that isn't possible.
apus_install() {
  local command="apt-get install -y --no-install-recommends $*"
  if ! command -v apt-get >/dev/null 2>&1; then
    apus_fail 69 "missing, $*: install them (Debian's names) with this system's packager"
  fi
  local as_root=()
  if [[ $(id -u) != 0 ]]; then
    if ! command -v sudo >/dev/null 2>&1 || ! sudo -n true 2>/dev/null; then
      apus_fail 69 "missing packages, $*: run \`sudo apt-get update && sudo $command\`"
    fi
    as_root=(sudo -n)
  fi
  echo "Installing $*" >&2
  local log
  log=$(mktemp)
  # The lists of a fresh machine are empty or old, so they are fetched once before the only install.
  if ! { "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } \
    >"$log" 2>&1 </dev/null; then
    tail -n 5 "$log" >&2
    rm -f "$log"
    apus_fail 69 "packages could not be installed, $*: run \`$command\` as root and see why"
  fi
  rm -f "$log"
}

apus_libraries_ready() {
  local missing=()
  mapfile -t missing < <(apus_missing_packages)
  ((${#missing[@]} == 0)) || apus_install "${missing[@]}"
}

# apus_tools_ready COMMAND:PACKAGE...: what one tool needs besides; installs those whose command is not there.
apus_tools_ready() {
  local missing=() pair
  for pair in "$@"; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing+=("${pair#*:}")
  done
  ((${#missing[@]} == 0)) || apus_install "${missing[@]}"
}

apus_swift_ready() {
  local version
  if ! version=$(swift --version 2>/dev/null); then
    apus_fail 69 "no Swift on the PATH: install 6.2 or later from https://www.swift.org/install"
  fi
  [[ $version =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]] ||
    apus_fail 69 "unknown Swift, ${version%%$'\n'*}: install 6.2 or later from https://www.swift.org/install"
  if ((BASH_REMATCH[1] < 6 || (BASH_REMATCH[1] == 6 && BASH_REMATCH[2] < 2))); then
    apus_fail 69 "Swift ${BASH_REMATCH[1]}.${BASH_REMATCH[2]} is too old: install 6.2 or later from https://www.swift.org/install"
  fi
}

# What the engine is compiled for (see Package.swift): a processor without AVX2, BMI2 or FMA would end in an illegal
# instruction before it could say why.
apus_processor_ready() {
  [[ $(uname -m) == x86_64 && -z ${APUS_MARCH:-} && -r /proc/cpuinfo ]] || return 0
  local flags flag
  flags=$(grep -m 1 '^flags' /proc/cpuinfo) || return 0
  for flag in avx2 bmi2 fma movbe; do
    if [[ " ${flags#*:} " != *" $flag "* ]]; then
      export APUS_MARCH=x86-64
      echo "This processor has no $flag: building for plain x86-64, which is slower" >&2
      return 0
    fi
  done
}

# All of it, from the repository's root.
apus_setup() {
  cd "$apus_root" || apus_fail 74 "cannot enter, $apus_root: check its permissions"
  apus_processor_ready
  apus_swift_ready
  apus_libraries_ready
}
