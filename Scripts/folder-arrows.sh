#!/bin/sh
# Lists, for each folder of a module, the folders whose types it uses, and whose members in extensions;
# fails on an arrow against the order in which docs/architecture.md lists them, and on `unsafe` where it
# is not allowed.
# Needs a POSIX shell and awk alone. usage: sh Scripts/folder-arrows.sh [-q]
set -eu
cd "$(dirname "$0")/.."
quiet=${1:-}
guide=docs/architecture.md
status=0

for module in ERFEngine ERFInterface; do
  # The folders of a module stand one a line, indented, under a heading that names the module.
  order=$(awk -v heading="## Folders of $module" '
    $0 == heading { inside = 1; next }
    /^## / { inside = 0 }
    inside && /^    [A-Z][A-Za-z0-9]*\// { sub(/^ +/, ""); sub(/\/.*/, ""); print }' "$guide")
  for folder in Sources/"$module"/*/; do
    name=$(basename "$folder")
    case " $(echo $order) " in *" $name "*) ;; *)
      echo "$guide does not list the folder $name of $module" >&2
      status=1 ;;
    esac
  done
  find "Sources/$module" -mindepth 2 -name '*.swift' | sort | awk \
    -v order="$(echo $order)" -v module="$module" -v quiet="$quiet" -v guide="$guide" '
    # Words of a line of code, without strings and comments.
    function code(line) {
      if (comment) {
        if (!match(line, /\*\//)) return ""
        line = substr(line, RSTART + 2); comment = 0
      }
      gsub(/\\"/, "", line)
      gsub(/"[^"]*"/, "", line)
      sub(/\/\/.*/, "", line)
      if (match(line, /\/\*/)) {
        if (!match(line, /\*\//)) comment = 1
        sub(/\/\*.*/, "", line)
      }
      return line
    }
    BEGIN {
      count = split(order, folders, " ")
      for (i = 1; i <= count; i++) rank[folders[i]] = i
    }
    {
      file = $0
      folder = file
      sub(/^Sources\/[^\/]*\//, "", folder)
      sub(/\/.*/, "", folder)
      files[++number] = file
      home[file] = folder
      # Types that the rest of the module can see are declared at the margin, and members that one folder
      # gives to the types of another in extensions there.
      while ((getline line < file) > 0) {
        if (line ~ /^[^ ]/) isExtension = line ~ /^(public )?extension /
        if (match(line, /(func|var|let|case) `?[a-z]+[A-Z][A-Za-z0-9]*/)) {
          member = substr(line, RSTART, RLENGTH)
          sub(/^[a-z]+ `?/, "", member)
          # A name that is declared elsewhere too tells nothing.
          isGift = isExtension && line ~ /^  [a-z]/ && line !~ /private/
          if (!isGift || (member in giver && giver[member] != folder)) giver[member] = ""
          else giver[member] = folder
        }
        rest = line
        for (; line ~ /^ *case / && match(rest, /, [a-z]+[A-Z][A-Za-z0-9]*/); rest = substr(rest, RSTART + RLENGTH))
          giver[substr(rest, RSTART + 2, RLENGTH - 2)] = ""
        if (line !~ /^(@[A-Za-z]+ )*(public |final |indirect )*(struct|enum|class|protocol|actor|typealias) /) continue
        sub(/^.*(struct|enum|class|protocol|actor|typealias) /, "", line)
        match(line, /^[A-Za-z0-9_]+/)
        type = substr(line, 1, RLENGTH)
        if (type in owner && owner[type] != folder) owner[type] = ""
        else owner[type] = folder
      }
      close(file)
    }
    END {
      for (n = 1; n <= number; n++) {
        file = files[n]; from = home[file]; comment = 0
        # Types within types, and those of one file, hide others of the same name there.
        while ((getline line < file) > 0) {
          if (!match(line, /(struct|enum|class|protocol|actor|typealias|case) [A-Z][A-Za-z0-9_]*/)) continue
          line = substr(line, RSTART, RLENGTH)
          sub(/^[a-z]+ /, "", line)
          hidden[file, line] = 1
        }
        close(file)
        while ((getline line < file) > 0) {
          words = code(line)
          while (match(words, /[A-Za-z_][A-Za-z0-9_]*/)) {
            before = RSTART > 1 ? substr(words, RSTART - 1, 1) : ""
            word = substr(words, RSTART, RLENGTH)
            words = substr(words, RSTART + RLENGTH)
            # A member of something else may bear the name of a type, and a value that of a member.
            if (before == "." || words ~ /^\(/ && !(word in owner)) {
              if (!(word in giver)) continue
              to = giver[word]
            } else {
              if (!(word in owner)) continue
              to = owner[word]
            }
            if (to == "" || to == from || (file, word) in hidden) continue
            if (!((from, to) in seen)) seen[from, to] = word " in " file
            if (quiet == "-v" && !((file, word) in told)) print from " -> " to ": " word " in " file
            told[file, word] = 1
          }
        }
        close(file)
      }
      wrong = 0
      for (i = 1; i <= count; i++) {
        from = folders[i]; list = ""
        for (j = 1; j <= count; j++)
          if ((from, folders[j]) in seen) list = list " " folders[j]
        if (quiet != "-q") print module "/" from " uses" (list == "" ? " nothing" : list)
        for (j = i + 1; j <= count; j++)
          if ((from, folders[j]) in seen) {
            use = " uses " folders[j] ", which " guide " lists below it: " seen[from, folders[j]]
            print module "/" from use > "/dev/stderr"
            wrong = 1
          }
      }
      exit wrong
    }' || status=1
done

# Memory is touched unchecked in these places alone.
allowed=$(awk '
  $0 == "## Where memory is touched unchecked" { inside = 1; next }
  /^## / { inside = 0 }
  inside && /^    Sources\// { print $1 }' "$guide")
for file in $(grep -rlw --include='*.swift' 'unsafe' Sources); do
  grep -qE '^[^/"]*\bunsafe\b' "$file" || continue
  for place in $allowed; do
    case "$file" in $place*) continue 2 ;; esac
  done
  echo "$file is unsafe, which $guide does not allow there" >&2
  status=1
done
exit $status
