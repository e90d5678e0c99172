#!/bin/sh
# Prints how long three networks take on this machine: seconds of one `erf` run each, at 224 pixels
# with random weights and one built-in picture, the fastest of three runs by total.
#
#     sh Scripts/bench.sh BINARY
set -eu

binary=$1
printf '%-14s %8s %8s %8s %8s\n' network load forward backward total
for model in replknet-13 replknet-31 resnet-101; do
  for run in 1 2 3; do
    report=$("$binary" erf "$model" --size 224 --json) || exit 1
    printf '%s\n' "$report" | awk -v model="$model" '
      /"seconds" *:/ { inside = 1 }
      inside && match($0, /"[a-z]+" *: *[0-9.e-]+/) {
        split(substr($0, RSTART, RLENGTH), pair, /[": ]+/)
        seconds[pair[2]] = pair[3]
      }
      inside && /}/ { inside = 0 }
      END {
        printf "%-14s %8.3f %8.3f %8.3f %8.3f\n", model, seconds["load"], seconds["forward"],
          seconds["backward"], seconds["total"]
      }'
  done | sort -k5,5n | head -n 1
done
