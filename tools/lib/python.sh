#!/usr/bin/env bash
# A Python of 3.12 or later for one run: the machine's own, or Debian 13's in a folder that goes away with it.
# Sourced, not run: `. tools/lib/python.sh; apus_python_ready FOLDER; apus_python -c 'print(1)'`.
# Nothing is installed on the machine: apt only resolves and downloads, with lists and state of its own in FOLDER.

# Debian's newest release, where Debian 12's Python is too old.
apus_python_suite=trixie
apus_python_name=python3.13
apus_python_packages=(base-files dash libstdc++6 "$apus_python_name" "$apus_python_name-venv")

# Set by apus_python_ready: the folder Python sees as its root ("" with the machine's own), and its command there.
apus_python_root=
apus_python_command=
# Why there is none, or why an environment could not be made.
# shellcheck disable=SC2034 # read by those who source this
apus_python_reason=

# apus_python_ready FOLDER: FOLDER is empty and absolute. Returns 1 and says in apus_python_reason why there is none.
apus_python_ready() {
  local folder=$1
  if python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then
    apus_python_command=$(command -v python3)
    return 0
  fi
  if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-deb >/dev/null 2>&1; then
    apus_python_reason="no Python of 3.12 or later, and no apt-get to fetch one: install python3 3.12 with venv"
    return 1
  fi
  apus_python_root=$folder/root
  apus_python_command=/usr/bin/$apus_python_name
  apus_python_unpacked "$folder" || return 1
  if ! apus_python -c 'import ssl' >/dev/null 2>&1; then
    apus_python_reason="Debian's $apus_python_name doesn't start: chroot needs root or user namespaces, and mounting"
    return 1
  fi
}

# The mirror this machine already uses, so that no host is named here.
apus_python_mirror() {
  local codename
  codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  # Not `indextargets`, which is silent before the first update.
  apt-get update --print-uris 2>/dev/null | sed -n "s|^'\(.*\)/dists/$codename/InRelease' .*|\1|p" | head -n 1
}

# Downloads and unpacks Debian's Python without configuring anything: no maintainer script runs.
apus_python_unpacked() {
  local state=$1/apt mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg package
  mirror=$(apus_python_mirror)
  if [[ -z $mirror || ! -r $keyring ]]; then
    apus_python_reason="no Python of 3.12 or later, and this isn't Debian, whose packages could bring one"
    return 1
  fi
  mkdir -p "$state/lists/partial" "$state/archives/partial" "$apus_python_root"
  : >"$state/status"
  echo "deb [signed-by=$keyring] $mirror $apus_python_suite main" >"$state/sources.list"
  local apt=(apt-get -qq -o Dir::Etc::SourceList="$state/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o Dir::State="$state" -o Dir::State::Lists="$state/lists" -o Dir::State::Status="$state/status"
    -o Dir::Cache="$state" -o Dir::Cache::Archives="$state/archives" -o APT::Sandbox::User="$(id -un)"
    -o APT::Install-Recommends=0 -o Acquire::Languages=none -o Acquire::Retries=2 -o Acquire::http::Timeout=20
    -o APT::Update::Error-Mode=any)
  echo "Fetching $apus_python_name of Debian's $apus_python_suite into $apus_python_root" >&2
  if ! { "${apt[@]}" update && "${apt[@]}" -y --download-only install "${apus_python_packages[@]}"; } \
    >"$state/log" 2>&1 </dev/null; then
    apus_python_reason="Debian's $apus_python_name could not be fetched: $(tail -n 1 "$state/log")"
    return 1
  fi
  # First the one that brings /lib and /bin as links, which the others unpack through.
  for package in "$state"/archives/base-files_*.deb "$state"/archives/*.deb; do
    if ! dpkg-deb --extract "$package" "$apus_python_root" 2>"$state/log"; then
      apus_python_reason="$(basename "$package") could not be unpacked: $(tail -n 1 "$state/log")"
      return 1
    fi
  done
  mkdir -p "$apus_python_root"/{dev,proc,tmp,etc/ssl/certs}
  # What pip needs to reach its index: names, and certificates beyond those it brings.
  local file
  for file in /etc/resolv.conf /etc/hosts /etc/nsswitch.conf /etc/pip.conf /etc/ssl/certs/ca-certificates.crt; do
    [[ -r $file ]] && cp -L "$file" "$apus_python_root$file"
  done
  return 0
}

# apus_in_python_root COMMAND...: runs it there, with /proc and /dev mounted for it alone: they go when it ends, and
# removing the folder can never reach them.
apus_in_python_root() {
  local settings=(HOME=/tmp TMPDIR=/tmp PYTHONNOUSERSITE=1 PYTHONDONTWRITEBYTECODE=1)
  if [[ -z $apus_python_root ]]; then
    env PYTHONNOUSERSITE=1 PYTHONDONTWRITEBYTECODE=1 "$@"
    return
  fi
  local spaces=(--mount --propagation private)
  [[ $(id -u) == 0 ]] || spaces+=(--user --map-root-user)
  # shellcheck disable=SC2016 # $1 is the inner shell's
  local inside='mount --rbind /proc "$1/proc" && mount --rbind /dev "$1/dev"; root=$1; shift; exec chroot "$root" "$@"'
  settings+=(PATH=/usr/sbin:/usr/bin:/sbin:/bin)
  env "${settings[@]}" unshare "${spaces[@]}" sh -c "$inside" sh "$apus_python_root" "$@"
}

# apus_python ARGUMENTS...: the interpreter itself.
apus_python() { apus_in_python_root "$apus_python_command" "$@"; }

# apus_python_environment ENVIRONMENT REQUIREMENTS LOG: a venv with exactly what the file says; both paths as Python sees
# them. Returns 1 and says why in apus_python_reason.
apus_python_environment() {
  local environment=$1 requirements=$2 log=$3
  if ! { apus_python -m venv "$environment" && apus_in_python_root "$environment/bin/python" -m pip install --quiet \
    --no-cache-dir --disable-pip-version-check --retries 2 --timeout 30 --only-binary :all: --require-hashes \
    -r "$requirements"; } \
    >"$log" 2>&1 </dev/null; then
    # shellcheck disable=SC2034
    apus_python_reason=$({ grep '^ERROR' "$log" || grep -v '^ *$' "$log"; } | head -n 1)
    return 1
  fi
}
