#!/bin/sh
# Makes a Debian package of the built program in .build/deb, and lets lintian look at it.
#
#     sh Scripts/make-deb.sh PROGRAM
set -eu
cd "$(dirname "$0")/.."
program=$1
version=$("$program" --version | awk '{ print $2 }')
architecture=$(dpkg --print-architecture)
work=.build/deb
root=$work/root
doc=$root/usr/share/doc/replk-tui
rm -rf "$work"
mkdir -p "$work/debian" "$root/DEBIAN"
sh Scripts/install.sh "$program" /usr "$root" >/dev/null

# Where Debian has them.
mkdir -p "$root/usr/share/zsh/vendor-completions"
mv "$root/usr/share/zsh/site-functions/_replk-tui" "$root/usr/share/zsh/vendor-completions/"
rmdir "$root/usr/share/zsh/site-functions"
gzip -9n "$root"/usr/share/man/man1/*.1
{
  cat << EOF
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: replk-tui

Files: *
Copyright: 2026 The replk-tui authors
License: Expat
$(sed -n '/^Permission/,$p' LICENSE | sed 's/^$/./; s/^/ /')
EOF
} > "$doc/copyright"
rm "$doc/LICENSE"
mv "$doc/CHANGELOG.md" "$doc/changelog"
gzip -9n "$doc/changelog"
printf 'replk-tui (%s-1) unstable; urgency=medium\n\n  * New upstream version.\n\n -- %s  %s\n' \
  "$version" 'The replk-tui authors <replk-tui@example.org>' "$(date -R -d "@${SOURCE_DATE_EPOCH:-0}")" \
  | gzip -9n > "$doc/changelog.Debian.gz"

printf 'Source: replk-tui\n\nPackage: replk-tui\nArchitecture: any\n' > "$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O root/usr/bin/replk-tui 2>/dev/null | sed 's/^shlibs:Depends=//')
cat > "$root/DEBIAN/control" << EOF
Package: replk-tui
Version: $version-1
Architecture: $architecture
Maintainer: The replk-tui authors <replk-tui@example.org>
Installed-Size: $(du -sk "$root/usr" | cut -f1)
Depends: $depends
Recommends: libcairo2
Section: science
Priority: optional
Description: explorer of effective receptive fields of neural networks
 Shows in a terminal which input pixels a convolutional network listens to:
 back-propagates from a unit of a feature map to the input, averages over
 images, and draws and exports the map. Checkpoints of PyTorch are read without
 PyTorch; shares of a run over many images can be computed apart and merged.
EOF
(cd "$root" && find usr -type f -exec md5sum {} + | sort -k2 > DEBIAN/md5sums)
find "$root/DEBIAN/md5sums" "$doc" -type f -exec chmod 644 {} +
find "$root" -type d -exec chmod 755 {} +
package=$work/replk-tui_$version-1_$architecture.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$package" >/dev/null
# There is no bug in Debian that a first upload would close.
lintian --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs "$package"
ls -l "$package"
