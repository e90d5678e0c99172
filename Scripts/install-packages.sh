#!/bin/sh
# Installs those of the named Debian packages that are missing; where none is, it touches neither apt
# nor the network. Without the right to install, it prints the line that does.
#
#     sh Scripts/install-packages.sh PACKAGE...
set -eu

say() { printf '%s\n' "$*" >&2; }

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

if [ "$(id -u)" -eq 0 ]; then
  root=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
  root='sudo -n'
else
  say "missing packages:$missing"
  say 'installing them takes root; run this and try again:'
  say "    sudo apt-get update && sudo apt-get install -y --no-install-recommends$missing"
  exit 1
fi

# $root and $missing are lists of words, so they stand without quotes.
install() {
  $root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "$@" $missing
}
say "installing$missing"
# Fresh machines have no package lists yet, and old lists name files that are gone.
install --simulate >/dev/null 2>&1 || $root apt-get update
install || { $root apt-get update && install; } || {
  say "apt-get could not install$missing: see its message above"
  exit 1
}
