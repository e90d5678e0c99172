#!/bin/sh
# Installs those of the named Debian packages that are missing; where none is, it touches neither apt
# nor the network. Without the right to install, it prints the line that does. With --check it only
# tells what is missing and which line installs it, and fails.
#
#     sh Scripts/install-packages.sh [--check] PACKAGE...
set -eu

say() { printf '%s\n' "$*" >&2; }

check=
if [ "${1:-}" = --check ]; then
  check=yes
  shift
fi

if ! command -v dpkg-query >/dev/null 2>&1; then
  say "note: this is not a Debian system: have your package manager provide what Debian calls $*"
  exit 0
fi

missing=
for package in "$@"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=absent
  [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

line="apt-get update && apt-get install -y --no-install-recommends$missing"
if [ -n "$check" ]; then
  say "missing packages:$missing"
  say 'to install them:'
  if [ "$(id -u)" -eq 0 ]; then say "    $line"; else say "    sudo sh -c '$line'"; fi
  exit 1
fi

if [ "$(id -u)" -eq 0 ]; then
  root=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
  root='sudo -n'
else
  say "missing packages:$missing"
  say 'installing them takes root; run this and try again:'
  say "    sudo sh -c '$line'"
  exit 1
fi

# $root and $missing are lists of words, so they stand without quotes.
install() {
  $root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "$@" $missing
}
say "installing with apt:$missing"
# Fresh machines have no package lists yet, and old lists name files that are gone.
install --simulate >/dev/null 2>&1 || $root apt-get update
install || { $root apt-get update && install; } || {
  say "apt-get could not install$missing: see its message above"
  exit 1
}
