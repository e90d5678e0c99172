#!/bin/sh
# Writes a Swift file that names the commit of the sources, touching it only where it changed; an empty
# name outside a clone. REPLK_COMMIT names the commit of sources that are none, such as a package's.
#
#     sh Scripts/record-commit.sh PACKAGE FOLDER
set -eu
commit=${REPLK_COMMIT:-}
if [ -z "$commit" ] && [ -e "$1/.git" ]; then
  commit=$(git -C "$1" describe --always --dirty --exclude '*' --abbrev=10 2>/dev/null) || commit=
fi
text="let builtCommit = \"$commit\""
file=$2/Commit.swift
if [ ! -e "$file" ] || [ "$(cat "$file")" != "$text" ]; then printf '%s\n' "$text" > "$file"; fi
