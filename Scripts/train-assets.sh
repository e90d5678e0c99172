#!/bin/sh
# Trains the small networks that ship with the program into Assets, all by one recipe, on photographs,
# and measures them at three sizes on the photographs held out.
#
#     sh Scripts/train-assets.sh PROGRAM DATA [measure]     # measure: without training them anew
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
models="replknet-3-nano replknet-7-nano replknet-13-nano replknet-31-nano
  replknet-31-nano-noshortcut replknet-31-nano-noreparam resnet-nano"

train() {
  resume=
  if [ -e "$work/$1.safetensors" ]; then resume=--resume; fi
  # $check and $resume are one or two words, or none.
  # shellcheck disable=SC2086
  "$program" train "$1" --data "$work/pictures" $check --seed 0 \
    --size 128:20,160/192/224/256/320:10 --crop 0.35 --jitter 0.2 --ema 0.999 --measure-every 5 $resume \
    --confusion "$work/$1.csv" -o "$work/$1.safetensors"
  "$program" convert "$work/$1.safetensors" "Assets/$1.safetensors" --dtype f16 --force
}

if [ "${3:-}" != measure ]; then
  for model in $models; do train "$model"; done
fi
echo "Right of the photographs held out, by the side of the input in pixels:"
printf '%-30s %8s %8s %8s\n' network 160 224 320
for model in $models; do
  "$program" classify "Assets/$model.safetensors" --image "$work/pictures/val" --size 160,224,320 |
    awk -v model="$model" '$1 ~ /^[0-9]+x[0-9]+$/ { shares[$1] = $4 }
      END { printf "%-30s %7s%% %7s%% %7s%%\n", model, shares["160x160"], shares["224x224"], shares["320x320"] }'
done
