#!/bin/sh
# Trains the small networks that ship with the program into Assets, all by one recipe, on photographs.
#
#     sh Scripts/train-assets.sh PROGRAM DATA
#
# DATA is Imagenette v2 (fast.ai): folders `train` (9,469 photographs) and `val` (3,925), ten classes,
# shorter side 224 or more. What was begun is gone on with; `rm -r .build/training` begins anew.
set -eu
program=$1
data=${2:-}
work=.build/training
# Of the decoded pictures of the copy whose shorter side is 224, with their classes.
hash=7d33d98076623fa7
if [ ! -d "$data/train" ] || [ ! -d "$data/val" ]; then
  echo "make assets DATA=DIR: DIR has to hold train and val of Imagenette v2, shorter side 224." >&2
  echo "The archive is imagenette2-320.tgz of https://github.com/fastai/imagenette (sha256" >&2
  echo "569b4497c98db6dd29f335d1f109cf315fe127053cedf69010d047f0188e158c), the copy at 224 pixels" >&2
  echo "that the networks were trained on https://github.com/thunderInfy/imagenette." >&2
  echo "Other pictures: HASH=any make assets DATA=DIR" >&2
  exit 2
fi
hash=${HASH:-$hash}
mkdir -p "$work/pictures/train" "$work/pictures/val"
# Classes bear ImageNet's names in the files, not its numbers.
while read -r number name; do
  for part in train val; do
    if [ -d "$data/$part/$number" ]; then
      ln -sfn "$(cd "$data/$part/$number" && pwd)" "$work/pictures/$part/$name"
    else
      echo "$data/$part has no folder $number ($name)" >&2
      exit 2
    fi
  done
done <<CLASSES
n01440764 tench
n02102040 English springer
n02979186 cassette player
n03000684 chain saw
n03028079 church
n03394916 French horn
n03417042 garbage truck
n03425413 gas pump
n03445777 golf ball
n03888257 parachute
CLASSES
if [ "$hash" = any ]; then check=; else check="--data-hash $hash"; fi
for model in replknet-31-nano replknet-3-nano replknet-13-nano replknet-7-nano \
  replknet-31-nano-noshortcut replknet-31-nano-noreparam resnet-nano; do
  # A network of the catalogue, or its form of ten classes.
  case $model in
    replknet-7-nano)
      network=replknet:kernels=7,7,7,7:layers=1,1,2,1:channels=16,32,64,128:small=5:dw=1:classes=10 ;;
    *) network=$model ;;
  esac
  resume=
  if [ -e "$work/$model.safetensors" ]; then resume=--resume; fi
  # $check and $resume are one or two words, or none.
  # shellcheck disable=SC2086
  "$program" train "$network" --data "$work/pictures" $check --seed 0 \
    --size 128:20,160/192/224/256/288:10 --crop 0.35 --jitter 0.2 --ema 0.999 $resume \
    --confusion "$work/$model.csv" -o "$work/$model.safetensors"
  "$program" convert "$work/$model.safetensors" "$work/$model-f16.safetensors" --dtype f16
done
echo "Trained: $work/*-f16.safetensors. They take the places of Assets/*.safetensors once the nano"
echo "networks of the catalogue have ten classes."
