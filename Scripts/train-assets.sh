#!/bin/sh
# Trains the small networks that ship with the program into Assets, all by one recipe.
#
#     sh Scripts/train-assets.sh PROGRAM
#
# What was begun is gone on with; `rm -r .build/training` begins anew.
set -eu
program=$1
work=.build/training
mkdir -p "$work"
for model in replknet-3-nano replknet-13-nano replknet-31-nano replknet-31-nano-noshortcut \
  replknet-31-nano-noreparam resnet-nano; do
  resume=
  if [ -e "$work/$model.safetensors" ]; then resume=--resume; fi
  "$program" train "$model" --data shapes --count 9600 --epochs 10 --seed 0 $resume \
    -o "$work/$model.safetensors"
  "$program" convert "$model" --weights "$work/$model.safetensors" "Assets/$model.safetensors" \
    --dtype f16
done
