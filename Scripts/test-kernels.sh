#!/bin/sh
# Builds the kernels and their check for 64-bit ARM, runs them under qemu, and compares the bytes of
# those kernels that agree everywhere with the bytes of every instruction set of this processor.
#
#     sh Scripts/test-kernels.sh
set -eu
cd "$(dirname "$0")/.."
work=.build/cross
mkdir -p "$work"
flags='-std=c17 -O2 -ffp-contract=off -Wall -Wextra -Werror -I Sources/CKernels/include'
sources='Tests/CrossKernels/check.c'
for file in Sources/CKernels/*.c Sources/CKernels/*/*.c; do sources="$sources $file"; done

# The toolchain's clang, since that is what builds the program.
clang=${CLANG:-$(dirname "$(command -v swift)")/clang}
gcc=$(ls -d /usr/lib/gcc-cross/aarch64-linux-gnu/* 2>/dev/null | tail -1)
[ -n "$gcc" ] || { echo 'missing: libgcc-12-dev-arm64-cross or another version of it' >&2; exit 1; }

# $flags and $sources are lists of words, so they stand without quotes.
"$clang" $flags $sources -lm -o "$work/check-native"
"$clang" --target=aarch64-linux-gnu -fuse-ld=lld -static -B"$gcc" -L"$gcc" \
  -isystem /usr/aarch64-linux-gnu/include -L/usr/aarch64-linux-gnu/lib -B/usr/aarch64-linux-gnu/lib \
  $flags $sources -lm -o "$work/check-arm64"

"$work/check-native" > "$work/native.txt"
qemu-aarch64-static "$work/check-arm64" > "$work/arm64.txt"

# One hash a kernel, whatever the instruction set.
awk '{ print $2, $3 }' "$work/native.txt" "$work/arm64.txt" | sort -u > "$work/hashes.txt"
kernels=$(awk '{ print $1 }' "$work/hashes.txt" | sort -u | wc -l)
hashes=$(wc -l < "$work/hashes.txt")
if [ "$kernels" -ne "$hashes" ]; then
  echo 'bytes differ between instruction sets:' >&2
  sort -k2 "$work/native.txt" "$work/arm64.txt" >&2
  exit 1
fi
grep -q '^neon ' "$work/arm64.txt"
# The bytes themselves: whoever changes them changes what the program computes.
diff -u Tests/CrossKernels/hashes.txt "$work/hashes.txt"
echo "NEON agrees: $hashes kernels with the same bytes in $(cat "$work/native.txt" "$work/arm64.txt" \
  | awk '{ print $1 }' | sort -u | tr '\n' ' ')"
