#!/bin/sh
# Installs the built program with its documentation and what it prints of itself: manual pages and completions.
# With --remove it takes away what an installation put there.
#
#     sh Scripts/install.sh PROGRAM|--remove PREFIX DESTDIR
set -eu
program=$1
case $2 in
  /*) ;;
  *)
    echo "install: PREFIX is '$2': expected a whole path, such as /usr/local" >&2
    exit 2
    ;;
esac
root=$3$2
share=$root/share
here=$(dirname "$0")/..

bash=$share/bash-completion/completions/replk-tui
zsh=$share/zsh/site-functions/_replk-tui
fish=$share/fish/vendor_completions.d/replk-tui.fish
doc=$share/doc/replk-tui
man=$share/man/man1

if [ "$program" = --remove ]; then
  rm -f "$root/bin/replk-tui" "$root/bin/.replk-tui.new" "$bash" "$zsh" "$fish" "$man/replk-tui.1" "$man"/replk-tui-*.1
  rm -rf "$doc"
  exit 0
fi

umask 022
mkdir -p "$root/bin" "$man" "$doc/docs/images" "$doc/Assets" "${bash%/*}" "${zsh%/*}" "${fish%/*}"
# Written beside and renamed, since the old program may be running.
strip -o "$root/bin/.replk-tui.new" "$program"
chmod 755 "$root/bin/.replk-tui.new"
mv -f "$root/bin/.replk-tui.new" "$root/bin/replk-tui"
"$program" completions bash > "$bash"
"$program" completions zsh > "$zsh"
"$program" completions fish > "$fish"
"$program" manual > "$man/replk-tui.1"
commands=$("$program" manual --list)
for command in $commands; do
  "$program" manual "$command" > "$man/replk-tui-$command.1"
done
# README, and what its links and those of the pages lead to.
for file in LICENSE NOTICE README.md CHANGELOG.md CONTRIBUTING.md Assets/stimuli.png; do
  install -m 644 "$here/$file" "$doc/$file"
done
install -m 644 "$here"/docs/*.md "$doc/docs"
install -m 644 "$here"/docs/images/*.png "$doc/docs/images"
echo "installed $root/bin/replk-tui, its manual pages and completions"
