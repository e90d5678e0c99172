#!/bin/sh
# Writes the screens that are worth looking at as pictures: Scripts/screens.sh PROGRAM FOLDER [SIZE ...]
# Sizes are COLUMNSxROWS; without any, the four that the explorer is drawn for.
set -eu
program=$1
folder=$2
shift 2
[ $# -gt 0 ] || set -- 80x24 120x40 200x60 250x70
mkdir -p "$folder"

# A name, the keys that lead there from the first screen, and further arguments.
draw() {
  name=$1
  keys=$2
  for size in $sizes; do
    echo "$name $size"
    "$program" snapshot RepLKNet-13-nano RepLKNet-31-nano --size 1024 --count 4 --screen "$size" \
      ${keys:+--script "$keys"} --force -o "$folder/$name-$size.png"
  done
}

sizes="$*"
draw first ""
draw depth "G z"
draw gallery "b M S z"
draw metrics "4 z"
draw kernels "3 z"
draw unit "2 z"
draw images "5 z"
draw jobs "6 z"
draw shape-bias "7 z"
draw prediction "8 z"
